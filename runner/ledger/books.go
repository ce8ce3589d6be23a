package ledger

import (
	"iter"

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
	// Consumer is the name of the actor that settled or lost the copy, if one did.
	Consumer string
	// Unseen is set on a dropped copy that its consumer had not even looked at: it was still in the
	// client's buffer.
	Unseen bool
	// Requeues is how often the copy went back to its queue.
	Requeues int
	// Why is the broker's own text where it refused or returned the message.
	Why string
}

// Books are the closed ledger of an act.
type Books struct {
	copies func(yield func(Copy) bool)
	counts map[fate.Fate]int
}

// Copies iterates over all copies in the order of their publishing.
func (b *Books) Copies() iter.Seq[Copy] { return b.copies }

// Count is the number of copies that met a fate; the empty fate counts those that cannot be
// accounted for.
func (b *Books) Count(f fate.Fate) int { return b.counts[f] }
