package tap

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/wire"
)

// A message carries the mark by which the runner knows it on its way. It is the runner's own: actors write it when they
// publish and take it off what they get, and no event has it, so message-id and headers belong to whoever writes a
// scenario. It is in the message-id, behind markPrefix, where the message has none of its own, since a client library
// takes ten times as long over a table of headers; otherwise it is a header.
const (
	markHeader = "x-tutor-id"
	markPrefix = markHeader + ":"
)

// longestID is how long a message-id may be: it is a short string (AMQP 0-9-1, 4.2.5.3).
const longestID = 255

// Descending is the mark of a message that is published over another one: its own, and that of the message which
// all began with.
func Descending(mark, over string) string {
	if over == "" {
		return mark
	}
	own, origin := Origin(over)
	return mark + originMark + cmp.Or(origin, own)
}

// Origin takes a mark apart: that of the message itself, and that of the one which it descends from, if it does.
func Origin(mark string) (own, origin string) {
	own, origin, _ = strings.Cut(mark, originMark)
	return own, origin
}

// originMark stands between a mark and its origin: no actor's name has it in it.
const originMark = "\x00"

// Mark puts a mark on a message that is about to be published. Its headers stay as they are: if need be, it gets others
// in their place, in the memory that is given.
func Mark(m *amqp.Publishing, mark string, memory amqp.Table) {
	if m.MessageId == "" && len(markPrefix)+len(mark) <= longestID {
		m.MessageId = markPrefix + mark
		return
	}
	clear(memory)
	maps.Copy(memory, m.Headers)
	memory[markHeader] = mark
	m.Headers = memory
}

// Unmark takes the mark off headers and message-id as the client library has them. It is empty where there is none.
func Unmark(headers *amqp.Table, id *string) (mark string) {
	if own, marked := (*headers)[markHeader].(string); marked {
		mark = own
		delete(*headers, markHeader)
	} else if own, marked := strings.CutPrefix(*id, markPrefix); marked {
		mark, *id = own, ""
	}
	if len(*headers) == 0 {
		*headers = nil
	}
	return mark
}

// unmark takes the mark off properties as they are on the wire.
func unmark(p *wire.Properties) (mark string) {
	if i := slices.IndexFunc(p.Headers, func(f wire.Field) bool { return f.Name == markHeader }); i >= 0 {
		mark, _ = p.Headers[i].Value.(string)
		p.Headers = slices.Concat(p.Headers[:i], p.Headers[i+1:])
	} else if own, marked := strings.CutPrefix(p.MessageID, markPrefix); marked {
		mark, p.MessageID = own, ""
		p.Flags &^= wire.FlagMessageID
	}
	if len(p.Headers) == 0 {
		p.Flags &^= wire.FlagHeaders
	}
	return mark
}
