package ledger

import (
	"tutor/runner/fate"
	"tutor/runner/outcome"
)

// Close closes the books, after the audit: what nothing has testified to is concluded, as far as the rules
// of a queue allow it, and marked as inferred.
func (l *Ledger) Close() *outcome.Books {
	l.lock()
	defer l.mu.Unlock()
	l.weigh()
	l.identify()
	l.contradictions()
	// Copies that were dead-lettered open others.
	for i := uint32(0); i < l.copies.Len(); i++ {
		if l.copies.At(i).state != accounted {
			l.conclude(i)
		}
		if l.copies.At(i).ended() == fate.DeadLettered {
			l.follow(i)
		}
	}
	return l.books()
}

// conclude finds the fate of a copy that no event has ended and no queue holds as ready. It has none if
// there is no explanation.
func (l *Ledger) conclude(i uint32) {
	c := l.copies.At(i)
	_, refused := l.whys[c.message]
	switch {
	case c.state == held:
		l.infer(i, fate.Queued)
	case c.state == unacked && (c.stranded || l.queue(c.queue) == nil):
		l.happens(outcome.Delete, ofBroker).about(l, i)
		c.end(fate.Deleted)
	case c.state == unacked:
		c.kept = true
		c.end(fate.Queued)
	case c.state != ready:
	case c.doubtful && refused:
		l.happens(outcome.Refuse, int(l.messages.At(c.message).publisher)).about(l, i).text = l.events.name(l.whys[c.message])
		c.end(fate.Refused)
	case c.queue != 0:
		l.vanish(i)
	case l.isLetter(i):
		l.infer(i, fate.Unroutable)
	case !l.messages.At(c.message).mandatory && !c.doubtful:
		c.end(fate.Unroutable)
	}
}

// vanish explains why a copy is no longer in its queue, by what the queue was declared with, where the
// broker is not asked or cannot testify.
func (l *Ledger) vanish(i uint32) {
	c := l.copies.At(i)
	q := l.queue(c.queue)
	switch {
	case q == nil:
	case c.overLimit && (l.isLetter(i) || !l.messages.At(c.message).confirmed):
		// What a queue rejects it does not give to an exchange, unless it says so.
		l.infer(i, fate.Refused)
	case l.mayBeKeptBack(c):
		l.infer(i, fate.Queued)
	case l.testifies(c.queue):
	case l.overDeliveryLimit(c, q):
		l.inferDeath(i, deliveryLimit)
	case l.mayBePushedOut(i):
		l.inferDeath(i, pushedOut)
	case l.mayHaveExpired(i):
		l.inferDeath(i, expired)
	}
}

// isLetter reports whether a copy is a dead letter, of which no publisher is told anything.
func (l *Ledger) isLetter(i uint32) bool {
	_, letter := l.deaths[i]
	return letter
}

// infer ends a copy by a conclusion.
func (l *Ledger) infer(i uint32, f fate.Fate) {
	l.copies.At(i).inferred = true
	if f == fate.Refused {
		l.happens(outcome.Refuse, ofBroker).about(l, i).mark(inferred, true)
	}
	l.copies.At(i).end(f)
}

// inferDeath ends a copy, for a reason that is a conclusion.
func (l *Ledger) inferDeath(i uint32, reason death) {
	c := l.copies.At(i)
	c.inferred = true
	if l.die(i, reason); keepsLetters(l.queue(c.queue)) {
		c.end(fate.Queued)
	}
}

// follow enters where the letter of a copy went that was dead-lettered, where nobody has seen it arrive.
func (l *Ledger) follow(i uint32) {
	if l.copies.At(i).lettered {
		return
	}
	if l.copies.At(i).lapsed {
		l.lost(i, "there was no way from its dead-letter exchange to a queue for a time")
		return
	}
	l.send(i)
}

// contradictions enters what was seen and cannot have been.
func (l *Ledger) contradictions() {
	for who := range l.conns {
		for _, ch := range l.conns[who].channels {
			for _, i := range ch.passed.all {
				c := l.copies.At(i)
				l.doubt("%s got %s from %s while %s had it", l.member(c.consumer), l.body(c.message), l.queues[c.queue].Name, l.cast[who].Name)
			}
		}
	}
}
