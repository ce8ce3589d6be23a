package ledger

import "slices"

// defaultDeliveryLimit is how often a message of a quorum queue may come back where x-delivery-limit
// does not say (RabbitMQ 4.0 and later; before, there was no limit).
const defaultDeliveryLimit = 20

// Expecting says whether a quorum queue has yet to deliver a message to a consumer that is ready for
// it. What is sent to a quorum queue takes effect when it was written to the queue's log, and no
// answer of a channel waits for that; so nothing but the delivery shows that the queue is quiet.
func (l *Ledger) Expecting() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for vhost, v := range l.vhosts {
		for name, q := range v.Queues {
			if kind, _ := q.Arguments.Get("x-queue-type"); kind != "quorum" {
				continue
			}
			ref, limit := QueueRef{vhost, name}, int64(defaultDeliveryLimit)
			if value, _ := q.Arguments.Get("x-delivery-limit"); value != nil {
				limit, _ = value.(int64)
			}
			if l.deliverable(ref, limit) && l.ready(ref) {
				return true
			}
		}
	}
	return false
}

// deliverable says whether a queue has a message that must be delivered once somebody takes it. One
// that has come back more often than the limit may also be given up.
func (l *Ledger) deliverable(q QueueRef, limit int64) bool {
	id := l.queueID(q)
	return slices.ContainsFunc(l.copies, func(c copied) bool {
		return c.queue == id && c.state == ready && !c.doubtful && int64(c.requeues) <= limit && !l.messages[c.message].expires
	})
}

// ready says whether a queue has a consumer that may be sent a message.
func (l *Ledger) ready(q QueueRef) bool {
	for _, conn := range l.conns {
		for _, ch := range conn.channels {
			for _, c := range ch.consumers {
				if c.queue == q && (c.noAck || c.prefetch == 0 || l.unacked(ch, q) < c.prefetch) {
					return true
				}
			}
		}
	}
	return false
}

// unacked counts what a channel has of a queue. Actors have one consumer a channel.
func (l *Ledger) unacked(ch *channel, q QueueRef) (n int) {
	id := l.queueID(q)
	for _, i := range ch.delivered {
		if c := &l.copies[i]; c.queue == id && c.state == unacked {
			n++
		}
	}
	return n
}
