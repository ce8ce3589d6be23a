package ledger

import "time"

// wait is a copy with a time to live, and since when it has it.
type wait struct {
	copy     uint32
	since    time.Duration
	requeues uint8
}

// Overdue is a copy whose time to live has ended on the act's timeline.
type Overdue struct {
	// Message is the body, Publisher the place in the cast of who has sent it.
	Message   string
	Publisher int
	// Queue it waits in.
	Queue QueueRef
	// Own is set where the time is the message's own (expiration), and not its queue's.
	Own bool
	// Lives is its time to live, Since when it came to its queue on the act's timeline.
	Lives, Since time.Duration
}

// Overdue finds a copy that would be gone at a moment of the act's timeline if the broker lived on it: it
// waits, or has come back to its queue, after its time. It is to be asked whenever all is quiet before the
// timeline goes on from now, so that what is new has come now. What lives for no time at all goes at once,
// by any clock.
func (l *Ledger) Overdue(now, until time.Duration) (Overdue, bool) {
	l.lock()
	defer l.mu.Unlock()
	for ; l.looked < l.copies.Len(); l.looked++ {
		if ttl, _, limited := l.timeToLive(l.looked); limited && ttl > 0 {
			l.waits = append(l.waits, wait{copy: l.looked, since: now})
		}
	}
	left := l.waits[:0]
	var first Overdue
	found := false
	for _, w := range l.waits {
		c := l.copies.At(w.copy)
		ttl, ofQueue, limited := l.timeToLive(w.copy)
		lives := time.Duration(ttl) * time.Millisecond
		end := w.since + lives
		if !found && limited && (c.state == ready && !c.doubtful && end <= until || c.requeues != w.requeues && end <= now) {
			m := l.messages.At(c.message)
			first, found = Overdue{l.bodies.At(m.body).String(), int(m.publisher), l.queues[c.queue], !ofQueue, lives, w.since}, true
		}
		w.requeues = c.requeues
		if c.state != accounted {
			left = append(left, w)
		}
	}
	l.waits = left
	return first, found
}

// KeptBack finds a message that has come back to a queue which may keep it back for a time
// (x-delayed-retry-min), and that was not delivered again.
func (l *Ledger) KeptBack() (q QueueRef, message string, ok bool) {
	l.lock()
	defer l.mu.Unlock()
	for c := range l.copies.All {
		if c.state == ready && l.mayBeKeptBack(&c) {
			return l.queues[c.queue], l.body(c.message).String(), true
		}
	}
	return QueueRef{}, "", false
}

// mayBeKeptBack reports whether the queue of a copy may keep it back, so that nobody gets it for a time.
func (l *Ledger) mayBeKeptBack(c *copied) bool {
	q := l.queue(c.queue)
	retry, _ := text(q, "x-delayed-retry-type")
	least, _ := number(q, "x-delayed-retry-min")
	return c.requeues > 0 && least > 0 && kindOf(q).delays && (retry == "all" || retry == "failed" || retry == "returned")
}
