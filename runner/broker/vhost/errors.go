package vhost

import (
	"fmt"

	"tutor/runner/wire"
)

// Error is a refusal: what the broker sends in channel.close, or in
// connection.close when the code is a hard error.
type Error struct {
	Code wire.ReplyCode
	Text string // RabbitMQ's reply-text, complete, "NOT_FOUND - no queue ..."
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Text) }

// ClosesConnection reports whether the error is a hard one, which ends the
// connection and not only the channel (AMQP 0-9-1, 1.1, the "error" constants
// of class hard-error).
func (e *Error) ClosesConnection() bool {
	switch e.Code {
	case wire.AccessRefused, wire.NotFound, wire.ResourceLocked, wire.PreconditionFailed:
		return false
	}
	return true
}
