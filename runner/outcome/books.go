package outcome

import (
	"iter"

	"tutor/runner/fate"
	"tutor/runner/scenario"
)

// Books are the closed ledger of an act: what became of every copy of every message.
type Books struct {
	// Sent is the number of messages that were published.
	Sent int
	// Counts is the number of copies that met each fate; the empty fate counts those that cannot be
	// accounted for. Inferred are those of which it is only concluded.
	Counts, Inferred map[fate.Fate]int
	// Doubts are observations that do not fit, in sentences. Books with doubts, or with copies without a
	// fate, do not balance.
	Doubts []string
	// Notes explain what happened to messages that were not simply processed: copies of which the same
	// can be said share a note.
	Notes []Note
	// Tries are the messages that were published more than once.
	Tries []Tries
	// Copies are all copies, those that came from publishing in its order. The ledger keeps them in less
	// memory than they take here.
	Copies iter.Seq[Copy]
	// Deliveries are what came to the actors of whom the act expects deliveries, in the order of arrival.
	Deliveries map[string][]scenario.Delivered
	// Ways are the deaths on the way of each copy that no other has come of, by its body.
	Ways iter.Seq2[string, []scenario.Death]
	// Queues are what there was, when nothing moved any more, in the queues of which the act expects something.
	Queues map[string]scenario.QueueSeen
	// Confirms are what the broker told the publishers of whom the act expects confirms, by their names.
	Confirms map[string]scenario.ConfirmsSeen
	// Events are what happened, in order; those of one moment in that of cause and effect, and beyond that of
	// the cast. They end with the first [EventMessages] messages: Truncated is set where there were more.
	Events    iter.Seq[Event]
	Truncated bool
}

// EventMessages is how many messages of an act have their events kept.
const EventMessages = 100_000

// DeathsOf are the ways of the copies of the messages of which deaths are expected.
func (b *Books) DeathsOf(e *scenario.Expectation) map[string][][]scenario.Death {
	all := map[string][][]scenario.Death{}
	if len(e.Deaths) == 0 || b.Ways == nil {
		return all
	}
	for body, way := range b.Ways {
		if e.Deaths[body] != nil {
			all[body] = append(all[body], way)
		}
	}
	return all
}

// Balanced reports whether every copy has met exactly one fate.
func (b *Books) Balanced() bool { return b.Counts[""] == 0 && len(b.Doubts) == 0 }

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

// Tries is how often a message was published: by its publisher, and again by those who had got it.
type Tries struct {
	// Message is the number of the first, from 1, and Body its text.
	Message int
	Body    string
	// Times is how often it was published in all.
	Times int
	// Publisher of the first, By are those who have published it again.
	Publisher string
	By        []string
}

// Note explains in one sentence what became of one or more copies that were not simply processed.
type Note struct {
	// Event is a fate, [Requeued], [Republished], [Unaccounted], or [Undetermined].
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

// What notes are about that is no fate.
const (
	// Requeued copies went back to their queue on their way.
	Requeued = "requeued"
	// Republished messages were published again by who had got them.
	Republished = "published again"
	// Unaccounted copies have no fate, or something was seen that does not fit.
	Unaccounted = "unaccounted"
	// Undetermined is what RabbitMQ may do otherwise, since two things fall on the same moment.
	Undetermined = "undetermined"
)

// NameOf is the name of a fate, or that there is none.
func NameOf(f fate.Fate) string {
	if f == "" {
		return Unaccounted
	}
	return string(f)
}
