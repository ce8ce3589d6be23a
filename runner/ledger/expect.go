package ledger

import (
	"iter"

	"tutor/runner/topology"
)

// Logging lists the queues that exist and in which things take effect when they were written to a log.
func (l *Ledger) Logging() []QueueRef {
	l.lock()
	defer l.mu.Unlock()
	var all []QueueRef
	for ref, q := range l.existing() {
		if kindOf(q).logs {
			all = append(all, ref)
		}
	}
	return all
}

// Expecting finds a queue with a log that has yet to deliver a message to a consumer that is ready for
// it: where nobody can wait for the log, the delivery shows what was written. Where a
// limit may have taken messages out of the queue, or it keeps back what comes back, nothing can be expected.
func (l *Ledger) Expecting() (q QueueRef, ok bool) {
	l.lock()
	defer l.mu.Unlock()
	for ref, q := range l.touchedLogs() {
		if mayLetGo(q) || has(q, "x-delayed-retry-type") {
			continue
		}
		if l.ready(ref, q) && l.deliverable(ref, q) {
			return ref, true
		}
	}
	return QueueRef{}, false
}

// touchedLogs are the queues with a log that anything was done to since all was quiet.
func (l *Ledger) touchedLogs() iter.Seq2[QueueRef, *topology.Queue] {
	return func(yield func(QueueRef, *topology.Queue) bool) {
		for ref := range l.unrest.touched {
			if q := l.vhosts[ref.Vhost].Queues[ref.Name]; kindOf(q).logs && !yield(ref, q) {
				return
			}
		}
	}
}

// Stirred lists the queues with a log that anything was done to since all was quiet.
func (l *Ledger) Stirred() []QueueRef {
	l.lock()
	defer l.mu.Unlock()
	var all []QueueRef
	for ref := range l.touchedLogs() {
		all = append(all, ref)
	}
	return all
}

// deliverable reports whether a queue has a message that must be delivered once somebody takes it.
func (l *Ledger) deliverable(ref QueueRef, q *topology.Queue) bool {
	for range l.sure(ref, q) {
		return true
	}
	return false
}

// ready reports whether a queue has a consumer that may be sent a message. Of those of a queue with a single
// active consumer it is the first, if none takes precedence: when that takes over depends on who has what.
func (l *Ledger) ready(ref QueueRef, q *topology.Queue) bool {
	var first int
	var priority int64
	takes := false
	single := hasSingleActive(q)
	for who := range l.takers[ref] {
		for _, ch := range l.conns[who].channels {
			for _, c := range ch.consumers {
				if c.queue != ref {
					continue
				}
				if single && first != 0 && c.priority != priority {
					return false
				}
				priority = c.priority
				if c.timedOut || single && first != 0 && first < c.number {
					continue
				}
				takes = l.isFree(ch, c) && !c.shared || takes && !single
				first = c.number
			}
		}
	}
	return takes
}

// isFree reports whether a consumer's prefetch lets it have one message more. One that it may share is not known.
func (l *Ledger) isFree(ch *channel, c consumer) bool {
	return c.noAck || c.prefetch == 0 || ch.delivered.len() < c.prefetch || l.unacked(ch, c) < c.prefetch
}

// unacked counts what a consumer has.
func (l *Ledger) unacked(ch *channel, by consumer) (n int) {
	id := l.queueID(by.queue)
	for tag, i := range ch.delivered.all {
		if c := l.copies.At(i); c.queue == id && c.state == unacked && ch.receiver(tag) == by.number {
			n++
		}
	}
	return n
}
