package ledger

import (
	"cmp"
	"math"
	"time"

	"tutor/runner/outcome"
	"tutor/runner/pile"
)

// events are what happened so far, as small as they can be kept.
type events struct {
	now  func() time.Duration
	kept pile.Moments[side, record]
	// names are texts, by index; 0 is the empty one.
	names   []string
	numbers map[string]uint32
	// seen is where what happens now was seen.
	seen side
	// vhosts are those in which anything has happened backstage.
	vhosts []string
	// backstage is the number of the one in which what happens now does, if it is there.
	backstage uint8
	// learned is set once the act is over.
	learned, truncated bool
	// beyond takes what is said of events that are not kept.
	beyond record
}

// side is on whose connection something was seen, and how far that is from what set it off.
type side struct {
	cause uint16
	hops  uint8
}

// record is an event. Numbers count from 1; 0 is none.
type record struct {
	at                                   time.Duration
	tag, message, copied, text, exchange uint32
	queue, actor                         uint16
	kind                                 outcome.EventKind
	flags                                flag
	// vhost is where something happened backstage, by its number from 1.
	vhost uint8
}

// flag are an event's marks.
type flag uint8

const (
	redelivered flag = 1 << iota
	auto
	wished
	unlooked
	inferred
	learned
	kept
)

// ofBroker is the actor of an event that is nobody's.
const ofBroker = -1

// nobody is the cause of what was seen on no actor's connection.
const nobody = math.MaxUint16

func newEvents(now func() time.Duration) events {
	return events{now: now, names: []string{""}, numbers: map[string]uint32{"": 0}, seen: side{cause: nobody}}
}

// name keeps a text for an event, if events are kept.
func (e *events) name(text string) uint32 {
	if e.truncated {
		return 0
	}
	n, ok := e.numbers[text]
	if !ok {
		n = uint32(len(e.names))
		e.names = append(e.names, text)
		e.numbers[text] = n
	}
	return n
}

// happens enters an event. What it is about is added by the caller.
func (l *Ledger) happens(kind outcome.EventKind, who int) *record {
	e := &l.events
	if int(l.messages.Len()) > outcome.EventMessages {
		e.truncated = true
		return &e.beyond
	}
	r := record{at: e.now(), kind: kind, actor: uint16(who + 1), vhost: e.backstage}
	if e.learned {
		r.flags |= learned
	}
	return e.kept.Add(e.seen, r)
}

// about says which copy an event is about.
func (r *record) about(l *Ledger, i uint32) *record {
	c := l.copies.At(i)
	r.copied, r.message, r.queue = i+1, c.message+1, c.queue
	return r
}

func (r *record) mark(f flag, set bool) *record {
	if set {
		r.flags |= f
	}
	return r
}

// seen says on whose connection what happens now is seen, and how far it is from what set it off.
func (l *Ledger) seen(who int, hops uint8) {
	l.events.seen = side{uint16(who), hops}
}

// arrange puts the events of one moment in order: by how far they are from what set them off, first what was
// seen on the connection of the actor that did, then the others in the order of the cast.
func (e *events) arrange(first int) {
	rank := func(s side) int {
		if int(s.cause) == first {
			return -1
		}
		return int(s.cause)
	}
	e.kept.Over(func(a, b side) int {
		return cmp.Or(int(a.hops)-int(b.hops), rank(a)-rank(b))
	})
}

// happened yields the events, with those of the clock between them.
func (l *Ledger) happened(yield func(outcome.Event) bool) {
	n := 0
	var now time.Duration
	for r := range l.events.kept.All {
		if r.at > now {
			now = r.at
			n++
			if !yield(outcome.Event{N: n, At: now, Kind: outcome.Time}) {
				return
			}
		}
		n++
		if !yield(l.event(n, r)) {
			return
		}
	}
}

func (l *Ledger) event(n int, r record) outcome.Event {
	e := outcome.Event{
		N: n, At: r.at, Kind: r.kind, Actor: l.member(r.actor),
		Exchange: l.events.names[r.exchange], Queue: l.queues[r.queue].Name,
		Message: int(r.message), Copy: int(r.copied), Tag: uint64(r.tag), Text: l.events.names[r.text],
		Redelivered: r.flags&redelivered != 0, Auto: r.flags&auto != 0, Requeue: r.flags&wished != 0,
		Unseen: r.flags&unlooked != 0, Kept: r.flags&kept != 0, Inferred: r.flags&inferred != 0, Learned: r.flags&learned != 0,
	}
	switch {
	case r.queue != 0:
		e.Vhost = l.queues[r.queue].Vhost
	case r.vhost != 0:
		e.Vhost = l.events.vhosts[r.vhost-1]
	case r.exchange != 0 && r.actor != 0:
		e.Vhost = l.cast[r.actor-1].Vhost
	}
	if first, again := l.origins[r.message-1]; again && r.message != 0 && r.kind == outcome.Publish {
		e.Origin = int(first) + 1
	}
	if r.message != 0 {
		e.Body = l.body(r.message - 1).String()
	}
	return e
}

// Over enters that the act is over: what is entered from now on was learned afterwards.
func (l *Ledger) Over() {
	l.lock()
	defer l.mu.Unlock()
	l.events.learned = true
}

// Dies enters that an actor is about to end its connection of its own, without a word.
func (l *Ledger) Dies(who int) {
	l.lock()
	defer l.mu.Unlock()
	l.leaving[who] = outcome.Die
}
