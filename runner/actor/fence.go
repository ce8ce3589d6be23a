package actor

import (
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/tap"
)

// Fence makes sure that what the actor has caused at the broker has come to pass. When it returns,
// the broker has dealt with all that the actor has sent, and all deliveries that this caused to the
// actor itself have arrived.
//
// A consumer sends two passive queue.declare: the queue answers the first after the deliveries have
// left it, and the channel sends the second answer after it has written them. A publisher declares
// an exchange that is always there. A fence asks only for what is known to exist, so it changes
// nothing; a channel that the broker has closed needs no fence.
//
// Only an idle actor may be fenced. The result is what the broker says of the consumer's queue in its
// first answer: what the queue had sent by then is sure to have arrived. Ok is false where there is
// none.
func (a *Actor) Fence() (queue amqp.Queue, ok bool, err error) {
	select {
	case <-a.ended:
		return amqp.Queue{}, false, nil
	default:
	}
	if a.channel == nil || a.channel.IsClosed() {
		return amqp.Queue{}, false, nil
	}
	a.asking.Lock()
	defer a.asking.Unlock()
	return a.role.fence()
}

func (p *publishing) fence() (queue amqp.Queue, ok bool, err error) {
	err = p.channel.ExchangeDeclarePassive("amq.direct", amqp.ExchangeDirect, true, false, false, false, tap.FenceMark())
	return amqp.Queue{}, false, p.fenceError(err)
}

func (c *consuming) fence() (queue amqp.Queue, ok bool, err error) {
	if queue, err = c.channel.QueueDeclarePassive(c.queue, false, false, false, false, tap.FenceMark()); err != nil {
		return amqp.Queue{}, false, c.fenceError(err)
	}
	if _, err = c.channel.QueueDeclarePassive(c.queue, false, false, false, false, tap.FenceMark()); err != nil {
		return amqp.Queue{}, false, c.fenceError(err)
	}
	return queue, true, nil
}

// fenceError passes over a channel that the broker closes at the same time: the journal has it.
func (a *Actor) fenceError(err error) error {
	if err == nil || errors.Is(err, amqp.ErrClosed) {
		return nil
	}
	if _, _, refused := a.wire.Refusal(); refused {
		return nil
	}
	return fmt.Errorf("waiting for the broker on %s's channel: %w", a.spec.Name(), err)
}

// Channel opens a second channel on the actor's connection, for whoever has to look at the broker
// with the actor's eyes.
func (a *Actor) Channel() (*amqp.Channel, error) {
	select {
	case <-a.ended:
		return nil, amqp.ErrClosed
	default:
	}
	return a.conn.Channel()
}
