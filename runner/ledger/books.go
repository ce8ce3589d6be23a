package ledger

import (
	"slices"

	"tutor/runner/fate"
	"tutor/runner/outcome"
)

// books are what the ledger has to say when it is closed.
func (l *Ledger) books() *outcome.Books {
	b := &outcome.Books{
		Sent: int(l.messages.Len()), Counts: map[fate.Fate]int{}, Inferred: map[fate.Fate]int{}, Copies: l.entries,
		Events: l.happened, Truncated: l.events.truncated,
		Deliveries: l.delivered(), Ways: l.deathWays, Confirms: l.confirmsTold(),
	}
	for i := range l.copies.Len() {
		f := l.copies.At(i).ended()
		b.Counts[f]++
		if l.copies.At(i).inferred {
			b.Inferred[f]++
		}
	}
	b.Doubts = slices.Concat(l.doubts, l.unheard())
	b.Tries = l.tries()
	b.Notes = l.notes(b.Tries, b.Doubts)
	return b
}

// entries yields all copies.
func (l *Ledger) entries(yield func(outcome.Copy) bool) {
	for i := range l.copies.Len() {
		if !yield(l.entry(l.copies.At(i))) {
			return
		}
	}
}

func (l *Ledger) entry(c *copied) outcome.Copy {
	m := l.messages.At(c.message)
	return outcome.Copy{
		Message:     l.bodies.At(m.body).String(),
		Publisher:   l.cast[m.publisher].Name,
		Queue:       l.queues[c.queue].Name,
		Fate:        c.ended(),
		Consumer:    l.member(c.consumer),
		Loser:       l.member(c.loser),
		Unseen:      c.unseen,
		Requeues:    int(c.requeues),
		Redelivered: c.redelivered,
		Reason:      c.reason.String(),
		Inferred:    c.inferred,
	}
}

func (l *Ledger) member(number uint16) string {
	if number == 0 {
		return ""
	}
	return l.cast[number-1].Name
}
