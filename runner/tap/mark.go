package tap

import (
	"cmp"
	"maps"
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/wire"
)

// markHeader carries the mark by which the runner knows a message on its way. It is the runner's own:
// actors write it when they publish and take it off what they get, and no event has it, so message-id
// and headers belong to whoever writes a scenario.
const markHeader = "x-tutor-id"

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

// Mark makes marked the headers of a message, with its mark in them; the given ones stay as they are.
func Mark(marked, headers amqp.Table, mark string) {
	clear(marked)
	maps.Copy(marked, headers)
	marked[markHeader] = mark
}

// Unmarked takes the mark off headers as the client library has them. It is empty where there is none.
func Unmarked(headers amqp.Table) (mark string, rest amqp.Table) {
	marked, is := headers[markHeader]
	mark, _ = marked.(string)
	if len(headers) == 0 || is && len(headers) == 1 {
		return mark, nil
	}
	delete(headers, markHeader)
	return mark, headers
}

// unmark takes the mark off headers as they are on the wire.
func unmark(headers wire.Table) (mark string, rest wire.Table) {
	for i := range headers {
		if headers[i].Name != markHeader {
			continue
		}
		mark, _ = headers[i].Value.(string)
		rest = append(rest, headers[:i]...)
		return mark, append(rest, headers[i+1:]...)
	}
	return "", headers
}
