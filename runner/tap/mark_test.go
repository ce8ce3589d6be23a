package tap

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/wire"
)

// A message that was marked and unmarked is as it was, in a client's hands and on the wire.
func TestMark(t *testing.T) {
	long := strings.Repeat("p", longestID)
	for name, c := range map[string]struct {
		m    amqp.Publishing
		mark string
		// header is set where the mark is one.
		header bool
	}{
		"plain":                       {amqp.Publishing{}, "p/1", false},
		"with headers":                {amqp.Publishing{Headers: amqp.Table{"a": "b"}}, "p/1", false},
		"with a message-id":           {amqp.Publishing{MessageId: "m"}, "p/1", true},
		"with both":                   {amqp.Publishing{MessageId: "m", Headers: amqp.Table{"a": "b"}}, "p/1", true},
		"with an id like a mark":      {amqp.Publishing{MessageId: markPrefix + "q/7"}, "p/1", true},
		"descending":                  {amqp.Publishing{}, Descending("p/1", "q/2"), false},
		"too long for a message-id":   {amqp.Publishing{}, long, true},
		"as long as a message-id is":  {amqp.Publishing{}, long[len(markPrefix):], false},
		"too long, with other header": {amqp.Publishing{Headers: amqp.Table{"a": "b"}}, long, true},
	} {
		t.Run(name, func(t *testing.T) {
			marked, headers := c.m, maps.Clone(c.m.Headers)
			Mark(&marked, c.mark, amqp.Table{"left": "over"})
			if _, is := marked.Headers[markHeader]; is != c.header {
				t.Errorf("headers: %v, message-id: %q", marked.Headers, marked.MessageId)
			}
			if !cmp.Equal(c.m.Headers, headers) {
				t.Errorf("its own headers are %v", c.m.Headers)
			}
			p := wire.Properties{MessageID: marked.MessageId, Headers: onWire(marked.Headers)}
			if mark := unmark(&p); mark != c.mark || p.MessageID != c.m.MessageId || !cmp.Equal(p.Headers, onWire(c.m.Headers)) {
				t.Errorf("on the wire: %q, %+v", mark, p)
			}
			got, id := maps.Clone(marked.Headers), marked.MessageId
			if mark := Unmark(&got, &id); mark != c.mark || id != c.m.MessageId || !cmp.Equal(got, c.m.Headers) {
				t.Errorf("%q, %v, %q", mark, got, id)
			}
		})
	}
}

// What nobody has marked has no mark, and stays as it is.
func TestUnmarked(t *testing.T) {
	headers, id := amqp.Table{"a": "b"}, "m"
	if mark := Unmark(&headers, &id); mark != "" || id != "m" || len(headers) != 1 {
		t.Errorf("%q, %v, %q", mark, headers, id)
	}
	p := wire.Properties{Flags: wire.FlagHeaders | wire.FlagMessageID, MessageID: "m", Headers: wire.Table{{Name: "a", Value: "b"}}}
	if mark := unmark(&p); mark != "" || p.MessageID != "m" || len(p.Headers) != 1 || p.Flags != wire.FlagHeaders|wire.FlagMessageID {
		t.Errorf("%q, %+v", mark, p)
	}
}

// onWire is a table of at most two fields.
func onWire(headers amqp.Table) (t wire.Table) {
	for _, name := range []string{"a", markHeader} {
		if value, has := headers[name]; has {
			t = append(t, wire.Field{Name: name, Value: value})
		}
	}
	return t
}
