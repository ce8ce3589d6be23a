package ledger

import (
	"fmt"
	"maps"
	"slices"

	"tutor/runner/fate"
	"tutor/runner/wire"
)

// testimony is a message that the broker has taken out of a queue and given to the runner's audit
// exchange, with the reason in its header.
type testimony struct {
	message uint32
	queue   QueueRef
	// deaths are those before this one, and reason is that of this one.
	deaths []headerDeath
	reason death
}

// Testify enters that the broker testifies, from now on, why a copy leaves a queue of a vhost: all queues
// do so that have no dead-letter exchange of their own, but for some. Streams let nothing go.
func (l *Ledger) Testify(vhost string, except []string) {
	l.lock()
	defer l.mu.Unlock()
	exempt := map[string]bool{}
	for _, name := range except {
		exempt[name] = true
	}
	l.exempt[vhost] = exempt
}

// testifies reports whether what leaves a queue without having been asked for must have been told of.
func (l *Ledger) testifies(id uint16) bool {
	q := l.queues[id]
	exempt, asked := l.exempt[q.Vhost]
	declared := l.queue(id)
	return asked && !exempt[q.Name] && (declared == nil || !declared.Silent) && !l.evidenceLost && !has(declared, "x-dead-letter-exchange")
}

// Testified enters what the broker says of a message that has died in a vhost: its mark and headers, with
// the latest death first. It counts when all is quiet, since what was seen elsewhere may have come before.
func (l *Ledger) Testified(vhost, mark string, headers wire.Table) {
	l.lock()
	defer l.mu.Unlock()
	m, ok := l.find(mark)
	all := listed(headers)
	if !ok || len(all) == 0 {
		l.doubt("the broker says of a message that nobody has published that it has died")
		return
	}
	reason, known := reasonOf(all[0].reason)
	if !known {
		l.doubt("the broker says that %s has died in %s for a reason that is not known: %s", l.body(m), all[0].queue, all[0].reason)
		return
	}
	before := merged(all[1:])
	if l.inherits(m) {
		before = slices.DeleteFunc(l.own(m, merged(all)), func(d headerDeath) bool { return d.queue == all[0].queue })
	}
	l.testimonies = append(l.testimonies, testimony{m, QueueRef{vhost, all[0].queue}, before, reason})
}

// Missing reports whether a copy is in no queue, and the broker has yet to say why.
func (l *Ledger) Missing() bool {
	l.lock()
	defer l.mu.Unlock()
	l.weigh()
	unseen := maps.Clone(l.unseenIn)
	for c := range l.copies.All {
		if c.state != ready || c.queue == 0 || c.doubtful || c.overLimit || !l.testifies(c.queue) || l.mayBeKeptBack(&c) {
			continue
		}
		if unseen[c.queue] == 0 {
			return true
		}
		unseen[c.queue]--
	}
	return false
}

// weigh has testimonies count. One to which nothing fits yet waits: what the actors' connections say may
// come later.
func (l *Ledger) weigh() {
	waiting := l.testimonies[:0]
	for _, t := range l.testimonies {
		if !l.accept(t) {
			waiting = append(waiting, t)
		}
	}
	l.testimonies = waiting
}

// accept ends the copy that a testimony is about, if there is one.
func (l *Ledger) accept(t testimony) bool {
	i, ok := l.arrived(t.message, t.queue, t.deaths)
	if ok {
		l.departs(i, t.reason)
		return true
	}
	id := l.queueID(t.queue)
	for _, i := range l.all(t.message) {
		switch c := l.copies.At(i); {
		case c.queue != id:
		case c.ended() == fate.Rejected && c.reason == t.reason && !c.attested:
			// The consumer's word on this came first.
			c.attested = true
			return true
		case c.ended() == fate.Deleted:
			// It was taken to be still there when the queue was purged or deleted.
			l.departs(i, t.reason)
			return true
		}
	}
	return false
}

// departs ends a copy that its queue has let go of, for a reason that the broker has told.
func (l *Ledger) departs(i uint32, reason death) {
	l.exit(i)
	if reason == pushedOut {
		l.pushed(i)
	}
	l.die(i, reason)
}

// unheard are testimonies that nothing fits, in sentences.
func (l *Ledger) unheard() (doubts []string) {
	for _, t := range l.testimonies {
		doubts = append(doubts, fmt.Sprintf("the broker says that %s has died in %s (%v), where no copy of it should be", l.body(t.message), t.queue.Name, t.reason))
	}
	return doubts
}
