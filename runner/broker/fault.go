package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// What RabbitMQ may do to clients at any time, this broker does when it is told to, for tests of clients.

// block is an alarm of one vhost's own.
type block struct {
	mu sync.Mutex
	// off is closed when publishers may go on; nil while they may.
	off chan struct{}
}

// blocked returns what is closed when the connection's vhost is no longer blocked, or nil if it is not.
func (c *connection) blocked() <-chan struct{} {
	c.mu.Lock()
	v := c.vhost
	c.mu.Unlock()
	if v == nil {
		return nil
	}
	v.block.mu.Lock()
	defer v.block.mu.Unlock()
	return v.block.off
}

// Block does to the publishers of a vhost what an alarm does: a connection that publishes from now on is held back
// when it has, and told so if it wants to know.
func (b *Broker) Block(name string) error {
	v, err := b.vhost(name)
	if err != nil {
		return err
	}
	v.block.mu.Lock()
	defer v.block.mu.Unlock()
	if v.block.off != nil {
		return fmt.Errorf("vhost %q is blocked already", name)
	}
	v.block.off = make(chan struct{})
	return nil
}

// Unblock ends what [Broker.Block] began.
func (b *Broker) Unblock(name string) error {
	v, err := b.vhost(name)
	if err != nil {
		return err
	}
	v.block.mu.Lock()
	defer v.block.mu.Unlock()
	if v.block.off == nil {
		return fmt.Errorf("vhost %q is not blocked", name)
	}
	close(v.block.off)
	v.block.off = nil
	return nil
}

// Cut ends the connections of a vhost without a word, as if the node were killed. When it returns, the vhost has
// let go of them. It tells how many that were.
func (b *Broker) Cut(name string) (int, error) {
	v, err := b.vhost(name)
	if err != nil {
		return 0, err
	}
	cut := b.connectionsIn(v)
	for _, c := range cut {
		c.conn.Close()
	}
	for _, c := range cut {
		<-c.ended
	}
	return len(cut), nil
}

// CloseChannels closes the channels that consume from a queue, with an error that closes a channel. It tells how
// many that were.
func (b *Broker) CloseChannels(ctx context.Context, name, queue string, said *vhost.Error) (int, error) {
	v, err := b.vhost(name)
	if err != nil {
		return 0, err
	}
	clients, err := v.Consuming(queue)
	if err != nil {
		return 0, err
	}
	closed := 0
	for _, client := range clients {
		done, err := client.(*channel).closeFromOutside(ctx, said)
		if err != nil {
			return closed, fmt.Errorf("closing a channel that consumes from queue %q: %w", queue, err)
		}
		if done {
			closed++
		}
	}
	return closed, nil
}

// closeFromOutside closes the channel with an error that none of its methods has caused, unless it is closed by
// then.
func (ch *channel) closeFromOutside(ctx context.Context, said *vhost.Error) (done bool, err error) {
	e := newErrand(func() {
		if ch.conn.channels[ch.id] == ch && !ch.failed {
			ch.fail(said, wire.MethodID{})
			done = true
		}
	})
	if !ch.conn.ask(e) {
		if ch.conn.closed.Load() {
			return false, nil
		}
		return false, errHeld
	}
	err = ch.conn.await(ctx, e)
	if errors.Is(err, net.ErrClosed) {
		return false, nil
	}
	return done && err == nil, err
}
