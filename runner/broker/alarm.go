package broker

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"tutor/runner/wire"
)

// alarm blocks publishers while messages take too much memory.
type alarm struct {
	taken *atomic.Int64
	limit int64

	mu *sync.Mutex
	// off is closed when the alarm goes off; nil while there is none.
	off     chan struct{}
	stopped chan struct{}
}

// recheck is how often a raised alarm is looked at.
const recheck = 50 * time.Millisecond

func newAlarm(taken *atomic.Int64, limit int64) alarm {
	return alarm{taken: taken, limit: limit, mu: new(sync.Mutex), stopped: make(chan struct{})}
}

func (a *alarm) due() bool { return a.taken.Load() > a.limit }

// raise raises the alarm, if there is none.
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
				if a.due() {
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
	if c.broker.alarm.due() {
		c.broker.alarm.raise()
	}
	off := c.broker.alarm.raised()
	if off == nil {
		off = c.blocked()
	}
	if off == nil {
		return
	}
	if c.client.blocked {
		c.send(0, &wire.ConnectionBlocked{Reason: "low on memory"})
	}
	c.hold(off)
	if c.client.blocked {
		c.send(0, &wire.ConnectionUnblocked{})
	}
}

// backlogLimit is how much is kept of what a client sends that is held back.
const backlogLimit = 1 << 20

// hold waits for the end of an alarm, or for that of the connection, and keeps what the client sends meanwhile:
// otherwise nobody would notice that it has gone, and what it had not acknowledged or committed would keep the
// alarm on for ever.
func (c *connection) hold(off <-chan struct{}) {
	c.hang()
	defer c.goOn()
	for len(c.backlog) < backlogLimit && c.failure == nil {
		read := c.readAhead()
		select {
		case more := <-read:
			c.keep(more)
		case <-off:
			c.stopReadingAhead(read)
			return
		case <-c.forced:
			c.stopReadingAhead(read)
			return
		}
	}
	if c.failure != nil {
		return
	}
	select {
	case <-off:
	case <-c.forced:
	}
}

// chunk is what one read has brought.
type chunk struct {
	bytes []byte
	err   error
}

func (c *connection) readAhead() <-chan chunk {
	if d := time.Duration(c.patience.Load()); d > 0 {
		c.deadline(d)
	}
	read := make(chan chunk, 1)
	go func() {
		buffer := make([]byte, 32<<10)
		n, err := c.conn.Read(buffer)
		read <- chunk{buffer[:n], err}
	}()
	return read
}

func (c *connection) stopReadingAhead(read <-chan chunk) {
	_ = c.conn.SetReadDeadline(time.Unix(1, 0))
	more := <-read
	if errors.Is(more.err, os.ErrDeadlineExceeded) {
		more.err = nil
	}
	c.keep(more)
	_ = c.conn.SetReadDeadline(time.Time{})
}

func (c *connection) keep(more chunk) {
	c.backlog = append(c.backlog, more.bytes...)
	c.failure = more.err
}
