package brokertest

import (
	"context"
	"sync"
	"time"

	"tutor/runner/broker"
)

// clock is the time of a vhost.
type clock struct {
	*broker.Clock
	wall bool

	// mu is held while time passes.
	mu     sync.Mutex
	passed time.Duration
}

func newClock(wall bool) *clock {
	c := &clock{Clock: broker.NewClock(), wall: wall}
	if !wall {
		c.Hold()
	}
	return c
}

// pass has time pass up to a moment since the beginning.
func (c *clock) pass(until time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed = max(c.passed, until)
	c.Pass(c.passed)
}

// advance has time pass.
func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += max(d, 0)
	c.Pass(c.passed)
}

func (c *clock) now() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.passed
}

// mustStand panics if the clock is not the test's to move.
func (c *clock) mustStand() {
	if c.wall {
		panic("brokertest: a broker WithWallClock cannot be advanced")
	}
}

// Now is the broker's time.
func (b *Broker) Now() time.Time { return b.clock.Now() }

// Next tells how long it is until the broker does something of its own, such as expiring a message; ok is false if
// there is nothing.
func (b *Broker) Next() (in time.Duration, ok bool) {
	at, ok := b.clock.Next()
	return max(at-b.clock.now(), 0), ok
}

// Advance has time pass. What was sent to the broker before has come to it before; what is due by then has been done
// when it returns, in order, with no time for clients to answer in between: see [Broker.AdvanceQuietly].
// It panics WithWallClock.
func (b *Broker) Advance(d time.Duration) {
	b.clock.mustStand()
	ctx, cancel := patient(context.Background())
	defer cancel()
	if err := b.server.broker.CatchUp(ctx, b.name); err != nil {
		panic("brokertest: before time can pass: " + err.Error())
	}
	b.clock.advance(d)
}

// AdvanceQuietly has time pass as [Broker.Advance] does, and waits until all is quiet, as [Broker.Quiet] does, before
// anything that is due, and at the end. So messages that wait in a queue before they are tried again have as many tries
// as that takes.
func (b *Broker) AdvanceQuietly(ctx context.Context, d time.Duration) error {
	b.clock.mustStand()
	ctx, cancel := patient(ctx)
	defer cancel()
	end := b.clock.now() + d
	for {
		if err := b.Quiet(ctx); err != nil {
			return err
		}
		at, ok := b.clock.Next()
		if !ok || at > end {
			b.clock.pass(end)
			return nil
		}
		b.clock.pass(at)
	}
}
