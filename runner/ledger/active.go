package ledger

import (
	"cmp"
	"slices"

	"tutor/runner/scenario"
	"tutor/runner/topology"
	"tutor/runner/wire"
)

// Which consumer of a queue with a single active consumer is the active one.

// serving is the consumer that a queue has delivered to last, and how many there had ever been by then.
type serving struct{ number, consumed int }

// priority is what a consumer asks for.
func priority(asked *wire.BasicConsume) int64 {
	value, _ := asked.Arguments.Get("x-priority")
	n, _ := topology.Integer(value)
	return n
}

// serves enters that a consumer was delivered to.
func (l *Ledger) serves(by consumer) {
	if hasSingleActive(l.vhosts[by.queue.Vhost].Queues[by.queue.Name]) {
		l.served[by.queue] = serving{by.number, max(l.consumed, by.number)}
	}
}

// candidate is a consumer that may be the active one, and whose it is.
type candidate struct {
	consumer
	who int
}

// Active is the actor whose consumer is the active one of a queue, empty where there is none. It is the one that the
// queue has delivered to last, or else the first that came; but where another has a higher priority, which of them it
// is only the next delivery shows, and brokers differ: [scenario.NotKnown].
func (l *Ledger) Active(q QueueRef) string {
	l.lock()
	defer l.mu.Unlock()
	all := l.candidates(q)
	if len(all) == 0 || !hasSingleActive(l.vhosts[q.Vhost].Queues[q.Name]) {
		return ""
	}
	last := l.served[q]
	active, since := all[0], 0
	if i := slices.IndexFunc(all, func(c candidate) bool { return c.number == last.number }); i >= 0 {
		active, since = all[i], last.consumed
	}
	for _, c := range all {
		if c.priority > active.priority && c.number > since {
			return scenario.NotKnown
		}
	}
	return l.cast[active.who].Name
}

// candidates are the consumers of a queue, in the order in which they came.
func (l *Ledger) candidates(q QueueRef) (all []candidate) {
	for who := range l.takers[q] {
		for _, ch := range l.conns[who].channels {
			for _, c := range ch.consumers {
				if c.queue == q && !c.timedOut {
					all = append(all, candidate{c, who})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.number, b.number) })
	return all
}
