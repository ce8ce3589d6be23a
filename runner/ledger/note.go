package ledger

import (
	"tutor/runner/fate"
	"tutor/runner/outcome"
)

// notes explain the copies that were not simply processed, and what does not fit.
func (l *Ledger) notes(tries []outcome.Tries, doubts []string) []outcome.Note {
	c := collector{index: map[[2]string]int{}}
	for i := range l.copies.Len() {
		if l.copies.At(i).wasProcessed() {
			continue
		}
		s := l.story(i)
		if s.Requeues > 0 {
			c.add(outcome.Note{Event: outcome.Requeued, Text: s.requeued()}, s.Message)
		}
		switch text := s.explain(); {
		case s.Fate == "":
			c.add(outcome.Note{Event: outcome.Unaccounted, Text: text}, s.Message)
		case text != "":
			c.add(outcome.Note{Event: string(s.Fate), Text: text, Inferred: s.Inferred}, s.Message)
		}
	}
	for _, t := range tries {
		c.add(triedNote(t), t.Body)
	}
	for _, doubt := range doubts {
		c.notes = append(c.notes, outcome.Note{Event: outcome.Unaccounted, Text: doubt, Count: 1})
	}
	return c.notes
}

// wasProcessed reports whether there is nothing to be told of a copy.
func (c *copied) wasProcessed() bool {
	f := c.ended()
	return c.requeues == 0 && (f == fate.Acked || f == fate.Handled)
}

// collector puts copies together of which the same can be said.
type collector struct {
	notes []outcome.Note
	index map[[2]string]int
}

func (c *collector) add(n outcome.Note, message string) {
	key := [2]string{n.Event, n.Text}
	i, ok := c.index[key]
	if !ok {
		i = len(c.notes)
		c.index[key] = i
		c.notes = append(c.notes, n)
	}
	c.notes[i].Count++
	if len(c.notes[i].Messages) < outcome.NoteMessages {
		c.notes[i].Messages = append(c.notes[i].Messages, message)
	}
}
