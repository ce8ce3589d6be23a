package actor

import (
	"context"
	"sync/atomic"
)

// pausing is how a consumer that would go on without end, giving back what comes back to it at once, comes to rest
// at a message that a step waits for: with the message in its hands, until it is told to go on.
type pausing struct {
	paused atomic.Bool
	resume chan struct{}
}

// GoOn ends a pause, if there is one.
func (a *Actor) GoOn() {
	c, ok := a.role.(*consuming)
	if !ok || !c.paused.CompareAndSwap(true, false) {
		return
	}
	select {
	case c.resume <- struct{}{}:
	case <-a.ended:
	}
}

func (a *Actor) isPaused() bool {
	c, ok := a.role.(*consuming)
	return ok && c.paused.Load()
}

// pause pauses if it is time to.
func (c *consuming) pause(ctx context.Context) error {
	if len(c.host.Pauses) == 0 || c.taken < c.host.Pauses[0] {
		return nil
	}
	c.host.Pauses = c.host.Pauses[1:]
	c.paused.Store(true)
	defer c.paused.Store(false)
	c.Poke()
	for {
		select {
		case <-c.resume:
			return nil
		case e := <-c.mailbox:
			if c.do(ctx, e) {
				return errLeft
			}
		case <-ctx.Done():
			return errLeft
		}
	}
}
