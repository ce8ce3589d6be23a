package ledger

import "tutor/runner/topology"

// Given lists the queues without a log that something was put into since they were last listed, with how many
// messages each must have at the least. A broker that lives by the act's timeline has none.
func (l *Ledger) Given() map[QueueRef]int {
	l.lock()
	defer l.mu.Unlock()
	defer l.unrest.takeGiven()
	given := map[QueueRef]int{}
	if l.oneTime {
		return given
	}
	for q := range l.unrest.given {
		if kindOf(l.vhosts[q.Vhost].Queues[q.Name]).logs {
			continue
		}
		if n := l.least(q); n > 0 {
			given[q] = n
		}
	}
	return given
}

// least is how many messages wait in a queue at the least: none is sure to where a limit may take them out.
func (l *Ledger) least(ref QueueRef) (n int) {
	q := l.vhosts[ref.Vhost].Queues[ref.Name]
	if q == nil || mayLetGo(q) {
		return 0
	}
	for range l.sure(ref, q) {
		n++
	}
	return n
}

// mayLetGo reports whether a limit of the queue's may take messages out of it.
func mayLetGo(q *topology.Queue) bool {
	return has(q, "x-message-ttl") || has(q, "x-max-length") || has(q, "x-max-length-bytes")
}

// sure yields once for each copy that waits in a queue, but for those that may be gone for a reason of their own: one
// that has come back more often than the limit may have been given up.
func (l *Ledger) sure(ref QueueRef, q *topology.Queue) func(yield func() bool) {
	return func(yield func() bool) {
		id := l.queueID(ref)
		for i := range l.came[id].All {
			c := l.copies.At(i)
			if c.queue == id && c.state == ready && !c.doubtful && !l.overDeliveryLimit(c, q) && !l.messages.At(c.message).expires && !yield() {
				return
			}
		}
	}
}

// give enters that something was put into a queue.
func (u *unrest) give(q QueueRef) {
	if q != u.latestGiven {
		u.given[q] = true
		u.latestGiven = q
	}
}

// takeGiven forgets what was put into queues.
func (u *unrest) takeGiven() {
	clear(u.given)
	u.latestGiven = QueueRef{}
}
