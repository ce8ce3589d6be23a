package ledger

import (
	"fmt"
	"maps"
	"slices"

	"tutor/runner/outcome"
	"tutor/runner/tap"
)

// Messages that were published again: each is a message of its own, and descends from the first.

// descends enters what a message descends from, which its mark names.
func (l *Ledger) descends(number uint32, mark string) {
	if _, origin := tap.Origin(mark); origin != "" {
		if first, ok := l.find(origin); ok {
			l.origins[number] = first
		}
	}
}

// tries are the messages that were published more than once, in their order.
func (l *Ledger) tries() (all []outcome.Tries) {
	again := map[uint32][]uint32{}
	for number, first := range l.origins {
		again[first] = append(again[first], number)
	}
	for _, first := range slices.Sorted(maps.Keys(again)) {
		m := l.messages.At(first)
		t := outcome.Tries{Message: int(first) + 1, Body: m.body, Times: 1 + len(again[first]), Publisher: l.cast[m.publisher].Name}
		slices.Sort(again[first])
		for _, number := range again[first] {
			if name := l.cast[l.messages.At(number).publisher].Name; !slices.Contains(t.By, name) {
				t.By = append(t.By, name)
			}
		}
		all = append(all, t)
	}
	return all
}

// triedNote tells of a message that was published again.
func triedNote(t outcome.Tries) outcome.Note {
	return outcome.Note{
		Event: outcome.Republished,
		Text:  fmt.Sprintf("%s published it, and %s did so again: %d times in all.", t.Publisher, enumerated(t.By), t.Times),
	}
}
