package ledger

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
func (l *Ledger) least(q QueueRef) (n int) {
	declared := l.vhosts[q.Vhost].Queues[q.Name]
	if declared == nil || has(declared, "x-message-ttl") || has(declared, "x-max-length") || has(declared, "x-max-length-bytes") {
		return 0
	}
	id := l.queueID(q)
	for i := range l.came[id].All {
		c := l.copies.At(i)
		if c.queue == id && c.state == ready && !c.doubtful && !l.overDeliveryLimit(c, declared) && !l.messages.At(c.message).expires {
			n++
		}
	}
	return n
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
