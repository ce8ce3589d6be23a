// Package tap observes the AMQP frames that pass on a client's connection, in both directions, and
// turns them into a journal of events.
//
// The wire is the truth: a client library buffers deliveries, and words errors its own way. The tap
// sees what was really sent, and when. It sits between the client and the connection (inside TLS),
// passes every byte on as it is, and delays nothing: what a client writes is journaled before it is
// sent, and what the broker sends before the client sees it, so an effect is never journaled before
// its cause.
package tap

import (
	"fmt"
	"sync"

	"tutor/runner/wire"
)

// Event is a method that passed on a connection, with its content if it carries any, or the end of a
// connection. The memory of content, of the methods that carry any, and of basic.ack is used again for the next:
// an observer that keeps anything of them, but for texts and the values of headers, copies it.
type Event struct {
	// Who is the place in the cast of the actor whose connection it is.
	Who int
	// ToBroker is set on what the actor sent.
	ToBroker bool
	Channel  uint16
	// Method is nil when the connection has ended.
	Method wire.Method
	// Content of basic.publish, basic.deliver, basic.return and basic.get-ok, else nil.
	Content *Content
}

// Content is the content of a message on the wire.
type Content struct {
	// Mark is by what the runner knows the message; empty for what no actor has published.
	Mark string
	// Properties are those of the message, without the mark.
	Properties wire.Properties
	Size       uint64
	// Body of a message that the actor sent. Empty in the other direction.
	Body []byte
}

// Journal takes the events of all connections of an act, in one order, and hands them to its observers, at once, and
// to who follows it. Fences are not events.
type Journal struct {
	mu        sync.Mutex
	observers []func(Event)
	events    uint64
	// next is closed at the next event, if somebody waits for it.
	next   chan struct{}
	closed bool
	err    error

	following following
}

// NewJournal returns a journal that tells each event to some observers, one event at a time, before anything comes of it.
func NewJournal(observers ...func(Event)) *Journal {
	return &Journal{observers: observers}
}

// Events is how many events were journaled so far.
func (j *Journal) Events() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.events
}

// After returns a channel that is closed when more than so many events have been journaled.
func (j *Journal) After(events uint64) <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.next == nil {
		j.next = make(chan struct{})
	}
	next := j.next
	if j.events > events {
		j.wake()
	}
	return next
}

// wake tells those who wait for an event.
func (j *Journal) wake() {
	if j.next != nil {
		close(j.next)
		j.next = nil
	}
}

// Close ends the journal: what passes from now on is no longer part of it. The error, if any, is
// what the tap could not make sense of.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	return j.err
}

func (j *Journal) record(e Event) {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return
	}
	j.events++
	for _, observe := range j.observers {
		observe(e)
	}
	j.wake()
	if j.following.tell == nil {
		j.mu.Unlock()
		return
	}
	j.following.waiting.add(e)
	j.tellIfDue()
}

// broken keeps the first sign of a connection that carries something else than AMQP.
func (j *Journal) broken(who int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil && !j.closed {
		j.err = fmt.Errorf("reading along on connection %d: %w", who+1, err)
	}
}
