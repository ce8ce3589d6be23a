package scenario

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// Ack is how a consumer acknowledges: a word, or a mapping with every.
type Ack struct {
	// Mode is the word; empty stands for manual.
	Mode AckMode
	// Every is how many messages the consumer acknowledges at one time, if it is more than one.
	Every int
}

// AckMode is how a consumer acknowledges.
type AckMode string

const (
	// AckManual has the consumer acknowledge each message when it has processed it.
	AckManual AckMode = "manual"
	// AckFirst has the consumer acknowledge each message before it processes it.
	AckFirst AckMode = "first"
	// AckAuto has the broker forget each message when it has sent it (no-ack in AMQP's words).
	AckAuto AckMode = "auto"
)

func (AckMode) words() []string { return []string{"manual", "first", "auto"} }

// AckEvery acknowledges several messages at one time.
type AckEvery struct {
	// Every is after how many processed messages the consumer acknowledges the last of them, and with it all that
	// it has got before (multiple, in AMQP's words).
	Every int `yaml:"every" jsonschema:"required,minimum=1,maximum=10000000"`
}

func (a *Ack) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind != yaml.MappingNode {
		d.scalar(n, reflect.ValueOf(&a.Mode).Elem())
		return
	}
	var e AckEvery
	d.structure(n, reflect.ValueOf(&e).Elem(), path)
	if at, ok := d.where[join(path, "every")]; ok && e.Every < 1 {
		d.errs = append(d.errs, Error{Pos: at, Msg: "every must be at least 1"})
	}
	a.Every = e.Every
}
