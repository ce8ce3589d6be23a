package actor

import (
	"context"
	"errors"
	"fmt"
	"slices"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
)

// Why a consumer goes on no longer, after a delivery.
var (
	errDied = errors.New("died")
	errLeft = errors.New("told to leave")
)

// delivery is what the broker has delivered, and the mark that was on it.
type delivery struct {
	amqp.Delivery
	mark string
}

func received(d amqp.Delivery) delivery {
	var mark string
	mark, d.Headers = tap.Unmarked(d.Headers)
	return delivery{d, mark}
}

func (a *Actor) consume(ctx context.Context, c *scenario.Consumer) error {
	if c.Prefetch > 0 {
		if err := a.channel.Qos(c.Prefetch, 0, false); err != nil {
			return a.explain("setting the prefetch", err)
		}
	}
	tag := c.Tag
	if tag == "" {
		tag = c.Name
	}
	cancelled := a.channel.NotifyCancel(make(chan string, 1))
	deliveries, err := a.channel.Consume(a.queue, tag, c.Ack == scenario.AckAuto, c.Exclusive, false, false, table(c.Arguments))
	if err != nil {
		return a.explain("consuming from queue "+a.queue, err)
	}
	a.consuming.Store(true)
	a.Poke()
	for {
		select {
		case d, ok := <-deliveries:
			if !ok {
				return a.cutOff(ctx, cancelled)
			}
			switch err := a.take(ctx, c, received(d)); {
			case errors.Is(err, errDied):
				if a.host.Dies != nil {
					a.host.Dies()
				}
				a.wire.Kill()
				return nil
			case errors.Is(err, errLeft):
				return a.left(ctx)
			case err != nil:
				return err
			}
			a.handled.Add(1)
			a.Poke()
		case <-ctx.Done():
			return a.left(ctx)
		}
	}
}

// take processes one delivery.
func (a *Actor) take(ctx context.Context, c *scenario.Consumer, d delivery) error {
	if a.host.Took != nil {
		a.host.Took(&d.Delivery)
	}
	body := a.body(d)
	a.host.Print(transcript.Received, body)
	if c.Lazy > 0 {
		if err := a.host.Clock.Sleep(ctx, a.host.Who, c.Lazy.Std()+a.host.Clock.Hop()); err != nil {
			return errLeft
		}
		return errDied
	}
	if c.Work > 0 {
		if err := a.host.Clock.Sleep(ctx, a.host.Who, c.Work.Std()+a.host.Clock.Hop()); err != nil {
			return errLeft
		}
	}
	if a.host.Finished != nil {
		a.host.Finished(&d.Delivery)
	}
	if err := a.settle(c, d, body); err != nil {
		return a.explain("acknowledging "+body, err)
	}
	return nil
}

// settle acknowledges a delivery, or rejects it if the scenario says so.
func (a *Actor) settle(c *scenario.Consumer, d delivery, body string) error {
	switch {
	case c.Ack == scenario.AckAuto:
		return nil
	case slices.Contains(c.Reject, body):
		return d.Reject(false)
	case slices.Contains(c.Requeue, body) && !a.hasRequeued(d):
		a.requeued[d.mark] = true
		return d.Reject(true)
	default:
		return d.Ack(false)
	}
}

// hasRequeued says whether the consumer has requeued a message before. Of one that no actor has published,
// only the broker's redelivered flag is known.
func (a *Actor) hasRequeued(d delivery) bool {
	if d.mark == "" {
		return d.Redelivered
	}
	return a.requeued[d.mark]
}

func (a *Actor) body(d delivery) string {
	if a.host.Body != nil {
		return a.host.Body(d.mark, d.Body)
	}
	return string(d.Body)
}

// left is how a consumer ends that was told to leave.
func (a *Actor) left(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), errStopped) {
		a.host.Print(transcript.Stopped, "")
	}
	return nil
}

// whyCancelled finds out why the broker has ended the consumer: its queue is gone, or has waited for an
// acknowledgement for longer than it may (RabbitMQ 4.3).
func (a *Actor) whyCancelled() string {
	a.asking.Lock()
	defer a.asking.Unlock()
	if _, err := a.channel.QueueDeclarePassive(a.queue, false, false, false, false, tap.FenceMark()); err == nil {
		return fmt.Sprintf("the queue %s is there, and the broker has ended the consumer", a.queue)
	}
	return fmt.Sprintf("the queue %s is gone", a.queue)
}

// cutOff says why no more deliveries come, though nobody told the consumer to leave.
func (a *Actor) cutOff(ctx context.Context, cancelled <-chan string) error {
	if ctx.Err() != nil {
		return a.left(ctx)
	}
	select {
	case _, ok := <-cancelled:
		if ok {
			a.host.Print(transcript.Cancelled, a.whyCancelled())
			return nil
		}
	default:
	}
	return a.explain("consuming from queue "+a.queue, errors.New("the connection to the broker was lost"))
}
