package actor

import (
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/tap"
)

// Flush returns when the broker has dealt with all that the actor has sent: an exchange that is always there is
// declared passively on each of its channels.
//
// Only an idle actor may be flushed or fenced. Both ask only for what is known to exist, so they change nothing;
// a channel that the broker has closed needs no fence.
func (a *Actor) Flush() error {
	if a.isOver() {
		return nil
	}
	a.asking.Lock()
	defer a.asking.Unlock()
	return a.role.flush()
}

// Fence makes sure that what was sent to the broker before, by the actor itself or by those who were flushed,
// has come to the actor as far as it does.
//
// A consumer sends two passive queue.declare: the queue answers the first after the deliveries have
// left it, and the channel sends the second answer after it has written them.
//
// The result is what the broker says of the queues that the actor consumes from in its first answers: what a
// queue had sent by then is sure to have arrived.
func (a *Actor) Fence() ([]amqp.Queue, error) {
	if a.isOver() {
		return nil, nil
	}
	a.asking.Lock()
	defer a.asking.Unlock()
	return a.role.fence()
}

// isOver reports whether there is nobody to fence.
func (a *Actor) isOver() bool {
	select {
	case <-a.ended:
		return true
	default:
		return a.channel == nil
	}
}

func (p *publishing) flush() error { return p.flushAll(p.channel) }

// fence is one for who waits for answers: a queue that they come to is asked, and of direct replies the channel alone
// can tell.
func (p *publishing) fence() ([]amqp.Queue, error) {
	if p.asks == nil {
		return nil, nil
	}
	return p.fenceQueues(p.channel, p.number, []string{p.asks.queue})
}

func (c *consuming) flush() error { return c.flushAll(c.channel) }

func (c *consuming) fence() ([]amqp.Queue, error) {
	return c.fenceQueues(c.channel, c.number, []string{c.queue})
}

func (c *client) flush() error { return c.flushAll(nil) }

func (c *client) fence() (all []amqp.Queue, err error) {
	for _, ch := range c.all() {
		queues, err := c.fenceQueues(ch.Channel, ch.number, c.queues(ch))
		if err != nil {
			return nil, err
		}
		all = append(all, queues...)
	}
	return all, nil
}

// flushAll asks on a channel of the actor's own, if it has one, and on those of its operations.
func (o *operator) flushAll(own *amqp.Channel) error {
	channels := map[*amqp.Channel]uint16{}
	if own != nil {
		channels[own] = o.number
	}
	for _, ch := range o.all() {
		channels[ch.Channel] = ch.number
	}
	for ch, number := range channels {
		if o.isClosed(ch, number) {
			continue
		}
		if err := o.fenceError(flush(ch)); err != nil {
			return err
		}
	}
	return nil
}

// isClosed reports whether nothing may be sent on a channel any more. The client library notices somewhat later
// than it has agreed to that.
func (a *Actor) isClosed(ch *amqp.Channel, number uint16) bool {
	return a.wire.IsClosing(number) || ch.IsClosed()
}

func flush(ch *amqp.Channel) error {
	return ch.ExchangeDeclarePassive("amq.direct", amqp.ExchangeDirect, true, false, false, false, tap.FenceMark())
}

// fenceQueues asks a channel for the queues that it consumes from. For one that is gone the channel alone can
// answer.
func (a *Actor) fenceQueues(ch *amqp.Channel, number uint16, names []string) (queues []amqp.Queue, err error) {
	for _, name := range names {
		if a.isClosed(ch, number) {
			return queues, nil
		}
		if !a.host.exists(name) {
			if err := a.fenceError(flush(ch)); err != nil {
				return nil, err
			}
			continue
		}
		queue, err := ch.QueueDeclarePassive(name, false, false, false, false, tap.FenceMark())
		if err != nil {
			return queues, a.fenceError(err)
		}
		if _, err = ch.QueueDeclarePassive(name, false, false, false, false, tap.FenceMark()); err != nil {
			return queues, a.fenceError(err)
		}
		queues = append(queues, queue)
	}
	return queues, nil
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
