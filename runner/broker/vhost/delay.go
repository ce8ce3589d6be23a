package vhost

import (
	"cmp"
	"slices"
	"time"
)

// A quorum queue may keep back for some time what comes back to it (RabbitMQ 4.3: x-delayed-retry-type,
// x-delayed-retry-min, x-delayed-retry-max): failed deliveries, returns that are no failures, or all. The pause is the
// minimum as often as the delivery has failed, at least once, and no longer than the maximum. What is kept back is
// not ready, counts against the length limits, and is purged with the rest. When its time has come it goes before
// everything else; only then it is looked at whether it has expired meanwhile. The delivery limit comes first: what is
// given up is not kept back.

// retries say what a queue keeps back, and for how long, in milliseconds.
type retries struct {
	failed, returned bool
	least, most      int64
}

// readRetries takes anything, as RabbitMQ does: what it does not know keeps nothing back, and so does no minimum.
func (s *settings) readRetries(kind string) {
	s.retries.failed = kind == "all" || kind == "failed"
	s.retries.returned = kind == "all" || kind == "returned"
}

// pause is how long a message is kept back that has come back.
func (r retries) pause(failed bool, failures int) time.Duration {
	if failed && !r.failed || !failed && !r.returned || r.least <= 0 {
		return 0
	}
	ms := r.least * int64(max(failures, 1))
	if r.most != none {
		ms = min(ms, r.most)
	}
	return time.Duration(ms) * time.Millisecond
}

// delayed are the messages that a queue keeps back, by when their time comes.
type delayed struct {
	entries []delayedEntry
	bytes   int64
	timer   Timer
}

type delayedEntry struct {
	entry
	due int64 // in microseconds
}

// keepBack keeps a message back.
func (q *queue) keepBack(e entry, pause time.Duration) {
	if q.delayed == nil {
		q.delayed = &delayed{}
	}
	d := q.delayed
	back := delayedEntry{e, q.vhost.now() + pause.Microseconds()}
	at, _ := slices.BinarySearchFunc(d.entries, back, func(a, b delayedEntry) int {
		return cmp.Or(cmp.Compare(a.due, b.due), -1) // after those of the same moment
	})
	d.entries = slices.Insert(d.entries, at, back)
	d.bytes += q.kind.weight(e.msg)
	q.vhost.memory.hold(e.msg)
	if at == 0 {
		q.awaitDelayed()
	}
}

// awaitDelayed arms the timer for the message that comes back first.
func (q *queue) awaitDelayed() {
	d := q.delayed
	if len(d.entries) == 0 {
		return
	}
	wait := time.Duration(d.entries[0].due-q.vhost.now()) * time.Microsecond
	if d.timer == nil {
		d.timer = q.vhost.opts.Clock.AfterFunc(wait, q.delayedTimerFired)
	} else {
		d.timer.Reset(wait)
	}
}

func (q *queue) delayedTimerFired() {
	v := q.vhost
	v.mu.Lock()
	defer v.leave()
	d := q.delayed
	if q.deleted || d == nil {
		return
	}
	for now := v.now(); len(d.entries) > 0 && d.entries[0].due <= now; {
		e := d.entries[0].entry
		d.entries = slices.Delete(d.entries, 0, 1)
		d.bytes -= q.kind.weight(e.msg)
		v.memory.release(e.msg)
		q.ready.putBack(e)
		q.added(e.msg)
	}
	q.awaitDelayed()
	q.expireFront()
	q.run()
	q.relieve()
}

// dropDelayed drops what is kept back, and returns how much that was.
func (q *queue) dropDelayed(why EventKind) (messages int) {
	d := q.delayed
	if d == nil {
		return 0
	}
	if d.timer != nil {
		d.timer.Stop()
	}
	for _, e := range d.entries {
		q.vhost.tell(why, e.msg, q.name)
		q.vhost.memory.release(e.msg)
	}
	q.delayed = nil
	return len(d.entries)
}
