package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Message is a message of a publisher, or of a step: just its body, or a mapping with what else is to say of it. The body goes
// as it is written.
type Message struct {
	// Pos is where the message is in its file.
	Pos Position
	Envelope
}

// Envelope is a message with what goes with it, in place of what its publisher says of all messages. In a step there is
// no after, and no default but for the routing key.
type Envelope struct {
	// Body of the message: a text, or a file, base64 or json that it comes from.
	Body Body `yaml:"body" jsonschema:"required"`
	// After is the pause before the message.
	After Duration `yaml:"after"`
	// RoutingKey to publish with. Default: the publisher's.
	RoutingKey *string `yaml:"routing_key"`
	// Persistent messages survive a restart of the broker, in a durable queue. Default: the publisher's.
	Persistent *bool `yaml:"persistent"`
	// Mandatory messages are returned if they reach no queue. Default: the publisher's.
	Mandatory *bool `yaml:"mandatory"`
	// Priority of the message. Default: the publisher's.
	Priority *uint8 `yaml:"priority"`
	// Expiration is the message's time to live. Default: the publisher's.
	Expiration *Duration `yaml:"expiration"`
	// Headers of the message, beside the publisher's.
	Headers Arguments `yaml:"headers"`
	// CC are further routing keys, which whoever gets the message sees in the header CC.
	CC []string `yaml:"cc"`
	// BCC are further routing keys, which the broker takes off the message (the header BCC).
	BCC []string `yaml:"bcc"`
	// Properties of the message, beside the publisher's.
	Properties *Properties `yaml:"properties"`
}

// Properties are properties of a message that say something to whoever gets it. In a text, <number> is the
// message's number among those of its publisher. What is not written is not sent.
type Properties struct {
	// ContentType is the body's MIME type.
	ContentType string `yaml:"content_type"`
	// ContentEncoding is how the body is encoded, such as gzip.
	ContentEncoding string `yaml:"content_encoding"`
	// Type of the message, as the application calls it.
	Type string `yaml:"type"`
	// MessageID by which the application knows the message.
	MessageID string `yaml:"message_id"`
	// CorrelationID says which message this one belongs to.
	CorrelationID string `yaml:"correlation_id"`
	// ReplyTo is the queue that an answer is to go to.
	ReplyTo string `yaml:"reply_to"`
	// AppID names the application that has published the message.
	AppID string `yaml:"app_id"`
	// UserID is the user that has published the message. The broker refuses another one than is logged in.
	UserID string `yaml:"user_id"`
	// Timestamp is when the application made the message.
	Timestamp Timestamp `yaml:"timestamp"`
}

// Timestamp is a moment, in whole seconds: 2026-01-31T12:00:00Z, or just the day.
type Timestamp time.Time

// Std is the timestamp as the standard library's type.
func (t Timestamp) Std() time.Time { return time.Time(t) }

func (t *Timestamp) decodeNode(d *decoder, n *yaml.Node, _ string) {
	var ok bool
	if *t, ok = ParseTimestamp(n.Value); !ok {
		d.errorf(n, "want a moment such as 2026-01-31T12:00:00Z, not %s", kindOf(n))
	}
}

// ParseTimestamp reads a moment, or just a day; ok is false where it is neither.
func ParseTimestamp(text string) (t Timestamp, ok bool) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if moment, err := time.Parse(layout, text); err == nil && moment.Nanosecond() == 0 && moment.Unix() >= 0 {
			return Timestamp(moment.UTC()), true
		}
	}
	return Timestamp{}, false
}

func (m *Message) decodeNode(d *decoder, n *yaml.Node, path string) {
	m.Pos = d.pos(n)
	if n.Kind == yaml.MappingNode {
		d.structure(n, reflect.ValueOf(&m.Envelope).Elem(), path)
		return
	}
	d.scalar(n, reflect.ValueOf((*string)(&m.Body)).Elem())
}

// Outgoing is a message as it is published.
type Outgoing struct {
	Body, RoutingKey      string
	Persistent, Mandatory bool
	Priority              uint8
	Expiration            *Duration
	Headers               Arguments
	Properties            Properties
}

// Nth is the publisher's nth message, counted from 1.
func (p *Publisher) Nth(n int) Outgoing {
	o := Outgoing{
		Body: p.Body(n), RoutingKey: p.RoutingKey, Persistent: p.Persistent, Mandatory: p.Mandatory, Priority: p.Priority,
		Expiration: p.Expiration, Headers: p.Headers,
	}
	if p.Properties != nil {
		o.Properties = *p.Properties
	}
	if len(p.Written) > 0 {
		o.Body = string(p.Written[n-1].Body)
		p.Written[n-1].address(&o)
	}
	if (p.Properties != nil || len(p.Written) > 0) && o.Properties != (Properties{}) {
		o.Properties.number(n)
	}
	return o
}

// number puts the number of the message into the texts.
func (p *Properties) number(n int) {
	for _, text := range p.texts() {
		*text = strings.ReplaceAll(*text, numberText, strconv.Itoa(n))
	}
}

// numberText stands for the number of a message in the texts of its properties.
const numberText = "<number>"

// address puts on a message what its envelope says.
func (e *Envelope) address(o *Outgoing) {
	set(&o.RoutingKey, e.RoutingKey)
	set(&o.Persistent, e.Persistent)
	set(&o.Mandatory, e.Mandatory)
	set(&o.Priority, e.Priority)
	o.Expiration = cmp.Or(e.Expiration, o.Expiration)
	if len(e.Headers)+len(e.CC)+len(e.BCC) > 0 {
		o.Headers = maps.Clone(o.Headers)
		if o.Headers == nil {
			o.Headers = Arguments{}
		}
		maps.Copy(o.Headers, e.Headers)
		o.Headers.list("CC", e.CC)
		o.Headers.list("BCC", e.BCC)
	}
	if e.Properties == nil {
		return
	}
	own := *e.Properties
	for i, text := range o.Properties.texts() {
		*text = cmp.Or(*own.texts()[i], *text)
	}
	if !own.Timestamp.Std().IsZero() {
		o.Properties.Timestamp = own.Timestamp
	}
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// list adds a list of texts, if there are any.
func (a Arguments) list(name string, texts []string) {
	if len(texts) == 0 {
		return
	}
	items := make([]any, len(texts))
	for i, text := range texts {
		items[i] = text
	}
	a[name] = items
}

// texts are the properties that are texts, in some order.
func (p *Properties) texts() []*string {
	return []*string{
		&p.ContentType, &p.ContentEncoding, &p.Type, &p.MessageID, &p.CorrelationID, &p.ReplyTo, &p.AppID, &p.UserID,
	}
}

// Pause is how long the publisher waits before its nth message.
func (p *Publisher) Pause(n int) Duration {
	switch {
	case len(p.Written) > 0:
		return p.Written[n-1].After
	case n > 1:
		return p.Interval
	}
	return 0
}

// Pauses is how long the publisher waits in all.
func (p *Publisher) Pauses() (total time.Duration) {
	for _, m := range p.Written {
		total += m.After.Std()
	}
	return total + time.Duration(max(0, p.Messages()-1))*p.Interval.Std()
}

// RoutingKeys are those that the publisher publishes with.
func (p *Publisher) RoutingKeys() []string {
	if len(p.Written) == 0 {
		return []string{p.RoutingKey}
	}
	var keys []string
	for _, m := range p.Written {
		key := p.RoutingKey
		set(&key, m.RoutingKey)
		for _, key := range slices.Concat([]string{key}, m.CC, m.BCC) {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// Expires is the key of the time to live of a message with some body, or of any where that is empty.
func (p *Publisher) Expires(body string) (key string, ok bool) {
	for i, m := range p.Written {
		if m.Expiration != nil && (body == "" || body == m.Body.Shown()) {
			return fmt.Sprintf("messages[%d].expiration", i), true
		}
	}
	return "expiration", p.Expiration != nil
}

// written checks the messages that are written one by one.
func (c *checker) written(a *Publisher, path string) {
	if !c.given(path + ".messages") {
		return
	}
	if len(a.Written) == 0 {
		c.at(path+".messages", "the list of messages is empty")
	}
	for _, key := range []string{"message", "message_size", "pub_name", "count", "interval"} {
		if c.given(path + "." + key) {
			c.at(path+"."+key, "%s has no effect beside messages", key)
		}
	}
	size := 0
	for i, m := range a.Written {
		size += len(m.Body)
		at := fmt.Sprintf("%s.messages[%d]", path, i)
		c.envelope(m, at)
	}
	if size > maxBytes {
		c.at(path+".messages", "the messages have %d bytes in all, which is more than an act can hold: at most %d (1 GiB)", size, maxBytes)
	}
}

// envelope checks what a message says for itself.
func (c *checker) envelope(m *Message, path string) {
	c.expiration(m.Expiration, path+".expiration")
	for _, key := range []string{"CC", "BCC"} {
		if lower := strings.ToLower(key); m.Headers[key] != nil && c.given(path+"."+lower) {
			c.at(path+"."+lower, "the header %s is written, too", key)
		}
	}
}

func (c *checker) expiration(e *Duration, path string) {
	if e != nil && e.Std()%time.Millisecond != 0 {
		c.at(path, "a time to live is a whole number of milliseconds")
	}
}
