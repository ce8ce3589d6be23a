package play

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"tutor/runner/clock"
	"tutor/runner/ledger"
	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// brokerTime watches, on the virtual clock, for what a broker does of its own when a time is over: it does so
// by the wall clock, by which next to no time passes. An act in which such a time is reached on its timeline
// would show what no broker does, so it is played again at the real clock. A time that is not reached before the act's end matters
// to nobody.
//
// It is nil at the real clock, where all time is the broker's, too.
type brokerTime struct {
	act      *scenario.Act
	ledger   *ledger.Ledger
	timeline *clock.Timeline
	// mortal is set where anything in the act has a time to live, retries where a queue keeps back for a time what
	// comes back to it.
	mortal, retries bool

	mu sync.Mutex
	// expiring are the queues that go when they are not used.
	expiring map[ledger.QueueRef]*unused
	// hands are what consumers have and did not acknowledge, by their place in the cast, and patience is how
	// long they may.
	hands    []hands
	patience []patience
	// shortest is the shortest patience. Before calm nobody's ends.
	shortest, calm time.Duration
}

// unused is a queue that goes when it is not used for some time (x-expires).
type unused struct {
	place   scenario.Position
	expires time.Duration
	since   time.Duration
}

func newBrokerTime(act *scenario.Act, books *ledger.Ledger, timeline *clock.Timeline) *brokerTime {
	b := &brokerTime{
		act: act, ledger: books, timeline: timeline,
		expiring: map[ledger.QueueRef]*unused{}, hands: make([]hands, len(act.Cast)),
		patience: make([]patience, len(act.Cast)), shortest: consumerTimeout,
	}
	queues := b.queuePatience()
	for who, a := range act.Cast {
		if a.Consumer != nil {
			b.patience[who] = b.patienceWith(who, queues)
			b.shortest = min(b.shortest, b.patience[who].limit)
		}
		b.mortal = b.mortal || expires(a)
	}
	for _, q := range queuesOf(act) {
		_, mortal := milliseconds(q.arguments["x-message-ttl"])
		b.mortal = b.mortal || mortal
		b.retries = b.retries || q.arguments[retryArgument] != nil
		if expires, limited := milliseconds(q.arguments["x-expires"]); limited && q.backstage {
			b.expiring[ledger.QueueRef{Vhost: q.vhost, Name: q.name}] = &unused{place: q.place("x-expires"), expires: expires}
		}
	}
	for _, s := range act.Steps {
		if s.Declare != nil {
			_, mortal := milliseconds(s.Declare.Arguments["x-message-ttl"])
			b.mortal = b.mortal || mortal
		}
		b.mortal = b.mortal || s.Publish != nil && s.Publish.Expiration != nil
	}
	return b
}

// expires reports whether an actor publishes messages that have a time to live.
func expires(a *scenario.Actor) bool {
	if a.Publisher == nil {
		return false
	}
	_, ok := a.Publisher.Expires("")
	return ok
}

// milliseconds reads a time as AMQP's arguments have it.
func milliseconds(argument any) (time.Duration, bool) {
	n, ok := argument.(int64)
	return time.Duration(n) * time.Millisecond, ok
}

// observe notes what has a broker count anew.
func (b *brokerTime) observe(e tap.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok, is := e.Method.(*wire.QueueDeclareOK); is {
		expires, limited := milliseconds(b.act.Cast[e.Who].Common().Queue.Arguments["x-expires"])
		if q := (ledger.QueueRef{Vhost: b.act.Cast[e.Who].Vhost(), Name: ok.Queue}); limited {
			b.expiring[q] = &unused{place: b.act.Place(e.Who, "queue.arguments.x-expires"), expires: expires, since: b.timeline.Now()}
		}
	}
	if c := b.act.Cast[e.Who].Consumer; c != nil && c.Ack.Mode != scenario.AckAuto {
		b.hands[e.Who].observe(e, b.timeline.Now())
	}
}

// passing is an error ([reached]) if the broker would do something before the timeline has gone on to a moment. All
// must be quiet.
func (b *brokerTime) passing(until time.Duration) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.timeline.Now()
	if b.mortal {
		if o, ok := b.ledger.Overdue(now, until); ok {
			return b.overdue(o)
		}
	}
	if b.retries {
		if q, message, ok := b.ledger.KeptBack(); ok {
			return b.reached(b.place(q, retryArgument), retryArgument, fmt.Sprintf("%s has come back to %s", message, q.Name))
		}
	}
	for q, u := range b.expiring {
		_, consumers, exists := b.ledger.Consumers(q)
		switch {
		case !exists:
			delete(b.expiring, q)
		case consumers > 0:
			u.since = until
		case u.since+u.expires <= until:
			return b.reached(u.place, "x-expires",
				fmt.Sprintf("queue %s is not used for %v", q.Name, u.expires))
		}
	}
	return b.timeOuts(now, until)
}

// timeOuts is an error if a consumer has a delivery for longer than the broker puts up with.
func (b *brokerTime) timeOuts(now, until time.Duration) error {
	if until < b.calm {
		return nil
	}
	b.calm = now + b.shortest
	for who := range b.hands {
		since, any := b.hands[who].oldest()
		if !any {
			continue
		}
		p := &b.patience[who]
		if since+p.limit <= until {
			return b.reached(p.place, p.key, fmt.Sprintf("%s has a message and does not acknowledge it for %v", b.act.Cast[who].Name(), p.limit))
		}
		b.calm = min(b.calm, since+p.limit)
	}
	return nil
}

// expirationOf is where a message's time to live is written, or the publisher of one that a step publishes.
func (b *brokerTime) expirationOf(o ledger.Overdue) scenario.Position {
	a := b.act.Cast[o.Publisher]
	for _, s := range b.act.Steps {
		if s.Publish != nil && s.Publish.Expiration != nil && s.By == a.Name() && s.Publish.Body.Shown() == o.Message {
			return s.Publish.Pos
		}
	}
	if a.Publisher == nil {
		return a.Common().Pos
	}
	key, _ := a.Publisher.Expires(o.Message)
	return b.act.Place(o.Publisher, key)
}

func (b *brokerTime) overdue(o ledger.Overdue) error {
	what := fmt.Sprintf("%s lives for %v in %s, from %v on", o.Message, o.Lives, o.Queue.Name, o.Since.Round(time.Millisecond))
	if o.Own {
		return b.reached(b.expirationOf(o), "expiration", what)
	}
	return b.reached(b.place(o.Queue, "x-message-ttl"), "x-message-ttl", what)
}

// place is where an argument of a queue is written.
func (b *brokerTime) place(q ledger.QueueRef, argument string) scenario.Position {
	pos := b.act.Pos
	for _, written := range queuesOf(b.act) {
		_, given := written.arguments[argument]
		if !given || written.vhost != q.Vhost {
			continue
		}
		if written.name == q.Name {
			return written.place(argument)
		}
		if written.name == "" { // the broker has made the name up, or it is a policy's
			pos = written.place(argument)
		}
	}
	return pos
}

func (b *brokerTime) reached(pos scenario.Position, key, what string) error {
	return &reached{fmt.Sprintf("%v: the time of %s is over before the act is: %s", pos, key, what)}
}

// reached is the error of an act on the virtual clock in which a time of the broker's own would be over, which
// passes by the wall clock only.
type reached struct{ what string }

func (r *reached) Error() string { return r.what }

// consumerTimeout is how long a consumer may have a delivery, where nobody says otherwise (RabbitMQ's
// consumer_timeout).
const consumerTimeout = 30 * time.Minute

// patience is how long the broker lets a consumer have a delivery, and where that is written.
type patience struct {
	limit time.Duration
	key   string
	place scenario.Position
}

const (
	timeoutArgument = "x-consumer-timeout"
	retryArgument   = "x-delayed-retry-min"
)

// patienceWith is a consumer's, given that of the queues.
func (b *brokerTime) patienceWith(who int, queues map[ledger.QueueRef]time.Duration) patience {
	a := b.act.Cast[who]
	if own, ok := milliseconds(a.Consumer.Arguments[timeoutArgument]); ok {
		return patience{own, timeoutArgument, b.act.Place(who, "arguments."+timeoutArgument)}
	}
	q := ledger.QueueRef{Vhost: a.Vhost(), Name: a.Consumer.Queue.Name}
	if limit, ok := queues[q]; ok {
		return patience{limit, timeoutArgument, b.place(q, timeoutArgument)}
	}
	return patience{consumerTimeout, "the consumer time-out", a.Common().Pos}
}

// queuePatience is what the queues say that actors declare, of each whoever comes first.
func (b *brokerTime) queuePatience() map[ledger.QueueRef]time.Duration {
	limits := map[ledger.QueueRef]time.Duration{}
	for _, written := range queuesOf(b.act) {
		q := ledger.QueueRef{Vhost: written.vhost, Name: written.name}
		limit, given := milliseconds(written.arguments[timeoutArgument])
		if _, known := limits[q]; given && !known && written.declared {
			limits[q] = limit
		}
	}
	return limits
}

// isTimed reports whether a broker may deliver messages in an act though nobody does anything: when a time is
// over, or since it does some of what it is told later. What expires goes to nobody without a dead-letter
// exchange.
func isTimed(act *scenario.Act) bool {
	mortal, letters := false, false
	for _, q := range queuesOf(act) {
		mortal = mortal || q.arguments["x-message-ttl"] != nil
		letters = letters || q.arguments["x-dead-letter-exchange"] != nil
		if waits(q.arguments) || q.arguments["x-dead-letter-strategy"] != nil || q.arguments["x-queue-type"] == "stream" {
			return true
		}
	}
	for _, a := range act.Cast {
		mortal = mortal || expires(a)
		if a.Consumer != nil && a.Consumer.Arguments[timeoutArgument] != nil {
			return true
		}
	}
	for _, s := range act.Steps {
		if d := s.Declare; d != nil {
			mortal = mortal || d.Arguments["x-message-ttl"] != nil
			letters = letters || d.Arguments["x-dead-letter-exchange"] != nil
		}
		mortal = mortal || s.Publish != nil && s.Publish.Expiration != nil
	}
	return mortal && letters
}

// waitsForBroker reports whether a broker does something in an act when somebody has had a message for too long, or
// was given it back: how much later, nobody knows.
func waitsForBroker(act *scenario.Act) bool {
	if slices.ContainsFunc(queuesOf(act), func(q writtenQueue) bool { return waits(q.arguments) }) {
		return true
	}
	return slices.ContainsFunc(act.Cast, func(a *scenario.Actor) bool {
		return a.Consumer != nil && a.Consumer.Arguments[timeoutArgument] != nil
	})
}

func waits(queue scenario.Arguments) bool {
	return queue[timeoutArgument] != nil || queue["x-delayed-retry-type"] != nil || queue[retryArgument] != nil
}
