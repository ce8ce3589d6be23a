package ledger

// Note explains in one sentence what became of one or more copies that were not simply processed.
type Note struct {
	// Event is a fate, "requeued", or "unaccounted".
	Event string
	// Messages are the bodies it is about, as transcripts show them, no more than NoteMessages.
	Messages []string
	// Count is how many copies it is about.
	Count int
	// Text is the sentence.
	Text string
	// Inferred is set where nothing has shown it: it is a conclusion.
	Inferred bool
}

// NoteMessages is how many messages a note names.
const NoteMessages = 8

// Requeued is the event of notes on copies that went back to their queue on their way.
const Requeued = "requeued"

// Unaccounted is the event of notes on copies without a fate.
const Unaccounted = "unaccounted"

// Notes explain what happened to messages that were not simply processed: copies of which the same
// can be said share a note.
func (b *Books) Notes() []Note {
	c := collector{index: map[[2]string]int{}}
	for i := range b.ledger.copies {
		s := b.ledger.story(uint32(i))
		if s.Requeues > 0 {
			c.add(Note{Event: Requeued, Text: s.requeued()}, s.Message)
		}
		switch text := s.explain(); {
		case s.Fate == "":
			c.add(Note{Event: Unaccounted, Text: text}, s.Message)
		case text != "":
			c.add(Note{Event: string(s.Fate), Text: text, Inferred: s.Inferred}, s.Message)
		}
	}
	for _, doubt := range b.doubts {
		c.notes = append(c.notes, Note{Event: Unaccounted, Text: doubt, Count: 1})
	}
	return c.notes
}

// collector puts copies together of which the same can be said.
type collector struct {
	notes []Note
	index map[[2]string]int
}

func (c *collector) add(n Note, message string) {
	key := [2]string{n.Event, n.Text}
	i, ok := c.index[key]
	if !ok {
		i = len(c.notes)
		c.index[key] = i
		c.notes = append(c.notes, n)
	}
	c.notes[i].Count++
	if len(c.notes[i].Messages) < NoteMessages {
		c.notes[i].Messages = append(c.notes[i].Messages, message)
	}
}
