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
	// Ready is how many messages must be in it, those that are delivered and not acknowledged not
	// counted.
	Ready int
}

// Remaining lists the queues that must exist.
func (l *Ledger) Remaining() []Remaining {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := map[uint16]int{}
	for i := range l.copies {
		if l.copies[i].state == ready {
			waiting[l.copies[i].queue]++
		}
	}
	var all []Remaining
	for vhost, v := range l.vhosts {
		for name, q := range v.Queues {
			r := Remaining{Vhost: vhost, Queue: name, Owner: -1, Ready: waiting[l.queueIDs[QueueRef{vhost, name}]]}
			if owner, exclusive := q.Owner.(int); exclusive {
				r.Owner = owner
			}
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Remaining) int {
		return cmp.Or(cmp.Compare(a.Vhost, b.Vhost), cmp.Compare(a.Queue, b.Queue))
	})
	return all
}

// Exchanges lists the exchanges of a vhost that the actors have declared and not deleted.
func (l *Ledger) Exchanges(vhost string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(l.vhosts[vhost].Exchanges)) {
		if len(name) < 4 || name[:4] != "amq." {
			names = append(names, name)
		}
	}
	return names
}

// Found enters that the audit has found a message in a queue.
func (l *Ledger) Found(vhost, queue, id string, headers wire.Table) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m, ok := l.find(id)
	if !ok {
		l.doubt("queue %s holds a message that nobody has published", queue)
		return
	}
	i, ok := l.inQueue(m, QueueRef{vhost, queue}, headers)
	if !ok {
		l.doubt("queue %s still holds %s", queue, l.messages[m].body)
		return
	}
	l.copies[i].end(fate.Queued)
}

// FoundMore enters that a queue holds more messages than the audit has looked at. They are taken to
// be those that must be there.
func (l *Ledger) FoundMore(vhost, queue string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := l.queueID(QueueRef{vhost, queue})
	for i := range l.copies {
		if c := &l.copies[i]; n > 0 && c.queue == id && c.state == ready {
			c.end(fate.Queued)
			n--
		}
	}
	if n > 0 {
		l.doubt("queue %s holds %d messages more than it should", queue, n)
	}
}

// Close closes the books, after the audit.
func (l *Ledger) Close() *Books {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.copies {
		if c := &l.copies[i]; c.state != settled {
			if f := l.conclude(c); f != "" {
				c.end(f)
			}
		}
	}
	return newBooks(l)
}

// conclude finds the fate of a copy that no event has ended and no queue holds as ready. The empty
// fate means that there is no explanation.
func (l *Ledger) conclude(c *copied) fate.Fate {
	m := l.messages[c.message]
	_, refused := l.whys[c.message]
	switch {
	case c.state == unacked:
		return fate.Queued
	case c.state != ready:
		return ""
	case c.doubtful && refused:
		return fate.Refused
	case c.queue == 0 && !m.mandatory && !c.doubtful:
		return fate.Unroutable
	case c.queue == 0:
		return ""
	}
	return l.vanished(c, m)
}

// vanished explains why a copy is no longer in its queue by what the queue was declared with.
func (l *Ledger) vanished(c *copied, m message) fate.Fate {
	q := l.queues[c.queue]
	declared := l.vhosts[q.Vhost].Queues[q.Name]
	if declared == nil {
		return ""
	}
	has := func(argument string) bool {
		_, ok := declared.Arguments.Get(argument)
		return ok
	}
	switch {
	case !m.expires && !has("x-message-ttl") && !has("x-max-length") && !has("x-max-length-bytes"):
		return ""
	case has("x-dead-letter-exchange"):
		return fate.DeadLettered
	case m.expires || has("x-message-ttl"):
		return fate.Expired
	default:
		return fate.Overflowed
	}
}

// Gone enters that a queue does not exist that should: it had a time to live, or it is a doubt.
func (l *Ledger) Gone(vhost, queue string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := QueueRef{vhost, queue}
	if _, expires := l.vhosts[vhost].Queues[queue].Arguments.Get("x-expires"); !expires {
		l.doubt("queue %s should exist, and does not", queue)
	}
	l.deleteQueue(q)
}
