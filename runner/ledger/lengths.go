package ledger

import (
	"strings"
	"time"

	"tutor/runner/topology"
)

// length is what the ledger knows of a queue with a length limit: how much of what it has is too much.
// Deliveries are seen somewhat later than they leave the queue, so it may be less than that.
type length struct {
	most, mostBytes int64
	limited, bytes  bool
	// rejects is set where the queue refuses what comes when it is full, and keeps what it has.
	rejects bool
	// ready and readyBytes are what was not seen to leave, those that are due included.
	ready, readyBytes int64
	// due are copies, and bytes, that were pushed out and are not accounted for yet.
	due, dueBytes int64
	// until is the first copy that has come after the queue was full last.
	until uint32
}

// lengthOf returns what is to be known of a queue's length, or nil if it has no limit.
func lengthOf(q *topology.Queue) *length {
	var n length
	n.most, n.limited = number(q, "x-max-length")
	n.mostBytes, n.bytes = number(q, "x-max-length-bytes")
	if !n.limited && !n.bytes {
		return nil
	}
	n.rejects = rejectsPublish(q)
	return &n
}

// enter enters that a copy is ready in its queue.
func (l *Ledger) enter(i uint32) {
	c := l.copies.At(i)
	n := l.lengths[c.queue]
	if n == nil {
		return
	}
	size := l.size(c.message)
	n.ready++
	n.readyBytes += size
	count, bytes := n.ready-n.due > n.most, n.readyBytes-n.dueBytes > n.mostBytes
	switch {
	case !(n.limited && count) && !(n.bytes && bytes):
		return
	case n.rejects:
		c.overLimit = true
	case n.limited && count:
		n.due++
		n.dueBytes += size
	default:
		n.dueBytes = n.readyBytes - n.mostBytes
	}
	n.until = i + 1
}

// exit enters that a copy is ready no longer.
func (l *Ledger) exit(i uint32) {
	c := l.copies.At(i)
	if n := l.lengths[c.queue]; n != nil && c.state == ready {
		n.ready--
		n.readyBytes -= l.size(c.message)
	}
}

// pushed enters that a copy is known to have been pushed out.
func (l *Ledger) pushed(i uint32) {
	c := l.copies.At(i)
	if n := l.lengths[c.queue]; n != nil {
		n.due = max(0, n.due-1)
		n.dueBytes = max(0, n.dueBytes-l.size(c.message))
	}
}

// mayBePushedOut reports whether a queue's length limit explains that a copy is gone. It does so for no
// more copies than were pushed out, the oldest first.
func (l *Ledger) mayBePushedOut(i uint32) bool {
	c := l.copies.At(i)
	n := l.lengths[c.queue]
	// When a dead letter came is not known, where nobody has seen it.
	if n == nil || n.rejects || i >= n.until && !l.isLetter(i) {
		return false
	}
	size := l.size(c.message)
	switch {
	case n.limited && n.due > 0:
		n.due--
		n.dueBytes -= size
		return true
	case n.bytes && n.dueBytes > 0:
		n.dueBytes -= size
		return true
	}
	return false
}

// rejectsPublish reports whether a queue that is full rejects what is published, dead-lettered or not.
func rejectsPublish(q *topology.Queue) bool {
	overflow, _ := text(q, "x-overflow")
	return strings.HasPrefix(overflow, "reject-publish")
}

// elapsed is how long the act has lasted for the broker, in milliseconds: by the wall clock, unless it is on one
// time with the actors.
func (l *Ledger) elapsed() uint32 {
	if l.oneTime {
		return uint32(l.events.now().Milliseconds())
	}
	return uint32(time.Since(l.began).Milliseconds())
}

// OnOneTime enters that the broker lives on the act's timeline.
func (l *Ledger) OnOneTime() {
	l.lock()
	defer l.mu.Unlock()
	l.oneTime = true
}

// timeToLive is how long a copy may wait in its queue, in milliseconds, if there is a limit, and whether
// the limit is the queue's. A dead letter has no time to live of its own any more.
func (l *Ledger) timeToLive(i uint32) (ttl int64, ofQueue, limited bool) {
	c := l.copies.At(i)
	ttl, limited = number(l.queue(c.queue), "x-message-ttl")
	m := l.messages.At(c.message)
	if m.expires && !l.isLetter(i) && (!limited || int64(m.ttl) < ttl) {
		return int64(m.ttl), false, true
	}
	return ttl, limited, limited
}

// mayHaveExpired reports whether a copy has been there for as long as it had to live.
func (l *Ledger) mayHaveExpired(i uint32) bool {
	ttl, _, limited := l.timeToLive(i)
	return limited && ttl <= int64(l.elapsed()-l.copies.At(i).at)
}

// overDeliveryLimit reports whether a queue may have given a copy up since it came back too often.
func (l *Ledger) overDeliveryLimit(c *copied, q *topology.Queue) bool {
	limit, limited := deliveryLimitOf(q)
	return limited && int64(c.requeues) > limit
}

// deliveryLimitOf is how often a message of a queue may come back, if there is a limit.
func deliveryLimitOf(q *topology.Queue) (limit int64, limited bool) {
	if !kindOf(q).limits {
		return 0, false
	}
	limit, ok := number(q, "x-delivery-limit")
	if !ok {
		limit = defaultDeliveryLimit
	}
	return limit, limit >= 0
}
