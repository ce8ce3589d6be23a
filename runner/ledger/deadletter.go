package ledger

import (
	"slices"

	"tutor/runner/fate"
	"tutor/runner/topology"
	"tutor/runner/wire"
)

// death is what a copy came from: the copy that was dead-lettered, and why.
type death struct {
	from   uint32
	reason string
}

// Reasons of deaths, as x-death has them.
const (
	rejected      = "rejected"
	expired       = "expired"
	pushedOut     = "maxlen"
	deliveryLimit = "delivery_limit"
)

// deadLetter has a copy's queue give it to its dead-letter exchange, and opens the copies that come of
// that. Where they go is known if it happens now, or if nothing has been declared or bound since the copy
// was opened; otherwise they are opened when they are seen.
func (l *Ledger) deadLetter(i uint32, reason string, now bool) {
	l.copies[i].end(fate.DeadLettered)
	q := l.queue(l.copies[i].queue)
	exchange, ok := text(q, "x-dead-letter-exchange")
	vhost := l.queues[l.copies[i].queue].Vhost
	if !ok || !now && int(i) < l.settledAt[vhost] {
		return
	}
	targets, _ := l.vhosts[vhost].Route(exchange, l.deathKeys(i), l.headers[l.copies[i].message])
	for _, name := range targets {
		if !l.cycles(i, reason, QueueRef{vhost, name}) {
			l.open(i, reason, l.queueID(QueueRef{vhost, name}))
		}
	}
}

// deathKeys are the routing keys with which a copy is dead-lettered.
func (l *Ledger) deathKeys(i uint32) []string {
	if key, ok := text(l.queue(l.copies[i].queue), "x-dead-letter-routing-key"); ok {
		return []string{key}
	}
	return l.keys[l.copies[i].keys]
}

// cycles says whether a message would come back to a queue without having been rejected on the way, so
// that it would go round for ever: RabbitMQ drops it.
func (l *Ledger) cycles(i uint32, reason string, target QueueRef) bool {
	for reason != rejected {
		if l.queues[l.copies[i].queue] == target {
			return true
		}
		before, ok := l.deaths[i]
		if !ok {
			return false
		}
		i, reason = before.from, before.reason
	}
	return false
}

// open adds a copy that did not come from the publish itself but from the death of another.
func (l *Ledger) open(from uint32, reason string, queue uint16) uint32 {
	i, m := uint32(len(l.copies)), l.copies[from].message
	l.copies = append(l.copies, copied{message: m, queue: queue, keys: l.keyID(l.deathKeys(from))})
	l.further[m] = append(l.further[m], i)
	l.deaths[i] = death{from, reason}
	if reason == rejected {
		l.passedOn(from, i)
	}
	return i
}

// inQueue finds the copy of a message that is ready in a queue. What happened to it on its way there, if
// anything, is in its header.
func (l *Ledger) inQueue(m uint32, q QueueRef, headers wire.Table) (uint32, bool) {
	id := l.queueID(q)
	if i, ok := l.readyIn(m, id); ok {
		return i, true
	}
	deaths := deathsIn(headers)
	var last *uint32
	// The latest death comes first.
	for n, d := range slices.Backward(deaths) {
		if i, ok := l.die(m, q.Vhost, d, last, n == 0); ok {
			last = &i
		}
	}
	if i, ok := l.readyIn(m, id); ok || last == nil {
		return i, ok
	}
	return l.open(*last, deaths[0].reason, id), true
}

func (l *Ledger) readyIn(m uint32, queue uint16) (uint32, bool) {
	for _, i := range l.all(m) {
		if c := &l.copies[i]; c.queue == queue && c.state == ready {
			return i, true
		}
	}
	return 0, false
}

// die enters a death that a message's header tells of, unless the ledger has it; it returns which copy
// died. One that nobody has seen in between comes from the one that died before. The latest death may be
// one more than the header counts, where several copies of a message have taken the same way.
func (l *Ledger) die(m uint32, vhost string, d headerDeath, before *uint32, latest bool) (uint32, bool) {
	id := l.queueID(QueueRef{vhost, d.queue})
	known := 0
	var alive *uint32
	for _, i := range l.all(m) {
		switch c := &l.copies[i]; {
		case c.queue != id:
		case c.state == ready, c.ended() == fate.Rejected:
			alive = &i
		case c.ended() == fate.DeadLettered:
			known++
		}
	}
	switch {
	case known >= d.count && !latest:
		return 0, false
	case alive == nil && before != nil && known < d.count:
		opened := l.open(*before, d.reason, id)
		alive = &opened
	case alive == nil:
		return 0, false
	}
	l.deadLetter(*alive, d.reason, false)
	return *alive, true
}

// headerDeath is what a message's x-death header says of a queue: how often it died there, and why it
// did so last.
type headerDeath struct {
	queue, reason string
	count         int
}

// deathsIn reads the header, which has an entry for each queue and reason.
func deathsIn(headers wire.Table) []headerDeath {
	value, _ := headers.Get("x-death")
	list, _ := value.([]any)
	deaths := make([]headerDeath, 0, len(list))
	for _, item := range list {
		entry, _ := item.(wire.Table)
		var d headerDeath
		for _, f := range entry {
			switch f.Name {
			case "queue":
				d.queue, _ = f.Value.(string)
			case "reason":
				d.reason, _ = f.Value.(string)
			case "count":
				count, _ := topology.Integer(f.Value)
				d.count = int(count)
			}
		}
		if n := slices.IndexFunc(deaths, func(e headerDeath) bool { return e.queue == d.queue }); n >= 0 {
			deaths[n].count += d.count
		} else {
			deaths = append(deaths, d)
		}
	}
	return deaths
}
