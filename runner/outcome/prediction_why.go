package outcome

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/fate"
	"tutor/runner/scenario"
)

// why is a sentence on an answer: a note on the message, or what was seen where the books have none.
func (b *Books) why(to Answer) string {
	fates, _ := b.fates(to.Message)
	back := []string{Requeued, Republished}
	var order []string
	for _, f := range worstFirst(fates) {
		order = append(order, string(f))
	}
	if to.Ask == scenario.WhatBecomesOf {
		order = append(order, back...)
	} else {
		order = append(back, order...)
	}
	for _, event := range order {
		if text := b.note(event, to.Message); text != "" {
			return text
		}
	}
	if to.Ask == scenario.WhatBecomesOf {
		return b.ending(to)
	}
	return delivered(to)
}

// note is the text of the first note on an event that is about a message, or empty. A note does not name all messages
// where there are many; one that is about all copies of a fate is about those of this message, which has met it.
func (b *Books) note(event, message string) string {
	for _, n := range b.Notes {
		if n.Event == event && (slices.Contains(n.Messages, message) || n.Count == b.Counts[fate.Fate(event)]) {
			return n.Text
		}
	}
	return ""
}

// worstFirst are the fates that copies have met.
func worstFirst(met map[fate.Fate]int) (all []fate.Fate) {
	for _, e := range slices.Backward(choiceOfEnds) {
		for _, f := range e.fates {
			if met[f] > 0 {
				all = append(all, f)
			}
		}
	}
	return all
}

// ending tells what became of a message on which there is no note.
func (b *Books) ending(to Answer) string {
	var parts []string
	for c := range b.Copies {
		if c.Message != to.Message {
			continue
		}
		text := "a copy of it is " + string(c.Fate)
		switch {
		case c.Consumer != "" && c.Fate == fate.Acked:
			text = c.Consumer + " acknowledged it"
		case c.Consumer != "" && c.Fate == fate.Handled:
			text = c.Consumer + " finished with it under automatic acknowledgement"
		}
		if !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ") + "."
}

// delivered tells how often a message was delivered, and to whom.
func delivered(to Answer) string {
	switch to.Times {
	case 0:
		return "it was delivered to nobody."
	case 1:
		return fmt.Sprintf("it was delivered once, to %s.", to.Actors[0])
	}
	return fmt.Sprintf("it was delivered %d times, to %s.", to.Times, strings.Join(to.Actors, ", "))
}

// decided is the number of the event that decided an answer: the last delivery, or what ended the copy that fared worst.
func (b *Books) decided(to Answer) (number int) {
	if b.Truncated {
		return 0
	}
	if to.Ask != scenario.WhatBecomesOf && to.Times > 0 {
		for e := range b.events() {
			if isDelivery(e) && e.Body == to.Message {
				number = e.N
			}
		}
		return number
	}
	fates, _ := b.fates(to.Message)
	for _, f := range worstFirst(fates) {
		n := 0
		for c := range b.Copies {
			n++
			if c.Message == to.Message && c.Fate == f {
				return b.endedBy(n, f)
			}
		}
	}
	return 0
}

// endedBy is the number of the event with which a copy met its fate. Of one that is still in its queue it is the last
// that is about it.
func (b *Books) endedBy(number int, f fate.Fate) (by int) {
	s := NewState()
	for e := range b.events() {
		emptied := e.Copy == 0 && (e.Kind == Delete || e.Kind == Purge)
		if e.Copy != number && !emptied {
			continue
		}
		before := s.Fates[number]
		s.Apply(e)
		switch now := s.Fates[number]; {
		case f == fate.Queued && !emptied, now == f && before != f:
			by = e.N
		}
	}
	return by
}
