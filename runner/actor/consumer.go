package actor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/escape"
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
	mark := tap.Unmark(&d.Headers, &d.MessageId)
	return delivery{d, mark}
}

// consuming is a consumer's work.
type consuming struct {
	*operator
	part    *scenario.Consumer
	answers answers
	// accepted is set once the broker has taken the consumer on; from then on it is idle when it has handled
	// all that has come to its channel, and the operator what has come elsewhere.
	accepted atomic.Bool
	handled  atomic.Uint64
	// operated is set once a step has told it to do anything.
	operated atomic.Bool
	// tag is the consumer's.
	tag string
	// hand is the delivery that it works on, one at a time.
	hand delivery
	// resigned is set once it consumes no longer at its own wish.
	resigned bool
	// taken is how many deliveries it has begun with.
	taken int
	// leaving is set once it is to leave when it has worked off what it was sent, and unsubscribed is closed when
	// that will not become more.
	leaving      atomic.Bool
	unsubscribed chan struct{}
	pausing
}

// idle is not true of a consumer that drains, unless it is at work: it goes on until it has left.
func (c *consuming) idle() bool {
	return c.paused.Load() || c.accepted.Load() && !c.leaving.Load() && c.handled.Load()+c.elsewhere.Load() == c.wire.Arrivals()
}

// publishes reports whether the consumer sends anything: of its own, or since a step has made it.
func (c *consuming) publishes() bool { return c.operated.Load() || c.part.Publishes() }
func (c *consuming) consumes() bool  { return true }

func (c *consuming) play(ctx context.Context) error {
	c.tag = cmp.Or(c.part.Tag, c.part.Name)
	if err := c.openOwn(); err != nil {
		return err
	}
	cancelled := c.channel.NotifyCancel(make(chan string, 1))
	returns := c.channel.NotifyReturn(make(chan amqp.Return, returnsAtOnce))
	deliveries, err := c.begin()
	if err != nil {
		return err
	}
	c.share(c.channel, false)
	c.accepted.Store(true)
	c.Poke()
	return c.serve(ctx, deliveries, returns, cancelled)
}

// serve deals with what comes, until the consumer dies or is told to leave.
func (c *consuming) serve(ctx context.Context, deliveries <-chan amqp.Delivery, returns <-chan amqp.Return, cancelled <-chan string) error {
	var drained <-chan struct{}
	for {
		select {
		case <-drained:
			return c.drained()
		case e := <-c.mailbox:
			if c.do(ctx, e) {
				return nil
			}
			continue
		case x := <-c.inbox:
			c.arrived(x)
			continue
		case r, ok := <-returns:
			if !ok {
				returns = nil
				continue
			}
			c.printReturn(r)
		case d, ok := <-deliveries:
			if !ok && (c.resigned || c.leaves()) {
				deliveries, drained = nil, c.unsubscribed
				continue
			}
			if !ok {
				return c.cutOff(ctx, cancelled)
			}
			c.hand = received(d)
			if err := c.take(ctx, &c.hand); err != nil {
				return c.ends(ctx, err)
			}
		case <-ctx.Done():
			return c.left(ctx)
		}
		c.handled.Add(1)
		c.Poke()
	}
}

// ends is how the consumer goes on no longer, after a delivery.
func (c *consuming) ends(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errDied):
		if c.host.Dies != nil {
			c.host.Dies()
		}
		c.Kill()
		return nil
	case errors.Is(err, errLeft):
		return c.left(ctx)
	}
	return err
}

// do does what a step wants, and reports whether that has ended the connection.
func (c *consuming) do(ctx context.Context, e errand) (leaves bool) {
	c.operated.Store(true)
	if c.runErrand(ctx, e) {
		return true
	}
	op := e.operation
	c.resigned = c.resigned || op.Channel == c.own && (op.Close != "" || op.Cancel != "" && op.CancelledTag() == c.tag)
	return false
}

// openOwn opens the channel to consume on, where that is not the one that the actor has from the beginning, which is
// only for what steps say then.
func (c *consuming) openOwn() (err error) {
	if c.part.Channel == "" {
		return nil
	}
	c.adopt(c.channel)
	c.own = c.part.Channel
	if c.channel, err = c.conn.Channel(); err != nil {
		return c.explain("opening the channel "+c.own, err)
	}
	c.number = c.wire.LastOpened()
	return nil
}

// begin has the broker send deliveries.
func (c *consuming) begin() (<-chan amqp.Delivery, error) {
	if c.part.Prefetch > 0 {
		if err := c.channel.Qos(c.part.Prefetch, 0, false); err != nil {
			return nil, c.explain("setting the prefetch", err)
		}
	}
	deliveries, err := c.channel.Consume(c.queue, c.tag, c.part.Ack.Mode == scenario.AckAuto, c.part.Exclusive, false, false, table(c.part.Arguments))
	if err != nil {
		return nil, c.explain("consuming from queue "+c.queue, err)
	}
	return deliveries, nil
}

// leaves reports whether it is at the consumer's own wish, after what it was sent, that no more deliveries come.
func (c *consuming) leaves() bool { return c.leaving.Load() && !c.channel.IsClosed() }

// take processes one delivery.
func (c *consuming) take(ctx context.Context, d *delivery) error {
	if c.host.Took != nil {
		c.host.Took(c.number, &d.Delivery)
	}
	c.taken++
	body := escape.Body(d.Body)
	if c.part.OnceBy == scenario.ByMessageID && c.answers.knows(d.MessageId) {
		return c.ignore(d, body)
	}
	c.host.Print(transcript.Received, body, d.mark)
	if c.part.Ack.Mode == scenario.AckFirst {
		if err := d.Ack(false); err != nil {
			return c.explain("acknowledging "+body, err)
		}
	}
	if err := c.pause(ctx); err != nil {
		return err
	}
	if err := c.work(ctx, c.part.Works()); err != nil {
		return err
	}
	return c.answer(ctx, d, body)
}

// work takes some time.
func (c *consuming) work(ctx context.Context, d scenario.Duration) error {
	if d == 0 {
		return nil
	}
	if err := c.host.Clock.Sleep(ctx, c.host.Who, d.Std()+c.host.Clock.Hop()); err != nil {
		return errLeft
	}
	return nil
}

// left is how a consumer ends that was told to leave.
func (a *Actor) left(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), errStopped) {
		a.host.Print(transcript.Stopped, "", "")
	}
	return nil
}

// whyCancelled finds out why the broker has ended the consumer: its queue is gone, or has waited for an
// acknowledgement for longer than it may (RabbitMQ 4.3).
func (c *consuming) whyCancelled() string {
	c.asking.Lock()
	defer c.asking.Unlock()
	if _, err := c.channel.QueueDeclarePassive(c.queue, false, false, false, false, tap.FenceMark()); err == nil {
		return fmt.Sprintf("the queue %s is there, and the broker has ended the consumer", c.queue)
	}
	return fmt.Sprintf("the queue %s is gone", c.queue)
}

// cutOff says why no more deliveries come, though nobody told the consumer to leave.
func (c *consuming) cutOff(ctx context.Context, cancelled <-chan string) error {
	if ctx.Err() != nil {
		return c.left(ctx)
	}
	select {
	case _, ok := <-cancelled:
		if ok {
			c.host.Print(transcript.Cancelled, c.whyCancelled(), "")
			return nil
		}
	default:
	}
	return c.explain("consuming from queue "+c.queue, errors.New("the connection to the broker was lost"))
}
