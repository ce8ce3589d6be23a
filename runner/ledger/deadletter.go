package ledger

import (
	"fmt"
	"slices"

	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/topology"
	"tutor/runner/wire"
)

// death is a reason for which a queue gives a message to its dead-letter exchange.
type death uint8

const (
	_ death = iota
	rejected
	expired
	pushedOut
	deliveryLimit
)

// reasons are the deaths as x-death has them.
var reasons = [...]string{rejected: "rejected", expired: "expired", pushedOut: "maxlen", deliveryLimit: "delivery_limit"}

func (d death) String() string { return reasons[d] }

func reasonOf(name string) (death, bool) {
	i := slices.Index(reasons[:], name)
	return death(max(i, 0)), i > 0
}

// origin is what a dead letter came from: the copy that died.
type origin struct {
	from   uint32
	reason death
}

// die ends a copy that its queue lets go of. If the queue has a dead-letter exchange, that publishes it
// again, at a time that is not known.
func (l *Ledger) die(i uint32, reason death) {
	c := l.copies.At(i)
	c.reason = reason
	l.leavesQueue(i, reason, false)
	q := l.lately(c.queue)
	overflow := rejectsPublish(q) && reason == pushedOut
	switch {
	case has(q, "x-dead-letter-exchange"):
		c.end(fate.DeadLettered)
	case overflow:
		c.end(fate.Refused)
	case reason == rejected:
		c.end(fate.Rejected)
	case reason == expired:
		c.end(fate.Expired)
	case reason == pushedOut:
		c.end(fate.Overflowed)
	case reason == deliveryLimit:
		c.end(fate.GivenUp)
	}
}

// lately is a queue, or what it was when it was deleted: that it had let go of something before may be learned later.
func (l *Ledger) lately(id uint16) *topology.Queue {
	if q := l.queue(id); q != nil {
		return q
	}
	return l.former[id]
}

// deathEvents are the events of the deaths; a rejection is its consumer's.
var deathEvents = [...]outcome.EventKind{expired: outcome.Expire, pushedOut: outcome.Overflow, deliveryLimit: outcome.GiveUp}

// leavesQueue enters that a queue lets go of a copy, and what it does with it then. One that dead-letters at
// least once keeps it until its letter was taken.
func (l *Ledger) leavesQueue(i uint32, reason death, taken bool) {
	q := l.lately(l.copies.At(i).queue)
	concluded := l.copies.At(i).inferred
	exchange, letters := text(q, "x-dead-letter-exchange")
	switch {
	case rejectsPublish(q) && reason == pushedOut && !letters:
		l.happens(outcome.Refuse, ofBroker).about(l, i).mark(inferred, concluded)
	case reason != rejected:
		l.happens(deathEvents[reason], ofBroker).about(l, i).mark(inferred, concluded).mark(kept, keepsLetters(q) && !taken)
	}
	if letters && (taken || !keepsLetters(q)) {
		r := l.happens(outcome.DeadLetter, ofBroker).about(l, i).mark(inferred, concluded)
		r.exchange, r.text = l.events.name(exchange), l.events.name(reason.String())
	}
}

// reject ends a copy that its consumer has rejected; a dead-letter exchange publishes it again at once. A
// queue that dead-letters at least once keeps it until its letter was taken.
func (l *Ledger) reject(i uint32) {
	c := l.copies.At(i)
	l.unrest.stir(l.queues[c.queue])
	l.die(i, rejected)
	switch {
	case c.ended() != fate.DeadLettered:
	case keepsLetters(l.queue(c.queue)):
		c.state, c.fate = held, 0
	default:
		l.send(i)
	}
}

// keepsLetters reports whether a queue keeps a message until its dead letter was taken.
func keepsLetters(q *topology.Queue) bool {
	strategy, _ := text(q, "x-dead-letter-strategy")
	overflow, _ := text(q, "x-overflow")
	return kindOf(q).keepsLetters && strategy == "at-least-once" && overflow == "reject-publish"
}

// send opens the copies of a dead letter, where its routing leads now. A dead letter that reaches no queue
// is one copy as well.
func (l *Ledger) send(i uint32) {
	exchange, _ := text(l.queue(l.copies.At(i).queue), "x-dead-letter-exchange")
	targets, cut, known := l.letterTargets(i)
	for _, name := range targets {
		l.open(i, l.queueID(QueueRef{l.queues[l.copies.At(i).queue].Vhost, name}))
	}
	switch {
	case len(targets) > 0:
	case !known:
		l.lost(i, fmt.Sprintf("there is no exchange %s", exchange))
	case cut != "":
		l.lost(i, fmt.Sprintf("it would have come back to %s without having been rejected on the way, and the broker cuts such a cycle", cut))
	case exchange == "":
		l.lost(i, fmt.Sprintf("there is no queue %s", l.deathKeys(i)[0]))
	default:
		l.lost(i, fmt.Sprintf("exchange %s has no binding for it", exchange))
	}
}

// letterTargets are the queues that a copy's dead letter reaches, and the one where a cycle was cut, if
// there was one. Known is false where the dead-letter exchange does not exist.
func (l *Ledger) letterTargets(i uint32) (targets []string, cut string, known bool) {
	c := l.copies.At(i)
	vhost := l.queues[c.queue].Vhost
	exchange, _ := text(l.queue(c.queue), "x-dead-letter-exchange")
	reached, known := l.route(vhost, exchange, l.deathKeys(i), l.headers[c.message])
	for _, name := range reached {
		if l.cycles(i, c.reason, QueueRef{vhost, name}) {
			cut = name
		} else {
			targets = append(targets, name)
		}
	}
	return targets, cut, known
}

// lost enters that a copy's dead letter reached no queue, and why.
func (l *Ledger) lost(i uint32, why string) {
	letter := l.open(i, 0)
	l.nowhere[letter] = why
}

// deathKeys are the routing keys with which a copy is dead-lettered.
func (l *Ledger) deathKeys(i uint32) []string {
	if key, ok := text(l.queue(l.copies.At(i).queue), "x-dead-letter-routing-key"); ok {
		return []string{key}
	}
	return l.keys[l.copies.At(i).keys]
}

// cycles reports whether a message would come back to a queue without having been rejected on the way, so
// that it would go round for ever: RabbitMQ drops it.
func (l *Ledger) cycles(i uint32, reason death, target QueueRef) bool {
	for reason != rejected {
		if l.queues[l.copies.At(i).queue] == target {
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
func (l *Ledger) open(from uint32, queue uint16) uint32 {
	m := l.copies.At(from).message
	reason := l.copies.At(from).reason
	l.copies.At(from).lettered = true
	i := l.add(copied{message: m, queue: queue, keys: l.keyID(l.deathKeys(from)), at: l.elapsed()})
	l.further[m] = append(l.further[m], i)
	l.deaths[i] = origin{from, reason}
	l.happens(outcome.Route, ofBroker).about(l, i)
	if hops := l.onward[from]; hops > 0 {
		l.onward[i] = hops
	}
	if reason == rejected { // by who had it, later than it came
		l.passedOn(from, i)
	}
	return i
}

// inQueue finds the copy of a message that is ready in a queue. What happened to it on its way there, if
// anything, is in its header.
func (l *Ledger) inQueue(m uint32, q QueueRef, headers wire.Table) (uint32, bool) {
	if i, ok := l.readyIn(m, l.queueID(q)); ok {
		return i, true
	}
	return l.arrived(m, q, l.own(m, merged(listed(headers))))
}

// arrived finds the copy of a message that has come to a queue after some deaths.
func (l *Ledger) arrived(m uint32, q QueueRef, deaths []headerDeath) (uint32, bool) {
	id := l.queueID(q)
	if i, ok := l.readyIn(m, id); ok {
		return i, true
	}
	var last *uint32
	entered := make([]bool, len(deaths))
	// The latest death comes first, but RabbitMQ 3.10 has the others in an order of its own: one that has
	// nothing to follow on yet is looked at again.
	for more := true; more; {
		more = false
		for n, d := range slices.Backward(deaths) {
			if entered[n] {
				continue
			}
			if i, ok := l.died(m, q.Vhost, d, last, n == 0); ok {
				last, entered[n], more = &i, true, true
			}
		}
	}
	if i, ok := l.readyIn(m, id); ok || last == nil {
		return i, ok
	}
	return l.open(*last, id), true
}

func (l *Ledger) readyIn(m uint32, queue uint16) (uint32, bool) {
	for _, i := range l.all(m) {
		if c := l.copies.At(i); c.queue == queue && c.state == ready {
			return i, true
		}
	}
	return 0, false
}

// died enters a death that a message's header tells of, unless the ledger has it; it returns which copy
// died. One that nobody has seen in between comes from the one that died before. The latest death may be
// one more than the header counts, where several copies of a message have taken the same way. A copy that was
// taken to be in its queue when that was purged or deleted has died before, unseen.
func (l *Ledger) died(m uint32, vhost string, d headerDeath, before *uint32, latest bool) (uint32, bool) {
	id := l.queueID(QueueRef{vhost, d.queue})
	known := 0
	var alive, removed *uint32
	for _, i := range l.all(m) {
		switch c := l.copies.At(i); {
		case c.queue != id:
		case c.state == ready, c.state == held, c.ended() == fate.Rejected:
			alive = &i
		case c.ended() == fate.Deleted:
			removed = &i
		case c.ended() == fate.DeadLettered:
			known++
		}
	}
	if alive == nil && known < d.count {
		alive = removed
	}
	reason, ok := reasonOf(d.reason)
	switch {
	case !ok, known >= d.count && !latest:
		return 0, false
	case alive == nil && before != nil && known < d.count:
		opened := l.open(*before, id)
		alive = &opened
	case alive == nil:
		return 0, false
	}
	l.exit(*alive)
	if reason == pushedOut {
		l.pushed(*alive)
	}
	l.copies.At(*alive).reason = reason
	// What it came back by came first, whoever has seen its letter.
	l.events.seen.hops = max(l.events.seen.hops, l.onward[*alive])
	l.leavesQueue(*alive, reason, true)
	l.copies.At(*alive).end(fate.DeadLettered)
	if l.unchangedSince(*alive) && !keepsLetters(l.queue(id)) {
		l.send(*alive)
	}
	return *alive, true
}

// unchangedSince reports whether what there was for a copy to be routed to is what there is now.
func (l *Ledger) unchangedSince(i uint32) bool {
	return i >= l.steadySince[l.queues[l.copies.At(i).queue].Vhost]
}

// changing notes, before a vhost changes, which copies could not have been dead-lettered to any queue.
func (l *Ledger) changing(vhost string) {
	if l.lettered[vhost] == 0 {
		return
	}
	for i := range l.copies.Len() {
		c := l.copies.At(i)
		if c.state != accounted && !c.lapsed && l.queues[c.queue].Vhost == vhost && has(l.queue(c.queue), "x-dead-letter-exchange") {
			targets, _, _ := l.letterTargets(i)
			c.lapsed = len(targets) == 0
		}
	}
}

// headerDeath is what a message's x-death header says of a queue: how often it died there, and why it
// did so last.
type headerDeath struct {
	queue, reason string
	count         int
}

// listed reads the header, which has an entry for each queue and reason.
func listed(headers wire.Table) []headerDeath {
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
		deaths = append(deaths, d)
	}
	return deaths
}

// merged is a list of deaths with one entry for each queue.
func merged(all []headerDeath) (deaths []headerDeath) {
	for _, d := range all {
		if n := slices.IndexFunc(deaths, func(e headerDeath) bool { return e.queue == d.queue }); n >= 0 {
			deaths[n].count += d.count
		} else {
			deaths = append(deaths, d)
		}
	}
	return deaths
}
