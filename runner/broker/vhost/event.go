package vhost

import "time"

// EventKind is what an [Event] says has happened, in the words of AMQP and RabbitMQ.
type EventKind string

// The kinds of events.
const (
	Publish    EventKind = "publish"     // a client has published the message (with a transaction: has committed it)
	Route      EventKind = "route"       // it has come to a queue
	Unroutable EventKind = "unroutable"  // it has come to none
	Return     EventKind = "return"      // it has come to none, and goes back to its publisher: it was mandatory
	Refuse     EventKind = "refuse"      // a queue, or the broker as a whole, has not taken it
	Confirm    EventKind = "confirm"     // the broker has taken it; its publisher wanted to know
	Deliver    EventKind = "deliver"     // it was sent to a consumer
	Get        EventKind = "get"         // it was sent in answer to basic.get
	Ack        EventKind = "ack"         // it was acknowledged
	Requeue    EventKind = "requeue"     // it came back to its queue, whatever the reason
	Reject     EventKind = "reject"      // it was rejected for good
	Expire     EventKind = "expire"      // its time to live was over
	Overflow   EventKind = "overflow"    // its queue was too long
	GiveUp     EventKind = "give-up"     // its delivery had failed as often as the queue allows
	Purge      EventKind = "purge"       // it went with all that was ready in its queue
	Delete     EventKind = "delete"      // its queue was deleted with it
	DeadLetter EventKind = "dead-letter" // the queue that it died in publishes it to its dead-letter exchange
)

// Event is something that has happened to a message.
type Event struct {
	At   time.Time // by the vhost's clock
	Kind EventKind
	// Message tells messages apart: it counts the vhost's publishes. A copy in another queue and a dead letter have
	// the number of what was published.
	Message uint64
	// Queue is where it has happened, if in a queue.
	Queue string
	// Exchange and RoutingKey are what the message was published with. A dead letter has those that it is given.
	Exchange, RoutingKey string
	// Consumer is the tag of who was sent it and has settled it, if that is a consumer.
	Consumer    string
	Redelivered bool
	// Reason of a dead letter is what x-death says.
	Reason string
	// Body must not be changed.
	Body []byte
}

// tell tells an observer of a message, and of the queue where something has become of it, if any.
func (v *VHost) tell(kind EventKind, m *message, queue string) {
	if v.opts.Observe != nil {
		v.opts.Observe(v.event(kind, m, queue))
	}
}

// tellOf tells an observer of a delivery, or of its end. No queue is that of direct reply-to.
func (v *VHost) tellOf(kind EventKind, q *queue, e entry, consumer string) {
	if v.opts.Observe == nil {
		return
	}
	name := replyQueue
	if q != nil {
		name = q.name
	}
	event := v.event(kind, e.msg, name)
	event.Consumer, event.Redelivered = consumer, e.redelivered()
	v.opts.Observe(event)
}

// tellDead tells an observer of a dead letter and of the message that it is published as.
func (v *VHost) tellDead(d *deadLetter, m *message) {
	if v.opts.Observe == nil {
		return
	}
	event := v.event(DeadLetter, m, d.queue.name)
	event.Reason = string(d.reason)
	v.opts.Observe(event)
}

func (v *VHost) event(kind EventKind, m *message, queue string) Event {
	return Event{
		At: v.opts.Clock.Now(), Kind: kind, Message: m.number, Queue: queue,
		Exchange: m.exchange, RoutingKey: m.routingKey, Body: m.body,
	}
}

// event is the end of a message in its queue.
func (r reason) event() EventKind {
	switch r {
	case expired:
		return Expire
	case maxLength:
		return Overflow
	case deliveryLimit:
		return GiveUp
	}
	return Reject
}
