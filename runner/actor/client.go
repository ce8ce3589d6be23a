package actor

import (
	"context"
	"errors"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"
)

// client is the work of an actor that does only what it is told.
type client struct {
	*operator
	ready atomic.Bool
}

func (c *client) publishes() bool { return true }
func (c *client) consumes() bool  { return true }

// idle is not true of a client whose connection the broker has closed: it has yet to say why.
func (c *client) idle() bool { return c.ready.Load() && c.upToDate() && c.wire.ArrivalsOn(0) == 0 }

func (c *client) play(ctx context.Context) error {
	ended := c.conn.NotifyClose(make(chan *amqp.Error, 1))
	c.adopt(c.channel)
	c.ready.Store(true)
	c.Poke()
	for {
		select {
		case x := <-c.inbox:
			c.arrived(x)
		case e := <-c.mailbox:
			if c.runErrand(ctx, e) {
				return nil
			}
		case <-ended:
			if ctx.Err() != nil {
				return c.left(ctx)
			}
			return c.explain("waiting", errors.New("the connection to the broker was lost"))
		case <-ctx.Done():
			return c.left(ctx)
		}
	}
}
