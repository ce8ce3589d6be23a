package ledger

import (
	"time"

	"tutor/runner/scenario"
)

// Progress is how far an actor has come.
func (l *Ledger) Progress(who int) scenario.Progress {
	l.lock()
	defer l.mu.Unlock()
	return l.progress[who]
}

// Holds is how many messages of a queue wait in it, as far as it was seen, and how many consumers have without
// having acknowledged them.
func (l *Ledger) Holds(q QueueRef) (waiting, unacknowledged int) {
	l.lock()
	defer l.mu.Unlock()
	id, known := l.queueIDs[q]
	if !known {
		return 0, 0
	}
	for i := range l.came[id].All {
		switch c := l.copies.At(i); {
		case c.queue != id:
		case c.state == ready:
			waiting++
		case c.state == unacked:
			unacknowledged++
		}
	}
	return waiting, unacknowledged
}

// lateness is how long after its time the broker may let something go, in milliseconds.
const lateness = 2000

// Expires reports whether the broker will let go of something before long since its time is over: a message with
// a time to live that waits in its queue, or a queue that nobody uses. Whoever looks at such a queue has used it:
// it goes only if it is left alone for some time.
func (l *Ledger) Expires() (alone time.Duration, ok bool) {
	l.lock()
	defer l.mu.Unlock()
	for ref, q := range l.existing() {
		if expires, limited := number(q, "x-expires"); limited && l.consumers[ref] == 0 {
			alone, ok = max(alone, time.Duration(expires)*time.Millisecond), true
		}
	}
	return alone, ok || l.mortal()
}

// mortal reports whether a message waits whose time to live is not long over.
func (l *Ledger) mortal() bool {
	now := int64(l.elapsed())
	for i := range l.copies.Len() {
		c := l.copies.At(i)
		if c.state != ready || c.queue == 0 {
			continue
		}
		if ttl, _, limited := l.timeToLive(i); limited && now <= int64(c.at)+ttl+lateness {
			return true
		}
	}
	return false
}
