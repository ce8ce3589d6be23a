// Package picture draws an act from its events: who published what, through which queue it went, and what
// became of it. Publishers are on the left, queues in the middle, consumers on the right, and time goes down.
//
// [SVG] is a picture that needs nothing but a program that shows images, [Mermaid] the text of one that GitHub
// and others draw. Both are written from one list of lanes and rows. A row is an event, together with what
// follows at once from it: a publish with the queues that it reaches, a delivery with the consumer's beginning
// with it, a death with the way of the dead letter.
package picture

import (
	"time"

	"tutor/runner/outcome"
)

// Events is how many events of an act are drawn. A picture of more says how many it leaves out.
const Events = 200

// sequence is an act as lanes and rows.
type sequence struct {
	lanes []lane
	rows  []row
	// holds are the times that a consumer has a copy in its hands.
	holds []hold
	// more is how many events are not drawn; atLeast is set where the books themselves end before the act did.
	more    int
	atLeast bool
}

type laneKind int

const (
	publisherLane laneKind = iota
	queueLane
	consumerLane
)

// lane is an actor or a queue.
type lane struct {
	kind laneKind
	name string
}

// row is what is drawn at one height.
type row struct {
	// first and last are the numbers of its events.
	first, last int
	at          time.Duration
	// jump is set where only time goes on.
	jump bool
	// lane is where it happens, or none.
	lane int
	// arrows lead from the row's lane to others.
	arrows []int
	mark   mark
	// message is the number of the one it is about, and body that message as labels show it.
	message int
	body    string
	// words are the rest of the label, and sentences say all of it, one for each event.
	words     string
	sentences []string
	// loss is set where a message is lost for good.
	loss bool
	// stub is set where a message is sent, even if it comes to no lane.
	stub bool
	// comes and goes are set where its lanes are shown to be there, and where they end.
	comes, goes bool
	// inferred is set on a conclusion, learned on what was seen only after the act was over.
	inferred, learned bool
}

// none stands for all lanes together.
const none = -1

// mark is what is drawn on a lane, or at the end of an arrow.
type mark int

const (
	noMark mark = iota
	dot
	tick
	cross
	end
)

// hold is a time, in rows, that a lane has a message in its hands. Slot tells those apart that it has at once.
type hold struct{ lane, message, from, to, slot int }

// newSequence makes lanes and rows of an act.
func newSequence(a *outcome.Act) *sequence {
	b := newBuilder(a)
	if a.Books == nil {
		return &b.sequence
	}
	var group []outcome.Event
	for e := range a.Books.Events {
		if len(group) > 0 && !joins(group, e) {
			b.add(group)
			group = group[:0]
		}
		group = append(group, e)
	}
	if len(group) > 0 {
		b.add(group)
	}
	b.atLeast = a.Books.Truncated
	return b.done()
}

// joins reports whether an event follows at once from those of a row, so that it belongs there.
func joins(group []outcome.Event, e outcome.Event) bool {
	last := group[len(group)-1]
	if e.Message == 0 || e.Message != last.Message || e.Inferred != last.Inferred || e.Learned != last.Learned {
		return false
	}
	switch e.Kind {
	case outcome.Route:
		return group[0].Kind != outcome.Route && (last.Kind == outcome.Publish || last.Kind == outcome.DeadLetter || last.Kind == outcome.Route)
	case outcome.Take:
		return last.Kind == outcome.Deliver && e.Copy == last.Copy
	case outcome.Requeue:
		return (last.Kind == outcome.Nack || last.Kind == outcome.Reject) && e.Copy == last.Copy
	case outcome.DeadLetter:
		return e.Copy == last.Copy && isDeath(last.Kind)
	}
	return false
}

// isDeath reports whether an event can make a dead letter of a message.
func isDeath(k outcome.EventKind) bool {
	switch k {
	case outcome.Expire, outcome.Overflow, outcome.GiveUp, outcome.Nack, outcome.Reject, outcome.Refuse:
		return true
	}
	return false
}
