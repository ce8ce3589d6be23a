package ledger

import (
	"iter"
	"slices"

	"tutor/runner/fate"
)

// Copy is what became of one copy of one message.
type Copy struct {
	// Message is the body as transcripts show it.
	Message string
	// Publisher is the name of the actor that published it.
	Publisher string
	// Queue that the copy went to; empty if the message reached none.
	Queue string
	// Fate of the copy; empty if it cannot be accounted for.
	Fate fate.Fate
	// Consumer is the name of the actor that had the copy last, if one had.
	Consumer string
	// Loser is the name of the actor that had the copy when it was requeued last.
	Loser string
	// Unseen is set on a dropped copy that its consumer had not even looked at: it was still in the
	// client's buffer.
	Unseen bool
	// Requeues is how often the copy went back to its queue, counted up to 255.
	Requeues int
	// Redelivered is set where the broker marked the last delivery so.
	Redelivered bool
	// Reason is why its queue let go of the copy, as x-death has it (rejected, expired, maxlen,
	// delivery_limit); empty if it did not.
	Reason string
	// Inferred is set where nothing has shown the fate: it follows from how the queue was declared, and
	// from what can have happened.
	Inferred bool
}

// Books are the closed ledger of an act.
type Books struct {
	ledger   *Ledger
	counts   map[fate.Fate]int
	inferred map[fate.Fate]int
	doubts   []string
	sent     int
}

func newBooks(l *Ledger) *Books {
	b := &Books{ledger: l, counts: map[fate.Fate]int{}, inferred: map[fate.Fate]int{}, sent: len(l.messages)}
	for i := range l.copies {
		f := l.copies[i].ended()
		b.counts[f]++
		if l.copies[i].inferred {
			b.inferred[f]++
		}
	}
	b.doubts = slices.Concat(l.doubts, l.unheard())
	return b
}

// Sent is the number of messages that were published.
func (b *Books) Sent() int { return b.sent }

// Count is the number of copies that met a fate; the empty fate counts those that cannot be
// accounted for.
func (b *Books) Count(f fate.Fate) int { return b.counts[f] }

// Inferred is the number of copies of which it is only concluded that they met a fate.
func (b *Books) Inferred(f fate.Fate) int { return b.inferred[f] }

// Doubts are observations that do not fit, in sentences. Books with doubts, or with copies without a
// fate, do not balance.
func (b *Books) Doubts() []string { return slices.Clone(b.doubts) }

// Balanced says whether every copy has met exactly one fate.
func (b *Books) Balanced() bool { return b.counts[""] == 0 && len(b.doubts) == 0 }

// Copies iterates over all copies, those that came from publishing in its order.
func (b *Books) Copies() iter.Seq[Copy] {
	return func(yield func(Copy) bool) {
		for i := range b.ledger.copies {
			if !yield(b.ledger.entry(&b.ledger.copies[i])) {
				return
			}
		}
	}
}

func (l *Ledger) entry(c *copied) Copy {
	m := &l.messages[c.message]
	return Copy{
		Message:     m.body,
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
