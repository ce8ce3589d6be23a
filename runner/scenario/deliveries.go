package scenario

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"

	"tutor/runner/transcript"
)

// Deliveries are what must come to an actor: a list in the order of arrival, or a mapping with more to say.
type Deliveries struct {
	// Pos is where the deliveries start in their file.
	Pos Position `yaml:"-"`
	// Lines are the deliveries expected, each of them once.
	Lines []*Delivery `yaml:"lines"`
	// Unordered compares them without their order.
	Unordered bool `yaml:"unordered"`
	// Counts are how often messages must come, instead of the deliveries one by one. Messages that are not
	// named are not compared.
	Counts map[string]*Number `yaml:"counts"`
}

// Delivery is a delivery that is expected: just the message, or a mapping. What is not named is not compared.
type Delivery struct {
	// Message is the body, as transcripts show it, or {json: …}, the part of a JSON document.
	Message *ExpectedBody `yaml:"message"`
	// Redelivered is the broker's mark on what may have been delivered before. Default: not compared.
	Redelivered *bool `yaml:"redelivered"`
	// Exchange that the message was published to, or dead-lettered to; empty for the default exchange.
	Exchange *string `yaml:"exchange"`
	// RoutingKey that it came with.
	RoutingKey *string `yaml:"routing_key"`
	// Headers by name. A part of a table or list in them is enough, and <absent> is one that is not there.
	Headers map[string]Pattern `yaml:"headers"`
	// Properties of the message, other than its headers.
	Properties *ExpectedProperties `yaml:"properties"`
	// ConsumerTag of the consumer that it was delivered to.
	ConsumerTag *string `yaml:"consumer_tag"`
}

// ExpectedProperties are properties that are expected of a message; <absent> is one that it does not have.
type ExpectedProperties struct {
	// ContentType is the MIME type of the body.
	ContentType *string `yaml:"content_type"`
	// ContentEncoding is how the body is encoded.
	ContentEncoding *string `yaml:"content_encoding"`
	// Type is the application's name for what kind of message it is.
	Type *string `yaml:"type"`
	// MessageID is the application's name for the message.
	MessageID *string `yaml:"message_id"`
	// CorrelationID says which message it is the answer to.
	CorrelationID *string `yaml:"correlation_id"`
	// ReplyTo is the queue that an answer is expected in.
	ReplyTo *string `yaml:"reply_to"`
	// AppID is the application that it comes from.
	AppID *string `yaml:"app_id"`
	// UserID is the user who has published it.
	UserID *string `yaml:"user_id"`
	// Timestamp is a moment in UTC, as in 2024-05-01T12:00:00Z.
	Timestamp *string `yaml:"timestamp"`
	// Expiration is the time to live in milliseconds, as a text.
	Expiration *string `yaml:"expiration"`
	// Priority of the message.
	Priority *Pattern `yaml:"priority"`
	// DeliveryMode is 2 for persistent messages, 1 for transient ones.
	DeliveryMode *Pattern `yaml:"delivery_mode"`
}

// Number is a number, or a range of them: 2..3, 1.. (at least) or ..2 (at most).
type Number struct{ Pattern }

func (n *Number) decodeNode(d *decoder, node *yaml.Node, path string) {
	n.Pattern.decodeNode(d, node, path)
	whole := false
	switch want := n.want.(type) {
	case int64:
		whole = want >= 0
	case string:
		_, _, whole = span(want)
	}
	if !whole {
		d.errorf(node, "want a number, or a range such as 2..3, 1.. or ..2, not %s", kindOf(node))
	}
}

// decodeNode takes just the deliveries, or a mapping with more to say about them.
func (e *Deliveries) decodeNode(d *decoder, n *yaml.Node, path string) {
	type plain Deliveries // without this method
	p := plain{}
	switch n.Kind {
	case yaml.MappingNode:
		d.structure(n, reflect.ValueOf(&p).Elem(), path)
	case yaml.SequenceNode:
		d.list(n, reflect.ValueOf(&p.Lines).Elem(), path)
	default:
		d.errorf(n, "want the deliveries in a list, not %s (an actor that gets nothing: [])", kindOf(n))
	}
	*e = Deliveries(p)
	e.Pos = d.pos(n)
}

// decodeNode takes just the message, or a mapping.
func (e *Delivery) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode {
		e.Message = &ExpectedBody{}
		e.Message.decodeNode(d, n, "")
		return
	}
	type plain Delivery // without this method
	p := plain{}
	d.structure(n, reflect.ValueOf(&p).Elem(), path)
	*e = Delivery(p)
}

// isCounted reports whether it is only said how often messages come.
func (e *Deliveries) isCounted() bool { return e.Counts != nil }

// wanted is what a delivery is held against, by the names of the format.
func (e *Delivery) wanted() map[string]any { return wantedOf(reflect.ValueOf(e).Elem()) }

func wantedOf(v reflect.Value) map[string]any {
	want := map[string]any{}
	for _, f := range fieldsOf(v.Type()) {
		field := v.FieldByIndex(f.index)
		if field.IsNil() {
			continue
		}
		switch field := field.Interface().(type) {
		case *string:
			want[f.key] = *field
		case *bool:
			want[f.key] = *field
		case *ExpectedBody:
			want[f.key] = field.want
		case *Pattern:
			want[f.key] = field.want
		case *ExpectedProperties:
			want[f.key] = wantedOf(reflect.ValueOf(field).Elem())
		case map[string]Pattern:
			table := map[string]any{}
			for name, p := range field {
				table[name] = p.want
			}
			want[f.key] = table
		}
	}
	return want
}

// Delivered is a delivery that has come to an actor, as the actor sees it.
type Delivered struct {
	Message              string
	Redelivered          bool
	Exchange, RoutingKey string
	ConsumerTag          string
	// Headers and Properties have only those that were there, by the names of the format. Moments are texts.
	Headers, Properties map[string]any
}

// table is a delivery by the names of the format.
func (d *Delivered) table() map[string]any {
	return map[string]any{
		"message": &cameBody{text: d.Message}, "redelivered": d.Redelivered, "exchange": d.Exchange, "routing_key": d.RoutingKey,
		"consumer_tag": d.ConsumerTag, "headers": orEmpty(d.Headers), "properties": orEmpty(d.Properties),
	}
}

func orEmpty(table map[string]any) map[string]any {
	if table == nil {
		return map[string]any{}
	}
	return table
}

// Diff leads from the deliveries that are expected of an actor to those that have come to it, of which it shows
// what is named; nil if they are alike.
func (e *Deliveries) Diff(came []Delivered) []transcript.DiffLine {
	if e.isCounted() {
		return e.diffCounts(came)
	}
	var diff []transcript.DiffLine
	differ := false
	for _, s := range e.align(came) {
		differ = differ || !s.alike
		if s.want != nil && !s.alike {
			diff = append(diff, transcript.DiffLine{Op: transcript.Missing, Text: entryText(s.want.wanted())})
		}
		switch {
		case s.got == nil, s.alike && e.Unordered:
		case s.alike:
			diff = append(diff, transcript.DiffLine{Op: transcript.Same, Text: entryText(s.got.beside(s.want, false))})
		default:
			diff = append(diff, transcript.DiffLine{Op: transcript.Extra, Text: entryText(s.got.beside(s.want, false))})
		}
	}
	if !differ {
		return nil
	}
	return diff
}

func (e *Deliveries) diffCounts(came []Delivered) []transcript.DiffLine {
	var diff []transcript.DiffLine
	for _, message := range sortedNatural(e.Counts) {
		want, n := e.Counts[message], times(message, came)
		if !want.Fits(n, true) {
			diff = append(diff,
				transcript.DiffLine{Op: transcript.Missing, Text: fmt.Sprintf("%s: %v", message, want)},
				transcript.DiffLine{Op: transcript.Extra, Text: fmt.Sprintf("%s: %d", message, n)})
		}
	}
	return diff
}

// times is how often a message has come, which may contain <any>.
func times(message string, came []Delivered) (n int) {
	for i := range came {
		if NewPattern(message).Fits(came[i].Message, true) {
			n++
		}
	}
	return n
}

// compared is an expected delivery beside one that has come, one of which may be nil. They may differ.
type compared struct {
	want *Delivery
	// place of the expected one.
	place int
	got   *Delivered
	alike bool
}

// align puts beside each delivery that is expected the one that has come in its place.
func (e *Deliveries) align(came []Delivered) []compared {
	want, got := make([]Pattern, len(e.Lines)), make([]map[string]any, len(came))
	for i, line := range e.Lines {
		want[i] = NewPattern(line.wanted())
	}
	for i := range came {
		got[i] = came[i].table()
	}
	fits := func(w, g int) bool { return want[w].Fits(got[g], true) }
	if e.Unordered {
		return e.beside(came, transcript.Pair(len(want), len(got), fits), true)
	}
	return e.beside(came, transcript.Align(len(want), len(got), fits), false)
}

// beside puts what is missing and what has come in its place together: the first with the first between two
// that are alike, or, where order does not matter, deliveries of the same message.
func (e *Deliveries) beside(came []Delivered, steps []transcript.Step, unordered bool) []compared {
	var all []compared
	var missing, extra []int
	flush := func() {
		for _, w := range missing {
			c := compared{want: e.Lines[w], place: w}
			if at := e.partner(w, extra, came, unordered); at >= 0 {
				c.got = &came[extra[at]]
				extra = slices.Delete(extra, at, at+1)
			}
			all = append(all, c)
		}
		for _, g := range extra {
			all = append(all, compared{got: &came[g]})
		}
		missing, extra = nil, nil
	}
	for _, s := range steps {
		switch {
		case s.Got == transcript.None:
			missing = append(missing, s.Want)
		case s.Want == transcript.None:
			extra = append(extra, s.Got)
		case unordered:
			all = append(all, compared{e.Lines[s.Want], s.Want, &came[s.Got], true})
		default:
			flush()
			all = append(all, compared{e.Lines[s.Want], s.Want, &came[s.Got], true})
		}
	}
	flush()
	if unordered {
		slices.SortStableFunc(all, func(a, b compared) int { return cmp.Compare(a.rank(len(e.Lines)), b.rank(len(e.Lines))) })
	}
	return all
}

// rank puts what is expected in its order, of so many, and all else behind it.
func (c *compared) rank(expected int) int {
	if c.want == nil {
		return expected
	}
	return c.place
}

// partner is the place in a list of deliveries of the one that has come instead of an expected one; -1 if there is
// none.
func (e *Deliveries) partner(w int, extra []int, came []Delivered, unordered bool) int {
	if len(extra) == 0 || !unordered {
		return min(len(extra), 1) - 1
	}
	if message := e.Lines[w].Message; message != nil {
		return slices.IndexFunc(extra, func(g int) bool { return message.Fits(came[g].Message) })
	}
	return 0
}

// beside is what an expected delivery names of one that has come, and that it was redelivered. Without one it is
// the message. Where spelled is set, what fits is spelled as it is expected.
func (d *Delivered) beside(e *Delivery, spelled bool) map[string]any {
	want := map[string]any{"message": ""}
	if e != nil {
		want = e.wanted()
	}
	named, _ := named(want, d.table(), spelled).(map[string]any)
	if d.Redelivered {
		named["redelivered"] = true
	}
	return named
}

// named is what a pattern names of a value. Where spelled is set, what fits is spelled as in the pattern, and
// what the broker makes up anew each time is left open.
func named(want, got any, spelled bool) any {
	if body, is := got.(*cameBody); is {
		return body.named(want, spelled)
	}
	if spelled && !isTable(want) && NewPattern(want).Fits(got, true) {
		return want
	}
	switch want := want.(type) {
	case map[string]any:
		if table, ok := got.(map[string]any); ok {
			return namedIn(want, table, spelled)
		}
	case []any:
		if list, ok := got.([]any); ok && len(want) > 0 {
			items := make([]any, len(list))
			for i, item := range list {
				items[i] = named(want[min(i, len(want)-1)], item, spelled)
			}
			return items
		}
	}
	if text, ok := got.(string); ok && spelled {
		return Generic(text)
	}
	return got
}

func namedIn(want, table map[string]any, spelled bool) map[string]any {
	part := map[string]any{}
	for name, w := range want {
		if got, there := table[name]; there {
			part[name] = named(w, got, spelled)
		} else {
			part[name] = Absent
		}
	}
	return part
}

func isTable(v any) bool {
	_, is := v.(map[string]any)
	return is
}

// deliveryKeys are the keys of a delivery, in their order.
func deliveryKeys() []string { return keys(fieldsOf(reflect.TypeFor[Delivery]())) }

// entryText writes a delivery in a line: just the message, where no more is said.
func entryText(entry map[string]any) string {
	if message, only := justMessage(entry); only {
		return message
	}
	return flowTable(entry, deliveryKeys())
}

// justMessage is the message of an entry that says no more.
func justMessage(entry map[string]any) (message string, only bool) {
	message, only = entry["message"].(string)
	return message, only && len(entry) == 1
}

// sortedNatural are the keys of a mapping, as people order them.
func sortedNatural[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(compareNatural(a, b), cmp.Compare(a, b)) })
	return names
}
