package brokertest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tutor/runner/broker/vhost"
)

// Kind is what an [Event] says has happened.
type Kind string

// The kinds of events.
const (
	Publish    = Kind(vhost.Publish)    // a client has published the message; with a transaction, has committed it
	Route      = Kind(vhost.Route)      // it has come to a queue
	Unroutable = Kind(vhost.Unroutable) // it has come to none
	Return     = Kind(vhost.Return)     // it has come to none, and goes back to its publisher: it was mandatory
	Refuse     = Kind(vhost.Refuse)     // a queue that is full, or with no queue the broker, has not taken it
	Confirm    = Kind(vhost.Confirm)    // the broker has taken it; its publisher wanted to know
	Deliver    = Kind(vhost.Deliver)    // it was sent to a consumer
	Get        = Kind(vhost.Get)        // it was sent in answer to basic.get
	Ack        = Kind(vhost.Ack)        // it was acknowledged
	Requeue    = Kind(vhost.Requeue)    // it came back to its queue: by nack, reject, recover, or with its channel
	Reject     = Kind(vhost.Reject)     // it was nacked or rejected for good
	Expire     = Kind(vhost.Expire)     // its time to live was over
	Overflow   = Kind(vhost.Overflow)   // its queue was too long
	GiveUp     = Kind(vhost.GiveUp)     // its delivery had failed as often as the queue allows
	Purge      = Kind(vhost.Purge)      // its queue was purged
	Delete     = Kind(vhost.Delete)     // its queue was deleted while it was ready there
	DeadLetter = Kind(vhost.DeadLetter) // the queue that it died in publishes it to its dead-letter exchange
)

// Event is something that has become of a message.
type Event struct {
	At   time.Time // by the broker's clock
	Kind Kind
	// Message tells messages apart: the first that a client publishes is 1. Its copies in several queues have the same
	// number, and it keeps it as a dead letter.
	Message int
	// Queue is where it has happened, if in a queue; for a dead letter, where it died.
	Queue string
	// Exchange and RoutingKey are those that it was published with; those of a dead letter are new.
	Exchange, RoutingKey string
	// Consumer is the tag of the consumer that a delivery was for.
	Consumer    string
	Redelivered bool
	// Reason of a dead letter: rejected, expired, maxlen or delivery_limit.
	Reason string
	Body   []byte
}

// String is a line that tells of the event.
func (e Event) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d %q", e.Kind, e.Message, e.Body)
	for _, part := range []struct{ name, value string }{
		{"queue", e.Queue}, {"exchange", e.Exchange}, {"routing key", e.RoutingKey}, {"consumer", e.Consumer},
		{"reason", e.Reason},
	} {
		if part.value != "" {
			fmt.Fprintf(&b, " %s %q", part.name, part.value)
		}
	}
	if e.Redelivered {
		b.WriteString(" redelivered")
	}
	return b.String()
}

// log is all that has happened in a vhost. It only grows, so what was given out stays as it is.
type log struct {
	mu  sync.Mutex
	all []Event
}

// observe is called with the vhost locked.
func (l *log) observe(e vhost.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, Event{
		At: e.At, Kind: Kind(e.Kind), Message: int(e.Message), Queue: e.Queue, Exchange: e.Exchange, RoutingKey: e.RoutingKey,
		Consumer: e.Consumer, Redelivered: e.Redelivered, Reason: e.Reason, Body: e.Body,
	})
}

func (l *log) events() []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clip(l.all)
}

// Events lists what has become of messages so far, in order. Bodies must not be changed.
func (b *Broker) Events() []Event { return slices.Clone(b.log.events()) }
