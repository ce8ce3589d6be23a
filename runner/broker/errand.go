package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// errands are what others want a connection's own goroutine to do, between what it reads. As long as it waits for
// its client, a read deadline in the past wakes it.
type errands struct {
	mu   sync.Mutex
	list []*errand
	// nudged is set while the deadline is in the past.
	nudged bool
	// hanging is set while the connection is held back, and runs no errands.
	hanging bool
}

// errand is one of them. It is run when all that has arrived is handled.
type errand struct {
	do func()
	// done is closed when it is over; refused is set by then if it was not run.
	done    chan struct{}
	refused bool
}

func newErrand(do func()) *errand { return &errand{do: do, done: make(chan struct{})} }

// errHeld is why a connection does nothing that it is asked for.
var errHeld = errors.New("the connection is blocked")

// ask has the connection run an errand, and reports whether it will, unless it ends before.
func (c *connection) ask(e *errand) bool {
	c.errands.mu.Lock()
	defer c.errands.mu.Unlock()
	if c.errands.hanging || c.closed.Load() {
		return false
	}
	c.errands.list = append(c.errands.list, e)
	if !c.errands.nudged {
		c.errands.nudged = true
		_ = c.conn.SetReadDeadline(time.Unix(1, 0))
	}
	return true
}

// await waits for the end of an errand or of its connection.
func (c *connection) await(ctx context.Context, e *errand) error {
	select {
	case <-e.done:
		if e.refused {
			return errHeld
		}
		return nil
	case <-c.ended:
		return net.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// arm gives the client as long as it may be silent.
func (c *connection) arm() {
	c.errands.mu.Lock()
	defer c.errands.mu.Unlock()
	if d := time.Duration(c.patience.Load()); d > 0 && !c.closed.Load() && !c.errands.nudged {
		_ = c.conn.SetReadDeadline(time.Now().Add(d))
	}
}

// deadline is when reading ends; 0 is never. The connection may be closed by now; then there is nothing left to
// wait for.
func (c *connection) deadline(d time.Duration) {
	c.errands.mu.Lock()
	defer c.errands.mu.Unlock()
	c.errands.nudged = false
	var at time.Time
	if d > 0 {
		at = time.Now().Add(d)
	}
	_ = c.conn.SetReadDeadline(at)
}

// nudged reports whether reading has ended only because there is an errand.
func (c *connection) nudged(err error) bool {
	c.errands.mu.Lock()
	defer c.errands.mu.Unlock()
	return c.errands.nudged && errors.Is(err, os.ErrDeadlineExceeded)
}

// run runs the errands, if all that has arrived is handled.
func (c *connection) run() {
	for _, e := range c.takeErrands() {
		e.do()
		close(e.done)
	}
}

func (c *connection) takeErrands() []*errand {
	c.errands.mu.Lock()
	defer c.errands.mu.Unlock()
	if len(c.errands.list) == 0 {
		return nil
	}
	c.restore()
	if c.unread() {
		return nil
	}
	taken := c.errands.list
	c.errands.list = nil
	return taken
}

// restore sets the deadline that was there before a nudge. It is called with the errands locked.
func (c *connection) restore() {
	if !c.errands.nudged {
		return
	}
	c.errands.nudged = false
	var at time.Time
	if d := time.Duration(c.patience.Load()); d > 0 {
		at = time.Now().Add(d)
	}
	_ = c.conn.SetReadDeadline(at)
}

// hang refuses errands until goOn.
func (c *connection) hang() {
	c.errands.mu.Lock()
	defer c.errands.mu.Unlock()
	c.errands.hanging = true
	for _, e := range c.errands.list {
		e.refused = true
		close(e.done)
	}
	c.errands.list = nil
	c.restore()
}

func (c *connection) goOn() {
	c.errands.mu.Lock()
	defer c.errands.mu.Unlock()
	c.errands.hanging = false
}

// unread reports whether something has arrived that was not handled yet.
func (c *connection) unread() bool {
	return len(c.backlog) > 0 || c.failure != nil || unread(c.conn)
}

// CatchUp returns when all that had arrived from the clients of a vhost is handled, but for what comes from those
// that are blocked. What has arrived is known on Linux, macOS and FreeBSD, and of [Pipe]s, without TLS; elsewhere it
// is what was read.
func (b *Broker) CatchUp(ctx context.Context, name string) error {
	v, err := b.vhost(name)
	if err != nil {
		return err
	}
	asked := map[*connection]*errand{}
	for _, c := range b.connectionsIn(v) {
		if e := newErrand(func() {}); c.ask(e) {
			asked[c] = e
		}
	}
	for c, e := range asked {
		if err := c.await(ctx, e); err != nil && ctx.Err() != nil {
			return fmt.Errorf("waiting for what the clients of vhost %q have sent: %w", name, err)
		}
	}
	return nil
}

// connectionsIn lists the connections that are in a vhost.
func (b *Broker) connectionsIn(v *virtualHost) []*connection {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []*connection
	for c := range b.conns {
		if c.in(v) {
			list = append(list, c)
		}
	}

	return list
}
