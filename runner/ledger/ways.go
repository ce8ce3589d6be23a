package ledger

import (
	"slices"

	"tutor/runner/fate"
	"tutor/runner/scenario"
)

// deathWays yields, for each copy that no other has come of, its body and why queues have let go of it and of those that it
// comes from, the oldest death first.
func (l *Ledger) deathWays(yield func(string, []scenario.Death) bool) {
	for i := range l.copies.Len() {
		c := l.copies.At(i)
		if !c.lettered && !yield(l.body(c.message).String(), l.way(i)) {
			return
		}
	}
}

func (l *Ledger) way(i uint32) (way []scenario.Death) {
	// A full queue that refuses what is published has never had it.
	if c := l.copies.At(i); c.reason != 0 && c.ended() != fate.Refused {
		way = append(way, scenario.Death(c.reason.String()))
	}
	for from, ok := l.deaths[i]; ok; from, ok = l.deaths[from.from] {
		way = append(way, scenario.Death(from.reason.String()))
	}
	slices.Reverse(way)
	return way
}
