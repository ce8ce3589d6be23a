package vhost

import (
	"slices"
	"time"
)

// A quorum queue with x-dead-letter-strategy at-least-once (and x-overflow reject-publish, without which the
// strategy has no effect) keeps a dead letter until every queue that it is routed to has taken it. One that
// is routed to none, or that a queue refuses, is published again later. What is kept is not ready, and counts
// against the queue's length limits all the same.

const (
	// keeperPrefetch is how many dead letters of a queue are being published at a time (RabbitMQ's
	// dead_letter_worker_consumer_prefetch).
	keeperPrefetch = 32
	// keeperRetry is how long it takes until one is published again (RabbitMQ's
	// dead_letter_worker_publisher_confirm_timeout).
	keeperRetry = 180 * time.Second
)

// keeper has the dead letters of a queue that are not taken yet.
type keeper struct {
	queue   *queue
	waiting deque[deadLetter]
	pending []*pendingLetter // published, or tried to, in the order of their deaths
	count   int              // what counts against x-max-length
	bytes   int64            // what counts against x-max-length-bytes
	timer   Timer
	armed   bool
	due     int64 // when timer fires, in microseconds
}

// pendingLetter is a dead letter that was published, and that not all have taken.
type pendingLetter struct {
	deadLetter
	msg       *message
	taken     []*queue
	published int64 // last, in microseconds; none if it was routed nowhere
	counted   bool  // it counts against the limits; it does not after a purge
}

// keep takes a dead letter in. It is published when the current operation is done.
func (q *queue) keep(d deadLetter) {
	if q.keeper == nil {
		q.keeper = &keeper{queue: q}
	}
	k := q.keeper
	q.vhost.memory.hold(d.entry.msg)
	k.waiting.push(d)
	k.count++
	k.bytes += q.kind.weight(d.entry.msg)
	q.full = q.full || q.over(0, 0)
	q.vhost.dead.push(d)
}

// forward publishes what has waited for its turn.
func (k *keeper) forward() {
	for len(k.pending) < keeperPrefetch && k.waiting.len() > 0 {
		d := k.waiting.pop()
		m, err := d.message()
		if err != nil {
			k.forget(d) // its header cannot be encoded any more
			k.release(d)
			continue
		}
		p := &pendingLetter{deadLetter: d, msg: m, published: none, counted: true}
		if k.publish(p) {
			k.release(d)
		} else {
			k.pending = append(k.pending, p)
		}
	}
	k.await()
}

// publish publishes p to the queues that have not taken it yet, and reports whether that is the end of it.
func (k *keeper) publish(p *pendingLetter) (done bool) {
	v := k.queue.vhost
	x := v.exchanges[p.msg.exchange]
	if x == nil {
		return false
	}
	t := v.routeDead(x, p.msg, p.reason)
	t.queues = slices.DeleteFunc(t.queues, func(q *queue) bool { return slices.Contains(p.taken, q) })
	if t.empty() {
		return false
	}
	if p.published == none {
		v.tellDead(&p.deadLetter, p.msg)
	}
	p.published = v.now()
	refused := false
	for _, q := range t.queues {
		if q.kind.accept(q, p.msg) {
			p.taken = append(p.taken, q)
		} else {
			refused = true
		}
	}
	for _, ch := range t.repliers {
		ch.deliverReply(p.msg)
	}
	if !refused && p.counted {
		k.forget(p.deadLetter)
	}
	return !refused
}

// forget stops counting a dead letter.
func (k *keeper) forget(d deadLetter) {
	k.count--
	k.bytes -= k.queue.kind.weight(d.entry.msg)
	k.queue.relieve()
}

// release lets go of a dead letter.
func (k *keeper) release(d deadLetter) { k.queue.vhost.memory.release(d.entry.msg) }

// await arms the timer while something is pending.
func (k *keeper) await() {
	switch {
	case len(k.pending) == 0:
		k.stop()
	case k.timer == nil:
		k.arm()
		k.timer = k.queue.vhost.opts.Clock.AfterFunc(keeperRetry, k.timerFired)
	case !k.armed:
		k.arm()
		k.timer.Reset(keeperRetry)
	}
}

func (k *keeper) arm() { k.armed, k.due = true, k.queue.vhost.now()+keeperRetry.Microseconds() }

func (k *keeper) stop() {
	if k.armed {
		k.armed = false
		k.timer.Stop()
	}
}

func (k *keeper) timerFired() {
	v := k.queue.vhost
	v.mu.Lock()
	defer v.leave()
	if k.armed && k.queue.keeper == k && !k.queue.deleted {
		k.armed = false
		k.retry(v.now())
	}
}

// retry publishes again what was published long enough ago, and what was routed nowhere, to where the queue's
// settings say now.
func (k *keeper) retry(now int64) {
	k.pending = slices.DeleteFunc(k.pending, func(p *pendingLetter) bool {
		if p.published != none && p.published+keeperRetry.Microseconds() > now {
			return false
		}
		p.msg = p.readdressed(p.msg)
		if !k.publish(p) {
			return false
		}
		k.release(p.deadLetter)
		return true
	})
	k.forward()
}

// purge stops counting what is kept, and drops what waits. What is being published is not held back.
func (k *keeper) purge() (messages int) {
	messages = k.count
	k.dropWaiting()
	for _, p := range k.pending {
		p.counted = false
	}
	k.count, k.bytes = 0, 0
	return messages
}

func (k *keeper) dropWaiting() {
	for d := range k.waiting.all {
		k.release(*d)
	}
	k.waiting.clear()
}

// again begins anew with all that is kept: who has taken what is forgotten when RabbitMQ stops.
func (k *keeper) again() {
	k.stop()
	var all deque[deadLetter]
	for _, p := range k.pending {
		if p.counted {
			all.push(p.deadLetter)
		} else {
			k.release(p.deadLetter)
		}
	}
	for d := range k.waiting.all {
		all.push(*d)
	}
	k.pending, k.waiting = nil, all
	if all.len() > 0 {
		k.queue.vhost.dead.push(*all.front())
	}
}

// dropKept ends the keeping, with all that is kept.
func (q *queue) dropKept() {
	if q.keeper != nil {
		q.keeper.stop()
		q.keeper.dropWaiting()
		for _, p := range q.keeper.pending {
			q.keeper.release(p.deadLetter)
		}
		q.keeper = nil
	}
}

// load is what counts against the queue's length limits.
func (q *queue) load() (messages int, bytes int64) {
	messages, bytes = q.ready.len(), q.readyBytes
	if q.keeper != nil {
		messages, bytes = messages+q.keeper.count, bytes+q.keeper.bytes
	}
	if q.delayed != nil {
		messages, bytes = messages+len(q.delayed.entries), bytes+q.delayed.bytes
	}
	return messages, bytes
}
