package broker

import (
	"container/heap"
	"sync"
	"time"

	"tutor/runner/broker/vhost"
)

// Clock is a time for a broker to live by. It is the wall clock's until it is held; from then on it stands
// still, but for what it is told to pass, and what the broker does of its own happens in a determined order.
type Clock struct {
	mu   sync.Mutex
	held bool
	// since is when it was held, and passed how much time has passed since then.
	since  time.Time
	passed time.Duration
	due    calls
	// set counts the timers, which have an order when they are due at the same moment.
	set uint64
}

// NewClock returns the wall clock.
func NewClock() *Clock { return &Clock{} }

// Hold has the clock stand still.
func (c *Clock) Hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.held {
		c.held, c.since = true, time.Now()
	}
}

// Now is the present time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.held {
		return time.Now()
	}
	return c.since.Add(c.passed)
}

// At is the time of a moment since the clock was held.
func (c *Clock) At(moment time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.since.Add(moment)
}

// Since is how long after the clock was held a time is.
func (c *Clock) Since(t time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return t.Sub(c.since)
}

// Next is when the broker's next timer is due, as the time since the clock was held; ok is false if there is
// none.
func (c *Clock) Next() (at time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.due) == 0 {
		return 0, false
	}
	return max(c.due[0].at, c.passed), true
}

// Pass has time pass until a moment since the clock was held. What is due by then has been done when it
// returns, in order.
func (c *Clock) Pass(until time.Duration) {
	for {
		f, ok := c.fire(until)
		if !ok {
			return
		}
		f()
	}
}

// fire goes on to the next timer up to a moment, or to that moment.
func (c *Clock) fire(until time.Duration) (f func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.due) == 0 || c.due[0].at > until {
		c.passed = max(c.passed, until)
		return nil, false
	}
	next := heap.Pop(&c.due).(*call)
	c.passed = max(c.passed, next.at)
	return next.f, true
}

// AfterFunc calls f when d has passed: from [Clock.Pass], while the clock is held.
func (c *Clock) AfterFunc(d time.Duration, f func()) vhost.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.held {
		return time.AfterFunc(d, f)
	}
	a := &call{clock: c, f: f, index: -1}
	c.start(a, d)
	return a
}

func (c *Clock) start(a *call, d time.Duration) {
	c.set++
	a.at, a.number = c.passed+d, c.set
	heap.Push(&c.due, a)
}

// call is a timer of a clock that is held.
type call struct {
	clock  *Clock
	at     time.Duration
	number uint64
	f      func()
	// index is its place in the heap; -1 if it is not set.
	index int
}

// Stop reports whether the timer was set.
func (a *call) Stop() bool {
	a.clock.mu.Lock()
	defer a.clock.mu.Unlock()
	return a.stop()
}

func (a *call) stop() bool {
	if a.index < 0 {
		return false
	}
	heap.Remove(&a.clock.due, a.index)
	return true
}

// Reset sets the timer anew, and reports whether it was set.
func (a *call) Reset(d time.Duration) bool {
	a.clock.mu.Lock()
	defer a.clock.mu.Unlock()
	was := a.stop()
	a.clock.start(a, d)
	return was
}

// calls is a heap of timers.
type calls []*call

func (h calls) Len() int { return len(h) }

func (h calls) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].number < h[j].number
}

func (h calls) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *calls) Push(x any) {
	a := x.(*call)
	a.index = len(*h)
	*h = append(*h, a)
}

func (h *calls) Pop() any {
	last := len(*h) - 1
	a := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	a.index = -1
	return a
}
