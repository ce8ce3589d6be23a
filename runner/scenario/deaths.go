package scenario

import (
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/transcript"
)

// Deaths are why queues must have let go of a message, the oldest death first: all of them, and nothing else. Without
// any ([]) no queue has. Copies that went other ways must all have died so, but for those that have not died.
type Deaths struct {
	// Pos is where the deaths start in their file.
	Pos Position `yaml:"-"`
	// Reasons in their order.
	Reasons []Death
}

// Death is why a queue has let go of a message, as x-death has it.
type Death string

const (
	// DeathRejected is that a consumer has refused it, and did not want it requeued.
	DeathRejected Death = "rejected"
	// DeathExpired is that its time to live was over.
	DeathExpired Death = "expired"
	// DeathMaxLen is that a full queue has pushed it out.
	DeathMaxLen Death = "maxlen"
	// DeathDeliveryLimit is that it came back more often than its queue allows.
	DeathDeliveryLimit Death = "delivery_limit"
)

func (Death) words() []string {
	return []string{string(DeathRejected), string(DeathExpired), string(DeathMaxLen), string(DeathDeliveryLimit)}
}

func (e *Deaths) decodeNode(d *decoder, n *yaml.Node, path string) {
	e.Pos = d.pos(n)
	d.list(n, reflect.ValueOf(&e.Reasons).Elem(), path)
}

// Diff leads from the deaths that are expected of a message to those that the ways of its copies have shown; nil if
// they are alike.
func (e *Deaths) Diff(ways [][]Death) []transcript.DiffLine {
	var diff []transcript.DiffLine
	fits := false
	for _, way := range died(ways) {
		if slices.Equal(way, e.Reasons) {
			fits = true
		} else {
			diff = append(diff, transcript.DiffLine{Op: transcript.Extra, Text: deathsText(way)})
		}
	}
	want := transcript.DiffLine{Op: transcript.Missing, Text: deathsText(e.Reasons)}
	switch {
	case fits && diff == nil:
		return nil
	case fits:
		want.Op = transcript.Same
	}
	return append([]transcript.DiffLine{want}, diff...)
}

// died are the different ways of copies that have died, if any has; else the one on which none has died.
func died(ways [][]Death) [][]Death {
	var all [][]Death
	alive := false
	for _, way := range ways {
		switch {
		case len(way) == 0:
			alive = true
		case !slices.ContainsFunc(all, func(w []Death) bool { return slices.Equal(w, way) }):
			all = append(all, way)
		}
	}
	if len(all) == 0 && alive {
		return [][]Death{nil}
	}
	return all
}

func deathsText(way []Death) string {
	if len(way) == 0 {
		return "it has not died"
	}
	texts := make([]string, len(way))
	for i, d := range way {
		texts[i] = string(d)
	}
	return strings.Join(texts, ", ")
}
