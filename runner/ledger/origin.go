package ledger

import (
	"fmt"
	"maps"
	"slices"

	"tutor/runner/fate"
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
		t := outcome.Tries{Message: int(first) + 1, Body: l.bodies.At(m.body).String(), Times: 1 + len(again[first]), Publisher: l.cast[m.publisher].Name}
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

// inherits reports whether a message was published with deaths of another in its header.
func (l *Ledger) inherits(m uint32) bool {
	_, inherited := l.headers[m].Get("x-death")
	return inherited
}

// own are the deaths of a message itself, of those that its header tells of. RabbitMQ 3.10 counts on from what the
// message was published with; later ones begin anew. Which it is shows in the deaths that were seen.
func (l *Ledger) own(m uint32, told []headerDeath) []headerDeath {
	if !l.inherits(m) {
		return told
	}
	before := merged(listed(l.headers[m]))
	var counted []headerDeath
	for _, d := range told {
		if n := slices.IndexFunc(before, func(e headerDeath) bool { return e.queue == d.queue }); n >= 0 {
			d.count -= before[n].count
			before = slices.Delete(before, n, n+1)
		}
		switch {
		case d.count < l.deathsIn(m, d.queue):
			return told
		case d.count > 0:
			counted = append(counted, d)
		}
	}
	if len(before) > 0 || len(counted) == 0 {
		return told
	}
	return counted
}

// deathsIn is how often a message is known to have been dead-lettered from a queue.
func (l *Ledger) deathsIn(m uint32, queue string) (n int) {
	for _, i := range l.all(m) {
		if c := l.copies.At(i); l.queues[c.queue].Name == queue && c.ended() == fate.DeadLettered {
			n++
		}
	}
	return n
}
