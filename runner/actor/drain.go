package actor

import (
	"errors"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/transcript"
)

// draining is how a consumer leaves that works off what it has been sent before it closes its connection.
type draining interface {
	// drain cancels the subscription, even while the consumer has a message in its hands.
	drain() error
}

// Drain has a consumer work off what it has been sent, and then close its connection in order. It returns when the
// broker has agreed to send no more, which may be before the consumer has ended.
func (a *Actor) Drain() error {
	role, ok := a.role.(draining)
	if !ok {
		return errors.New("there is nothing that it could work off")
	}
	return role.drain()
}

func (c *consuming) drain() error {
	if !c.accepted.Load() {
		c.Stop() // it was sent nothing
		return nil
	}
	if !c.leaving.CompareAndSwap(false, true) {
		return nil
	}
	defer close(c.unsubscribed)
	c.asking.Lock()
	defer c.asking.Unlock()
	err := c.channel.Cancel(c.tag, false)
	var said *amqp.Error
	switch {
	case err == nil:
		c.host.Print(transcript.Unsubscribed, c.tag, "")
	case !errors.As(err, &said):
		return err
	}
	return nil // whoever was cut off says why
}

// drained ends a consumer that has worked off what it was sent: of what it acknowledges several at one time, the
// last may be too few.
func (c *consuming) drained() error {
	if c.answers.owed > 0 {
		if err := c.channel.Ack(c.answers.last, true); err != nil {
			return c.explain("acknowledging the last messages", err)
		}
	}
	c.host.Print(transcript.Stopped, "", "")
	return nil
}
