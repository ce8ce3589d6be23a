package ledger

import (
	"cmp"
	"maps"
	"slices"

	"tutor/runner/fate"
	"tutor/runner/wire"
)

// Remaining is a queue that must exist at the end of an act.
type Remaining struct {
	Vhost, Queue string
	// Owner is the place in the cast of the actor whose connection an exclusive queue belongs to;
	// -1 if the queue is not exclusive.
	Owner int
}

// Remaining lists the queues that must exist.
func (l *Ledger) Remaining() []Remaining {
	l.lock()
	defer l.mu.Unlock()
	var all []Remaining
	for ref, q := range l.existing() {
		r := Remaining{Vhost: ref.Vhost, Queue: ref.Name, Owner: -1}
		if owner, exclusive := q.Owner.(int); exclusive {
			r.Owner = owner
		}
		all = append(all, r)
	}
	// What a queue gives to its dead-letter exchange meanwhile is found in the queue where it goes.
	last := func(r Remaining) int {
		if has(l.vhosts[r.Vhost].Queues[r.Queue], "x-dead-letter-exchange") {
			return 0
		}
		return 1
	}
	slices.SortFunc(all, func(a, b Remaining) int {
		return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(a.Vhost, b.Vhost), cmp.Compare(a.Queue, b.Queue))
	})
	return all
}

// Exchanges lists the exchanges of a vhost that the actors have declared and not deleted.
func (l *Ledger) Exchanges(vhost string) []string {
	l.lock()
	defer l.mu.Unlock()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(l.vhost(vhost).Exchanges)) {
		if len(name) < 4 || name[:4] != "amq." {
			names = append(names, name)
		}
	}
	return names
}

// Found enters that the audit has found a message in a queue.
func (l *Ledger) Found(vhost, queue, mark string, headers wire.Table) {
	l.lock()
	defer l.mu.Unlock()
	m, ok := l.find(mark)
	if !ok {
		l.doubt("queue %s holds a message that nobody has published", queue)
		return
	}
	i, ok := l.inQueue(m, QueueRef{vhost, queue}, headers)
	if !ok {
		l.doubt("queue %s still holds %s", queue, l.body(m))
		return
	}
	l.copies.At(i).end(fate.Queued)
}

// FoundMore enters that a queue holds more messages than the audit has looked at. Which they are is seen when the
// broker has been heard of those that it has let go.
func (l *Ledger) FoundMore(vhost, queue string, n int) {
	l.lock()
	defer l.mu.Unlock()
	l.unseenIn[l.queueID(QueueRef{vhost, queue})] = n
}

// identify takes what queues were found to hold, unseen, to be those copies that must be there. Of more than that
// the first have gone, as queues let go of the oldest, but for those that a full queue has refused.
func (l *Ledger) identify() {
	for _, id := range slices.Sorted(maps.Keys(l.unseenIn)) {
		n, came := l.unseenIn[id], &l.came[id]
		for _, refused := range []bool{false, true} {
			for k := came.Len(); k > 0 && n > 0; k-- {
				c := l.copies.At(*came.At(k - 1))
				if c.queue == id && c.state == ready && refused == (c.doubtful || c.overLimit) {
					c.end(fate.Queued)
					n--
				}
			}
		}
		if n > 0 {
			l.doubt("queue %s holds %d messages more than it should", l.queues[id].Name, n)
		}
	}
}

// Gone enters that a queue does not exist that should: it had a time to live, or it is a doubt.
func (l *Ledger) Gone(vhost, queue string) {
	l.lock()
	defer l.mu.Unlock()
	q := QueueRef{vhost, queue}
	if ttl, ok := number(l.vhosts[vhost].Queues[queue], "x-expires"); !ok || ttl > int64(l.elapsed()) {
		l.doubt("queue %s should exist, and does not", queue)
	}
	id := l.queueID(q)
	for i := range l.came[id].All {
		if c := l.copies.At(i); c.queue == id && c.state == ready {
			c.inferred = true
		}
	}
	l.deleteQueue(ofBroker, q)
}
