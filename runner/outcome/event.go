package outcome

import (
	"fmt"
	"slices"
	"time"
)

// Event is one thing that happened in an act. What there is at any moment, in queues, buffers and hands, follows
// from the events until then (see [State]).
type Event struct {
	// N counts the events of an act from 1.
	N int
	// At is when it happened, on the act's timeline.
	At   time.Duration
	Kind EventKind
	// Actor is who did it, or whom it happened to; empty where the broker did it of its own.
	Actor string
	// Exchange and Queue are those it is about, if any, and Vhost is where they are, by the scenario's name.
	Exchange, Queue, Vhost string
	// Message and Copy are the numbers, from 1, of the message and of the copy in the order of [Books.Copies]
	// that it is about; 0 where it is about none, or about all that there is.
	Message, Copy int
	// Origin is the number of the message that one descends from which is published again; 0 where it is the first.
	Origin int
	// Body of the message, as transcripts show it.
	Body string
	// Tag is the delivery tag (AMQP 0-9-1, 3.1.1) of what was delivered, or answered.
	Tag uint64
	// Redelivered is the broker's mark on a delivery.
	Redelivered bool
	// Auto is set where the consumer acknowledges automatically: on what is delivered to it, and on its having
	// finished with that.
	Auto bool
	// Requeue is the wish of a consumer that rejects.
	Requeue bool
	// Unseen is set on what was dropped before the consumer had looked at it.
	Unseen bool
	// Kept is set where a queue keeps a copy that has died until another has taken its dead letter.
	Kept bool
	// Inferred is set where nothing has shown it: it is a conclusion. Learned is set where it was seen after the
	// act was over, when the queues were looked into and the broker was heard, so that only its order is known.
	Inferred, Learned bool
	// Text is the routing key of what is published or bound, the type of an exchange, the reason of a return,
	// refusal or error.
	Text string
}

func (e *Event) queue() Queue { return Queue{e.Vhost, e.Queue} }

// EventKind is what an event is about.
type EventKind uint8

// The kinds of events. There are no others.
const (
	_ EventKind = iota
	// Declare, Bind, Unbind, Delete and Purge change exchanges and queues. A Delete with a copy is that of a
	// queue's copy that somebody still had.
	Declare
	Bind
	Unbind
	Delete
	Purge
	// Publish is a publisher's sending. A Route puts a copy into a queue; without a queue the message, or dead
	// letter, reaches none.
	Publish
	Route
	// Confirm and Refuse are the broker's answers to a publisher (ack and nack); with a copy, Refuse is what
	// became of it. Return sends a mandatory message back.
	Confirm
	Refuse
	Return
	// Deliver puts a copy into a consumer's buffer, Get into its hands; Take is the beginning with it.
	Deliver
	Get
	Take
	// Ack ends a copy, under automatic acknowledgement when the consumer has finished with it.
	Ack
	Nack
	Reject
	// Requeue puts a copy back into its queue.
	Requeue
	// DeadLetter, Expire, Overflow, Drop and GiveUp take a copy out of its queue, or from who has it.
	DeadLetter
	Expire
	Overflow
	Drop
	GiveUp
	// Die, Stop and Cut end an actor's connection: of its own, in order, or by force. Cancel ends a consumer.
	Die
	Stop
	Cut
	Cancel
	// Block and Unblock are the broker's, for want of memory or disk.
	Block
	Unblock
	Commit
	Rollback
	// Closed is a channel or connection that the broker has closed.
	Closed
	Restart
	// Time is that the clock went on, since the event before.
	Time
)

var eventKinds = [...]string{
	Declare: "declare", Bind: "bind", Unbind: "unbind", Delete: "delete", Purge: "purge", Publish: "publish", Route: "route",
	Confirm: "confirm", Refuse: "refuse", Return: "return", Deliver: "deliver", Get: "get", Take: "take", Ack: "ack",
	Nack: "nack", Reject: "reject", Requeue: "requeue", DeadLetter: "dead-letter", Expire: "expire", Overflow: "overflow",
	Drop: "drop", GiveUp: "give-up", Die: "die", Stop: "stop", Cut: "cut", Cancel: "cancel", Block: "block", Unblock: "unblock",
	Commit: "commit", Rollback: "rollback", Closed: "error", Restart: "restart", Time: "time",
}

func (k EventKind) String() string { return eventKinds[k] }

// MarshalText gives the kind's name.
func (k EventKind) MarshalText() ([]byte, error) {
	if k == 0 || int(k) >= len(eventKinds) {
		return nil, fmt.Errorf("no kind of event: %d", k)
	}
	return []byte(eventKinds[k]), nil
}

// UnmarshalText takes the kind of a name.
func (k *EventKind) UnmarshalText(text []byte) error {
	at := slices.Index(eventKinds[:], string(text))
	if at <= 0 {
		return fmt.Errorf("no kind of event: %q", text)
	}
	*k = EventKind(at)
	return nil
}
