package broker

import (
	"errors"
	"fmt"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// hard is a refusal that closes the connection, whatever its code.
type hard struct{ said *vhost.Error }

func (h hard) Error() string { return h.said.Error() }

// refusal makes an error of RabbitMQ's form, "NAME - explanation".
func refusal(code wire.ReplyCode, format string, args ...any) *vhost.Error {
	return &vhost.Error{Code: code, Text: shorten(code.String() + " - " + fmt.Sprintf(format, args...))}
}

// shorten fits a text into a short string, as RabbitMQ does.
func shorten(text string) string {
	if len(text) > 255 {
		return text[:252] + "..."
	}
	return text
}

// errEnded ends a connection that has nothing more to say.
var errEnded = errors.New("the connection has ended")

// refuse tells the client of an error, where it belongs: on the channel, or on the connection. The
// method is the one that caused it, zero if none did.
func (c *connection) refuse(channel uint16, cause wire.MethodID, err error) error {
	if errors.Is(err, errEnded) {
		return err
	}
	if !c.tuned {
		return c.ignore()
	}
	said, onConnection := explain(err)
	if said.Crash {
		cause = wire.MethodID{}
	}
	if channel != 0 && !onConnection {
		c.channels[channel].fail(said, cause)
		return nil
	}
	c.closeWith(said, cause)
	return nil
}

// explain turns any error into what the client is told.
func explain(err error) (said *vhost.Error, onConnection bool) {
	var connection hard
	if errors.As(err, &connection) {
		return connection.said, true
	}
	if errors.As(err, &said) {
		return said, said.ClosesConnection()
	}
	var encoding *wire.Error
	if errors.As(err, &encoding) {
		return refusal(encoding.Code, "%s", encoding.Text), true
	}
	return refusal(wire.InternalError, "%v", err), true
}
