package ledger

import (
	"strings"
	"time"

	"tutor/runner/fate"
	"tutor/runner/topology"
)

// vanish explains why a copy is no longer in its queue, by what the queue was declared with.
func (l *Ledger) vanish(i uint32) {
	c := &l.copies[i]
	q := l.queue(c.queue)
	if q == nil {
		return
	}
	var reason string
	var otherwise fate.Fate
	switch {
	case l.overDeliveryLimit(c, q):
		reason, otherwise, c.givenUp = deliveryLimit, fate.Rejected, true
	case l.mayBePushedOut(c, q):
		reason, otherwise = pushedOut, fate.Overflowed
	case l.mayHaveExpired(i, q):
		reason, otherwise = expired, fate.Expired
	default:
		return
	}
	overflow, _ := text(q, "x-overflow")
	switch {
	case reason == pushedOut && overflow == rejectPublish:
		l.whys[c.message] = l.queues[c.queue].Name + " has reached its length limit and rejects what is published"
		c.end(fate.Refused)
	case has(q, "x-dead-letter-exchange"):
		l.deadLetter(i, reason, false)
	default:
		c.end(otherwise)
	}
}

// rejectPublish is the overflow behaviour of queues that reject, and do not dead-letter, what is
// published when they are full.
const rejectPublish = "reject-publish"

// rejectsPublish says whether a queue that is full rejects what is published, dead-lettered or not.
func rejectsPublish(q *topology.Queue) bool {
	overflow, _ := text(q, "x-overflow")
	return strings.HasPrefix(overflow, rejectPublish)
}

// mayBePushedOut says whether a queue's length limit explains that a copy is gone: that it does for no
// more copies than have come beyond the limit, the first ones.
func (l *Ledger) mayBePushedOut(c *copied, q *topology.Queue) bool {
	if has(q, "x-max-length-bytes") {
		return true
	}
	most, ok := number(q, "x-max-length")
	if !ok {
		return false
	}
	left, counted := l.surplus[c.queue]
	if !counted {
		for i := range l.copies {
			if l.copies[i].queue == c.queue {
				left++
			}
		}
		left -= int(most)
	}
	l.surplus[c.queue] = left - 1
	return left > 0
}

// mayHaveExpired says whether the act has lasted for as long as a copy had to live. A message that was
// dead-lettered has no time to live of its own any more.
func (l *Ledger) mayHaveExpired(i uint32, q *topology.Queue) bool {
	passed := time.Since(l.began).Milliseconds()
	if ttl, ok := number(q, "x-message-ttl"); ok && ttl <= passed {
		return true
	}
	m := &l.messages[l.copies[i].message]
	_, again := l.deaths[i]
	return m.expires && !again && int64(m.ttl) <= passed
}

// overDeliveryLimit says whether a quorum queue may have given a copy up since it came back too often.
func (l *Ledger) overDeliveryLimit(c *copied, q *topology.Queue) bool {
	limit, limited := deliveryLimitOf(q)
	return limited && int64(c.requeues) > limit
}

// deliveryLimitOf is how often a message of a queue may come back, if there is a limit.
func deliveryLimitOf(q *topology.Queue) (limit int64, limited bool) {
	if !isQuorum(q) {
		return 0, false
	}
	limit, ok := number(q, "x-delivery-limit")
	if !ok {
		limit = defaultDeliveryLimit
	}
	return limit, limit >= 0
}
