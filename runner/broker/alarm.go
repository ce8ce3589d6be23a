package broker

import (
	"sync"
	"time"

	"tutor/runner/wire"
)

// alarm blocks publishers while messages take too much memory. Summing up what queues hold is not
// free, so it is done once for each share of the limit that was published, and while the alarm is
// on, now and then.
type alarm struct {
	held  func() int64
	limit int64

	mu *sync.Mutex
	// published counts bytes since the sum was last taken.
	published int64
	// off is closed when the alarm goes off; nil while there is none.
	off     chan struct{}
	stopped chan struct{}
}

// recheck is how often a raised alarm is looked at.
const recheck = 50 * time.Millisecond

func newAlarm(held func() int64, limit int64) alarm {
	return alarm{held: held, limit: limit, mu: new(sync.Mutex), stopped: make(chan struct{})}
}

// count counts published bytes, and raises the alarm if it is time to.
func (a *alarm) count(n int) {
	a.mu.Lock()
	a.published += int64(n)
	due := a.published > a.limit/16
	if due {
		a.published = 0
	}
	a.mu.Unlock()
	if due && a.held() > a.limit {
		a.raise()
	}
}

func (a *alarm) raise() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.off != nil {
		return
	}
	off := make(chan struct{})
	a.off = off
	go func() {
		ticker := time.NewTicker(recheck)
		defer ticker.Stop()
		for {
			select {
			case <-a.stopped:
			case <-ticker.C:
				if a.held() > a.limit {
					continue
				}
			}
			a.mu.Lock()
			a.off = nil
			a.mu.Unlock()
			close(off)
			return
		}
	}()
}

// raised returns what is closed when the alarm goes off, or nil if there is none.
func (a *alarm) raised() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.off
}

// stop ends the alarm; stopping twice is harmless.
func (a *alarm) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-a.stopped:
	default:
		close(a.stopped)
	}
}

// obeyAlarm holds back a connection that has published while there is an alarm.
func (c *connection) obeyAlarm() {
	if !c.published {
		return
	}
	c.published = false
	off := c.broker.alarm.raised()
	if off == nil {
		return
	}
	if c.client.blocked {
		c.send(0, &wire.ConnectionBlocked{Reason: "low on memory"})
	}
	c.broker.hold(c, off)
	if c.client.blocked {
		c.send(0, &wire.ConnectionUnblocked{})
	}
}

// hold waits for the end of an alarm, or for that of the connection.
func (b *Broker) hold(c *connection, off <-chan struct{}) {
	select {
	case <-off:
	case <-c.forced:
	}
}
