package document

import "tutor/runner/outcome"

// Event is one thing that happened in an act. What there is at any moment, in queues, buffers and hands, follows
// from the events until then. Fields that say nothing are absent.
type Event struct {
	// N counts the events of an act from 1.
	N    int     `json:"n"`
	AtMS float64 `json:"at_ms"`
	// Kind is declare, bind, unbind, delete, purge, publish, route, confirm, refuse, return, deliver, get, take,
	// ack, nack, reject, requeue, dead-letter, expire, overflow, drop, give-up, die, stop, cut, cancel, block,
	// unblock, commit, rollback, error, restart or time.
	Kind outcome.EventKind `json:"kind"`
	// Actor is who did it or whom it happened to; absent where the broker did it of its own.
	Actor    string `json:"actor,omitempty"`
	Vhost    string `json:"vhost,omitempty"`
	Exchange string `json:"exchange,omitempty"`
	Queue    string `json:"queue,omitempty"`
	// Message and Copy are numbers, from 1, of the act's messages and of their copies; Body is the message's.
	Message int    `json:"message,omitempty"`
	Copy    int    `json:"copy,omitempty"`
	Body    string `json:"body,omitempty"`
	// Origin is the number of the message that one descends from which is published again.
	Origin int `json:"origin,omitempty"`
	// Tag is the delivery tag.
	Tag         uint64 `json:"tag,omitempty"`
	Redelivered bool   `json:"redelivered,omitempty"`
	// Auto is set under automatic acknowledgement.
	Auto bool `json:"auto,omitempty"`
	// Requeue is the wish of who rejects.
	Requeue bool `json:"requeue,omitempty"`
	// Unseen is set on what was dropped before the consumer had looked at it.
	Unseen bool `json:"unseen,omitempty"`
	// Kept is set where a queue keeps what has died until another has taken its dead letter.
	Kept bool `json:"kept,omitempty"`
	// Inferred is set on a conclusion, Learned on what was seen only after the act was over.
	Inferred bool `json:"inferred,omitempty"`
	Learned  bool `json:"learned,omitempty"`
	// Text is a routing key, the type of an exchange, or the broker's reason.
	Text string `json:"text,omitempty"`
}

func newEvents(books *outcome.Books) []Event {
	events := []Event{}
	for e := range books.Events {
		events = append(events, newEvent(e))
	}
	return events
}

func newEvent(e outcome.Event) Event {
	return Event{
		N: e.N, AtMS: milliseconds(e.At), Kind: e.Kind, Actor: e.Actor, Vhost: e.Vhost, Exchange: e.Exchange, Queue: e.Queue,
		Message: e.Message, Copy: e.Copy, Body: e.Body, Origin: e.Origin, Tag: e.Tag, Redelivered: e.Redelivered, Auto: e.Auto,
		Requeue: e.Requeue, Unseen: e.Unseen, Kept: e.Kept, Inferred: e.Inferred, Learned: e.Learned, Text: e.Text,
	}
}

// Event is what was written down, to the microsecond: pictures and sentences can be made of it again.
func (e Event) Event() outcome.Event {
	return outcome.Event{
		N: e.N, At: duration(e.AtMS), Kind: e.Kind, Actor: e.Actor, Vhost: e.Vhost, Exchange: e.Exchange, Queue: e.Queue,
		Message: e.Message, Copy: e.Copy, Body: e.Body, Origin: e.Origin, Tag: e.Tag, Redelivered: e.Redelivered, Auto: e.Auto,
		Requeue: e.Requeue, Unseen: e.Unseen, Kept: e.Kept, Inferred: e.Inferred, Learned: e.Learned, Text: e.Text,
	}
}
