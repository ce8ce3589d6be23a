// Package transcript is what the actors of an act printed: the lines, their order over all actors,
// and the comparison with what was expected.
package transcript

import (
	"cmp"
	"sync"
	"time"

	"tutor/runner/pile"
)

// Kind is what a line is about; it decides the words in front of the line's text.
type Kind uint8

// The kinds of lines, in the order in which an actor comes to print them. A Remark is not printed
// by the actor and never compared: it is what the runner saw happen to the actor.
const (
	Warning Kind = iota + 1
	CreatedExchange
	BoundExchange
	CreatedQueue
	Bound
	Sent
	Asked
	Answered
	Received
	Ignored
	Returned
	Confirmed
	Nacked
	Cancelled
	Got
	GotNothing
	Unsubscribed
	Committed
	RolledBack
	Queue
	Purged
	Deleted
	Stopped
	Error
	Remark
)

// kinds are what is to be known of each kind.
var kinds = [...]struct {
	name string
	// prefix stands in front of the line's text.
	prefix string
	// trouble is set where a message was lost, went back, or was refused, or the broker has said no.
	trouble bool
}{
	Warning:         {"warning", "WARNING: ", false},
	CreatedExchange: {"created_exchange", "Created exchange: ", false},
	BoundExchange:   {"bound_exchange", "Bound Exchange ", false},
	CreatedQueue:    {"created_queue", "Created queue: ", false},
	Bound:           {"bound", "Bound Queue ", false},
	Sent:            {"sent", "Sent: ", false},
	Asked:           {"asked", "Asked: ", false},
	Answered:        {"answered", "Answered: ", false},
	Received:        {"received", "Received: ", false},
	Ignored:         {"ignored", "Ignored: ", false},
	Returned:        {"returned", "Returned: ", true},
	Confirmed:       {"confirmed", "Confirmed: ", false},
	Nacked:          {"nacked", "Nacked: ", true},
	Cancelled:       {"cancelled", "Cancelled: ", true},
	Got:             {"got", "Got: ", false},
	GotNothing:      {"got_nothing", "Got nothing from ", false},
	Unsubscribed:    {"unsubscribed", "Cancelled: ", false},
	Committed:       {"committed", "Committed", false},
	RolledBack:      {"rolled_back", "Rolled back", false},
	Queue:           {"queue", "Queue ", false},
	Purged:          {"purged", "Purged ", false},
	Deleted:         {"deleted", "Deleted ", false},
	Stopped:         {"stopped", "Stopped", false},
	Error:           {"error", "ERROR: ", true},
	Remark:          {"remark", "", false},
}

// String is the kind's name, in lower case.
func (k Kind) String() string { return kinds[k].name }

// IsTrouble reports whether lines of a kind always tell of trouble; a [Remark] may do so.
func (k Kind) IsTrouble() bool { return kinds[k].trouble }

// Line is one line of one actor.
type Line struct {
	// At is when it was printed, on the act's timeline.
	At time.Duration
	// Text is the line without its kind's prefix.
	Text Text
	// Message is the number, from 1, of the message that the line is about among those of the act; 0 if it is
	// about none.
	Message uint32
	// Actor is the index of the actor in the cast.
	Actor uint16
	Kind  Kind
	// Trouble is set where a line or remark tells of a message that was lost, went back, or was
	// refused, so that reports can make it stand out.
	Trouble bool
}

// String is the line as the actor printed it.
func (l Line) String() string { return kinds[l.Kind].prefix + l.Text.String() }

// side is what lines of one moment are put in order by.
type side struct {
	hops  uint8
	actor uint16
}

// printed is a line as the recorder keeps it, small and without pointers: there may be millions.
type printed struct {
	at      time.Duration
	text    Kept
	message uint32
	actor   uint16
	kind    Kind
	trouble bool
}

// Recorder keeps the lines of an act in the order in which they were printed. It is safe for
// concurrent use.
type Recorder struct {
	mu    sync.Mutex
	texts Texts
	lines pile.Moments[side, printed]
	// closed is set when no more lines are taken.
	closed bool
}

// Add appends a line. Hops are how many messages from one actor to another lie between it and what set off all
// that happened at the same moment.
func (r *Recorder) Add(l Line, hops uint8) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.lines.Add(side{hops, l.Actor}, printed{l.At, r.texts.keep(l.Text), l.Message, l.Actor, l.Kind, l.Trouble})
}

// Arrange orders the lines that were added since the last call. They belong to one moment, in which
// the actors print side by side, so that of those which are as far from what set it off the order between
// actors means nothing: the lines of the actor that set it off come first, then those of the others in
// the order of the cast.
func (r *Recorder) Arrange(first int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rank := func(s side) int {
		if int(s.actor) == first {
			return -1
		}
		return int(s.actor)
	}
	r.lines.Over(func(a, b side) int {
		return cmp.Or(int(a.hops)-int(b.hops), rank(a)-rank(b))
	})
}

// Close returns the lines of all actors, in order. What is added from now on is not kept, and no further call returns
// anything.
func (r *Recorder) Close() []Line {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := make([]Line, 0, r.lines.Len())
	for p := range r.lines.All {
		lines = append(lines, Line{p.at, r.texts.At(p.text), p.message, p.actor, p.kind, p.trouble})
	}
	r.texts, r.lines, r.closed = Texts{}, pile.Moments[side, printed]{}, true
	return lines
}

// Of returns the lines that one actor printed, as text, without remarks.
func Of(lines []Line, actor int) []string {
	var texts []string
	for _, l := range lines {
		if int(l.Actor) == actor && l.Kind != Remark {
			texts = append(texts, l.String())
		}
	}
	return texts
}

// Each returns what [Of] does for each actor of a cast.
func Each(lines []Line, cast int) [][]string {
	texts := make([][]string, cast)
	for _, l := range lines {
		if int(l.Actor) < cast && l.Kind != Remark {
			texts[l.Actor] = append(texts[l.Actor], l.String())
		}
	}
	return texts
}
