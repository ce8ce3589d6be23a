// Package clock is the time that actors live in.
//
// Intervals, holds and delays are timers on the timeline of an act. On a [Timeline] they expire one
// at a time, in an order that does not depend on how fast anybody was, and only when the runner says
// that the system is quiet: that makes an act's outcome the same each time. On a real-time timeline
// that takes as long as by the wall clock, and [Wall] is the wall clock itself, for actors that are played
// by hand.
package clock

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"sync"
	"time"
)

// A timer that a delivery sets starts a hop later than one that the publisher sets, so that of two
// timers of equal length the one further down the chain of cause and effect expires last. On a
// timeline the shortest time will do; the wall clock's timers are not exact, and programs that are
// started by hand share no clock but that.
const (
	timelineHop = time.Nanosecond
	wallHop     = 500 * time.Millisecond
)

// Clock is what actors read and wait on.
type Clock interface {
	// Now is the time since the act began.
	Now() time.Duration
	// Sleep returns nil when d has passed, or the context's error if that ends first. Who is the
	// sleeper's place in the cast; an actor sleeps one sleep at a time.
	Sleep(ctx context.Context, who int, d time.Duration) error
	// Sleeping says whether an actor waits for its timer.
	Sleeping(who int) bool
	// Hop is what a message takes, at the least, from its publisher to its consumer.
	Hop() time.Duration
}

// Timeline is the clock of an act: its time stands still unless [Timeline.Pass] moves it on.
type Timeline struct {
	mu     sync.Mutex
	now    time.Duration
	timers map[int]*timer
	// due are the timers in the order in which they expire, and some that are given up.
	due due
	// until is up to when time passes at present; 0 while it stands still.
	until time.Duration
	// real is set if time passes as by the wall clock, since when it does at present is in resumed.
	real    bool
	resumed time.Time
	// slept is told whenever a sleep begins.
	slept func(who int)
}

type timer struct {
	who     int
	at      time.Duration
	expired chan struct{}
}

// due is a heap of timers.
type due []*timer

func (d due) Len() int      { return len(d) }
func (d due) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *due) Push(x any)   { *d = append(*d, x.(*timer)) }

func (d due) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(d[i].at, d[j].at), cmp.Compare(d[i].who, d[j].who)) < 0
}

func (d *due) Pop() any {
	last := len(*d) - 1
	t := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	return t
}

// NewVirtual returns a timeline on which time takes no time. Slept, if not nil, is called after
// each beginning of a sleep.
func NewVirtual(slept func(who int)) *Timeline {
	return &Timeline{timers: map[int]*timer{}, slept: slept}
}

// NewReal returns a timeline on which time takes as long as by the wall clock. While it stands still the
// wall clock goes on: what has to pass after that does so in full, however slow somebody was before.
func NewReal(slept func(who int)) *Timeline {
	t := NewVirtual(slept)
	t.real = true
	return t
}

// Now is the time since the act began.
func (t *Timeline) Now() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.present()
}

func (t *Timeline) present() time.Duration {
	passed := t.until - t.now
	if t.real {
		passed = min(passed, time.Since(t.resumed))
	}
	return t.now + max(passed, 0)
}

// Sleep waits until the timeline has been advanced by d.
func (t *Timeline) Sleep(ctx context.Context, who int, d time.Duration) error {
	t.mu.Lock()
	set := &timer{who: who, at: t.present() + d, expired: make(chan struct{})}
	t.timers[who] = set
	heap.Push(&t.due, set)
	t.mu.Unlock()
	if t.slept != nil {
		t.slept(who)
	}
	select {
	case <-set.expired:
		return nil
	case <-ctx.Done():
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.timers[who] == set {
			delete(t.timers, who)
		}
		return ctx.Err()
	}
}

// Sleeping reports whether an actor waits for its timer.
func (t *Timeline) Sleeping(who int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.timers[who] != nil
}

// Hop is the shortest time there is.
func (t *Timeline) Hop() time.Duration { return timelineHop }

// Next is when the next timer expires; ok is false if there is none. Of timers that expire at the
// same time, the one whose sleeper comes first in the cast is next.
func (t *Timeline) Next() (at time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := t.next()
	if next == nil {
		return 0, false
	}
	return next.at, true
}

func (t *Timeline) next() *timer {
	for len(t.due) > 0 && t.timers[t.due[0].who] != t.due[0] {
		heap.Pop(&t.due)
	}
	if len(t.due) == 0 {
		return nil
	}
	return t.due[0]
}

// Due are the sleepers, in the order of the cast, whose timers expire between two moments.
func (t *Timeline) Due(from, until time.Duration) (who []int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, timer := range t.timers {
		if timer.at > from && timer.at < until {
			who = append(who, timer.who)
		}
	}
	slices.Sort(who)
	return who
}

// Expire lets the sleeper of the next timer go on, whose moment has come, and returns who that is; ok
// is false if there is none. Only a quiet system may be moved on.
func (t *Timeline) Expire() (who int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := t.next()
	if next == nil {
		return 0, false
	}
	close(next.expired)
	delete(t.timers, next.who)
	return next.who, true
}

// Pass lets time pass until a moment before which no timer expires. If something happens before on a
// real-time timeline, time stands still again, and come is false.
func (t *Timeline) Pass(ctx context.Context, until time.Duration, happens <-chan struct{}) (come bool, err error) {
	left := t.flow(until)
	defer t.halt()
	if !t.real {
		return true, nil
	}
	return sleep(ctx, left, happens)
}

// flow has time pass, and returns how much.
func (t *Timeline) flow(until time.Duration) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.until, t.resumed = until, time.Now()
	return until - t.now
}

func (t *Timeline) halt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now, t.until = t.present(), 0
}

// Wall is the wall clock since a moment.
type Wall struct{ began time.Time }

// NewWall returns a wall clock that starts now.
func NewWall() Wall { return Wall{time.Now()} }

// Now is the time since the clock was started.
func (w Wall) Now() time.Duration { return time.Since(w.began) }

// Sleep waits for d.
func (w Wall) Sleep(ctx context.Context, _ int, d time.Duration) error {
	_, err := sleep(ctx, d, nil)
	return err
}

// Sleeping is always false: nobody waits for actors that are played by hand to be idle.
func (w Wall) Sleeping(int) bool { return false }

// Hop is enough for timers of several programs to keep their order.
func (w Wall) Hop() time.Duration { return wallHop }

// sleep waits for d to pass, or for something to happen before; then come is false.
func sleep(ctx context.Context, d time.Duration, happens <-chan struct{}) (come bool, err error) {
	if d <= 0 {
		return true, ctx.Err()
	}
	expired := time.NewTimer(d)
	defer expired.Stop()
	select {
	case <-expired.C:
		return true, nil
	case <-happens:
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
