package vhost

import "time"

// expiry is when m expires in this queue, in microseconds, or 0: the shorter of the queue's x-message-ttl and
// the message's own expiration counts.
func (q *queue) expiry(m *message) int64 {
	ttl := q.settings.messageTTL
	if ttl == none || m.ttl != none && m.ttl < ttl {
		ttl = m.ttl
	}
	if ttl == none {
		return 0
	}
	return q.vhost.now() + ttl*1000
}

// expireFront drops what has expired at the front of the queue. Messages further back wait until they get
// there, even if their time is up, and count as ready meanwhile.
func (q *queue) expireFront() {
	front := q.ready.front()
	if front == nil || front.expires == 0 {
		return
	}
	for t := q.vhost.now(); front != nil && front.expires != 0 && front.expires <= t; front = q.ready.front() {
		e := q.ready.pop()
		q.removed(e.msg)
		q.die(e, expired)
	}
	if front != nil && front.expires != 0 {
		q.expireAt(front.expires)
	}
}

// expireAt arms the timer for the front message. A timer that fires earlier is left alone: it will be armed
// again then. So most messages cost no timer.
func (q *queue) expireAt(at int64) {
	if q.ttlTimerAt != 0 && q.ttlTimerAt <= at {
		return
	}
	q.ttlTimerAt = at
	wait := time.Duration(at-q.vhost.now()) * time.Microsecond
	if q.ttlTimer == nil {
		q.ttlTimer = q.vhost.opts.Clock.AfterFunc(wait, q.ttlTimerFired)
	} else {
		q.ttlTimer.Reset(wait)
	}
}

func (q *queue) ttlTimerFired() {
	q.vhost.mu.Lock()
	defer q.vhost.leave()
	q.ttlTimerAt = 0
	if !q.deleted {
		q.expireFront()
	}
}

// used restarts the time after which a queue with x-expires is deleted, if it then has no consumers.
// Declaring, also passively, and getting count as use, publishing does not.
func (q *queue) used() {
	if q.settings.expires == none || len(q.members) > 0 || q.deleted {
		return
	}
	wait := time.Duration(q.settings.expires) * time.Millisecond
	q.unusedUntil = q.vhost.now() + wait.Microseconds()
	if q.unusedTimer == nil {
		q.unusedTimer = q.vhost.opts.Clock.AfterFunc(wait, q.unusedTimerFired)
	} else {
		q.unusedTimer.Reset(wait)
	}
}

func (q *queue) unusedTimerFired() {
	q.vhost.mu.Lock()
	defer q.vhost.leave()
	// The timer may have fired while a use of the queue was setting it anew.
	if !q.deleted && len(q.members) == 0 && q.vhost.now() >= q.unusedUntil {
		q.vhost.removeQueue(q)
	}
}

func (q *queue) stopTimers() {
	if q.ttlTimer != nil {
		q.ttlTimer.Stop()
	}
	if q.unusedTimer != nil {
		q.unusedTimer.Stop()
	}
	if q.keeper != nil {
		q.keeper.stop()
	}
	if q.delayed != nil && q.delayed.timer != nil {
		q.delayed.timer.Stop()
	}
	q.ttlTimerAt = 0
}
