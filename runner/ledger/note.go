package ledger

import (
	"fmt"
	"strings"

	"tutor/runner/fate"
)

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
	var notes []Note
	index := map[[2]string]int{}
	add := func(event, text, message string) {
		key := [2]string{event, text}
		i, ok := index[key]
		if !ok {
			i = len(notes)
			index[key] = i
			notes = append(notes, Note{Event: event, Text: text})
		}
		notes[i].Count++
		if len(notes[i].Messages) < NoteMessages {
			notes[i].Messages = append(notes[i].Messages, message)
		}
	}
	for c := range b.Copies() {
		if c.Requeues > 0 {
			add(Requeued, c.requeued(), c.Message)
		}
		switch text := c.explain(); {
		case c.Fate == "":
			add(Unaccounted, text, c.Message)
		case text != "":
			add(string(c.Fate), text, c.Message)
		}
	}
	for _, doubt := range b.ledger.doubts {
		notes = append(notes, Note{Event: Unaccounted, Text: doubt, Count: 1})
	}
	return notes
}

// requeued says how a copy went back, and what came of it.
func (c Copy) requeued() string {
	back := fmt.Sprintf("%s had it and did not acknowledge it, so the broker put it back into %s", c.Loser, c.Queue)
	if c.SentBack {
		back = fmt.Sprintf("%s rejected it with the wish to requeue it, so the broker put it back into %s", c.Loser, c.Queue)
	}
	switch {
	case c.Consumer != "" && c.Consumer != c.Loser:
		back += fmt.Sprintf(" and delivered it again, to %s", c.Consumer)
	case c.Fate == fate.Acked:
		back += " and delivered it again"
	default:
		return back + "."
	}
	if c.Redelivered {
		back += ", marked as redelivered"
	}
	return back + "."
}

// explain is one sentence on a copy's fate, or empty if there is nothing to explain.
func (c Copy) explain() string {
	const forgotten = "under automatic acknowledgement the broker forgets a message when it has sent it"
	switch c.Fate {
	case fate.Dropped:
		switch {
		case c.Consumer == "":
			return fmt.Sprintf("%s lost it when the broker was restarted: it was not persistent.", c.Queue)
		case c.Unseen:
			return fmt.Sprintf("%s had it in its buffer, unseen, when it died: %s.", c.Consumer, forgotten)
		}
		return fmt.Sprintf("%s had it in its hands when it died: %s.", c.Consumer, forgotten)
	case fate.Queued:
		if c.Consumer != "" && c.Requeues == 0 {
			return fmt.Sprintf("%s still has it, unacknowledged, so it remains in %s.", c.Consumer, c.Queue)
		}
		if c.Requeues > 0 {
			return fmt.Sprintf("it is still in %s: nobody has taken it since it came back.", c.Queue)
		}
		return fmt.Sprintf("it is still in %s: nobody has taken it.", c.Queue)
	case fate.Returned:
		return fmt.Sprintf("it reached no queue, and came back to %s since it was mandatory (%s).", c.Publisher, c.Why)
	case fate.Unroutable:
		return fmt.Sprintf("it reached no queue, and the broker discarded it without a word: %s did not ask (mandatory).", c.Publisher)
	case fate.Rejected:
		if c.GivenUp {
			return fmt.Sprintf("%s gave it up: it had come back more often than the delivery limit allows.", c.Queue)
		}
		return fmt.Sprintf("%s rejected it without requeueing, and %s has no dead-letter exchange.", c.Consumer, c.Queue)
	case fate.DeadLettered:
		return fmt.Sprintf("%s gave it to its dead-letter exchange.", c.Queue)
	case fate.Expired:
		return fmt.Sprintf("its time to live ended in %s before anybody took it.", c.Queue)
	case fate.Overflowed:
		return fmt.Sprintf("%s had reached its length limit and pushed it out.", c.Queue)
	case fate.Refused:
		return fmt.Sprintf("the broker did not take it from %s: %s.", c.Publisher, strings.TrimSuffix(c.Why, "."))
	case fate.Deleted:
		return fmt.Sprintf("it was in %s when that queue was deleted or purged.", c.Queue)
	case "":
		if c.Queue == "" {
			return "it should have been returned or refused, and the broker said nothing."
		}
		return fmt.Sprintf("it should be in %s, and is not: nothing seen on the wire explains what became of it.", c.Queue)
	}
	return ""
}
