package scenario

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"tutor/runner/suggest"
)

// The types whose YAML is more than a mapping of their fields.

func (Clock) words() []string   { return []string{"virtual", "real", "broker"} }
func (CA) words() []string      { return []string{"broker", "other"} }
func (Feature) words() []string { return Features() }
func (Leaving) words() []string { return []string{"drain"} }

// roles are the kinds of actors, by the key that names them.
func roles() []string { return []string{"consumer", "publisher", "client"} }

// decodeNode tells the kinds of actors apart by their first key.
func (a *Actor) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind != yaml.MappingNode {
		d.errorf(n, "an actor is a mapping that starts with consumer:, publisher: or client:, not %s", kindOf(n))
		return
	}
	var given []string
	for _, e := range d.entries(n) {
		if slices.Contains(roles(), e.key.Value) {
			given = append(given, e.key.Value)
		}
	}
	if len(given) > 1 {
		d.errorf(n, "an actor is a consumer, a publisher or a client, not several")
		return
	}
	if len(given) == 0 {
		if meant := d.misspelt(n); meant != nil {
			a.decodeNode(d, meant, path)
			return
		}
		d.errorf(n, "an actor needs a name: consumer: NAME, publisher: NAME or client: NAME")
		return
	}
	switch given[0] {
	case "consumer":
		a.Consumer = &Consumer{}
		d.structure(n, reflect.ValueOf(a.Consumer).Elem(), path)
	case "publisher":
		a.Publisher = &Publisher{}
		d.structure(n, reflect.ValueOf(a.Publisher).Elem(), path)
	case "client":
		a.Client = &Client{}
		d.structure(n, reflect.ValueOf(a.Client).Elem(), path)
	}
}

// misspelt reports a key that is almost a kind of actor, and returns the actor as it was meant,
// so that its other mistakes are found, too.
func (d *decoder) misspelt(actor *yaml.Node) *yaml.Node {
	for i := 0; i+1 < len(actor.Content); i += 2 {
		key := actor.Content[i]
		role := suggest.Nearest(key.Value, roles())
		if role == "" {
			continue
		}
		d.errorf(key, "unknown key %s (did you mean %s?)", key.Value, role)
		meant, right := *actor, *key
		right.Value = role
		meant.Content = slices.Clone(actor.Content)
		meant.Content[i] = &right
		return &meant
	}
	return nil
}

func (d *Duration) decodeNode(dec *decoder, n *yaml.Node, path string) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		dec.errorf(n, "want a duration such as 3s, not %s", kindOf(n))
		return
	}
	span, err := time.ParseDuration(n.Value)
	if err != nil {
		hint := ""
		if _, err := strconv.ParseFloat(n.Value, 64); err == nil {
			hint = " (did you mean " + n.Value + "s?)"
		}
		dec.errorf(n, "%s is not a duration such as 3s or 250ms%s", show(n), hint)
		return
	}
	if span < 0 {
		dec.errorf(n, "%s: a duration cannot be negative", n.Value)
		return
	}
	if key := path[strings.LastIndexByte(path, '.')+1:]; span == 0 && key == "timeout" {
		dec.errorf(n, "timeout: %s leaves the act no time", n.Value)
	}
	*d = Duration(span)
}

// decodeNode takes a mapping, or just the name of a queue of definitions.
func (q *TopologyQueue) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode {
		q.Pos, q.bare = d.pos(n), true
		d.scalar(n, reflect.ValueOf(&q.Name).Elem())
		return
	}
	d.structure(n, reflect.ValueOf(q).Elem(), path)
}

func (c *Condition) decodeNode(d *decoder, n *yaml.Node, _ string) {
	parsed, err := ParseCondition(n.Value)
	if err != nil {
		d.errorf(n, "%v", err)
		c.Product = n.Value // so that it does not count as an expectation without a condition
		return
	}
	*c = parsed
}

func (e *Expectations) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind == yaml.SequenceNode {
		list := (*[]*Expectation)(e)
		d.list(n, reflect.ValueOf(list).Elem(), path)
		return
	}
	only := &Expectation{}
	d.value(n, reflect.ValueOf(only).Elem(), path)
	*e = Expectations{only}
}

// decodeNode takes just the lines, or a mapping with more to say about them.
func (t *Transcript) decodeNode(d *decoder, n *yaml.Node, path string) {
	t.Pos = d.pos(n)
	if n.Kind == yaml.MappingNode {
		type plain Transcript // without this method
		var p struct {
			Pos       Position `yaml:"-"`
			Lines     text     `yaml:"lines" jsonschema:"required"`
			Unordered bool     `yaml:"unordered"`
		}
		d.structure(n, reflect.ValueOf(&p).Elem(), path)
		*t = Transcript(plain{Pos: p.Pos, Lines: p.Lines, Unordered: p.Unordered})
		return
	}
	var lines text
	lines.decodeNode(d, n, path)
	t.Lines = lines
}

// text is lines, written as one YAML text or as a list.
type text []string

func (t *text) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind == yaml.SequenceNode {
		list := (*[]string)(t)
		d.list(n, reflect.ValueOf(list).Elem(), path)
		return
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		d.errorf(n, "want the lines of a transcript, not %s (an actor that prints nothing: \"\")", kindOf(n))
		return
	}
	if body := strings.TrimSuffix(n.Value, "\n"); body != "" {
		*t = strings.Split(body, "\n")
	}
}

func (m *Messages) decodeNode(d *decoder, n *yaml.Node, path string) {
	m.Pos = d.pos(n)
	switch n.Kind {
	case yaml.ScalarNode:
		d.scalar(n, reflect.ValueOf(&m.Total).Elem())
		d.copies(d.pos(n), m.Total)
	case yaml.SequenceNode:
		var bodies []string
		d.list(n, reflect.ValueOf(&bodies).Elem(), path)
		m.Copies = map[string]int{}
		for _, body := range bodies {
			m.Copies[body]++
			m.Total++
		}
	case yaml.MappingNode:
		d.mapping(n, reflect.ValueOf(&m.Copies).Elem(), path)
		for body, copies := range m.Copies {
			m.Total += copies
			d.copies(d.where[join(path, body)], copies)
		}
	}
}

// maxCopies is how many messages an act can have.
const maxCopies = 10_000_000

// copies checks a number of copies.
func (d *decoder) copies(pos Position, n int) {
	switch {
	case n < 0:
		d.errs = append(d.errs, Error{Pos: pos, Msg: "a number of messages cannot be negative"})
	case n > maxCopies:
		d.errs = append(d.errs, Error{Pos: pos, Msg: fmt.Sprintf("%d messages are more than an act can have: at most %d", n, maxCopies)})
	}
}

func (a *Arguments) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind != yaml.MappingNode {
		d.errorf(n, "%swant a mapping, not %s", lead(path), kindOf(n))
		return
	}
	*a = d.table(n, path)
}

func (d *decoder) table(n *yaml.Node, path string) map[string]any {
	table := map[string]any{}
	for _, e := range d.entries(n) {
		at := join(path, e.key.Value)
		d.where[at] = d.pos(e.key)
		table[e.key.Value] = d.any(e.value, at)
	}
	return table
}

// any decodes a value of an AMQP table.
func (d *decoder) any(n *yaml.Node, path string) (v any) {
	d.within(n, func(n *yaml.Node) { v = d.untyped(n, path) })
	return v
}

func (d *decoder) untyped(n *yaml.Node, path string) any {
	switch {
	case n.Kind == yaml.MappingNode:
		return d.table(n, path)
	case n.Kind == yaml.SequenceNode:
		items := make([]any, len(n.Content))
		for i, item := range n.Content {
			items[i] = d.any(item, path+"["+strconv.Itoa(i)+"]")
		}
		return items
	case n.Tag == "!!null":
		return nil
	case n.Tag == "!!bool":
		return strings.EqualFold(n.Value, "true")
	case n.Tag == "!!int":
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return i
		}
		d.errorf(n, "%s is too large a number", n.Value)
	case n.Tag == "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
		d.errorf(n, "%s is not a number", n.Value)
	}
	return n.Value
}
