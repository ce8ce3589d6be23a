package runner

import (
	"fmt"
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
// would show what no broker does, so it is refused. A time that is not reached before the act's end matters
// to nobody.
//
// It is nil at the real clock, where all time is the broker's, too.
type brokerTime struct {
	act      *scenario.Act
	ledger   *ledger.Ledger
	timeline *clock.Timeline
	// mortal is set where anything in the act has a time to live.
	mortal bool

	mu sync.Mutex
	// expiring are the queues that go when they are not used.
	expiring map[ledger.QueueRef]*unused
	// hands are what consumers have and did not acknowledge, by their place in the cast.
	hands []hands
}

// unused is a queue that goes when it is not used for some time (x-expires).
type unused struct {
	who     int
	expires time.Duration
	since   time.Duration
}

func newBrokerTime(act *scenario.Act, books *ledger.Ledger, timeline *clock.Timeline) *brokerTime {
	b := &brokerTime{
		act: act, ledger: books, timeline: timeline,
		expiring: map[ledger.QueueRef]*unused{}, hands: make([]hands, len(act.Cast)),
	}
	for _, a := range act.Cast {
		_, mortal := milliseconds(a.Common().Queue.Arguments["x-message-ttl"])
		b.mortal = b.mortal || mortal || a.Publisher != nil && a.Publisher.Expiration != nil
	}
	return b
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
		if q := (ledger.QueueRef{Vhost: vhostOf(b.act.Cast[e.Who]), Name: ok.Queue}); limited {
			b.expiring[q] = &unused{who: e.Who, expires: expires, since: b.timeline.Now()}
		}
	}
	if c := b.act.Cast[e.Who].Consumer; c != nil && c.Ack != scenario.AckAuto {
		b.hands[e.Who].observe(e, b.timeline.Now())
	}
}

// passing refuses that the timeline goes on to a moment, where the broker would do something before. All
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
	for q, u := range b.expiring {
		_, consumers, exists := b.ledger.Consumers(q)
		switch {
		case !exists:
			delete(b.expiring, q)
		case consumers > 0:
			u.since = until
		case u.since+u.expires <= until:
			return b.reached(b.act.Place(u.who, "queue.arguments.x-expires"), "x-expires",
				fmt.Sprintf("queue %s is not used for %v", q.Name, u.expires))
		}
	}
	for who := range b.hands {
		if err := b.timeOut(who, until); err != nil {
			return err
		}
	}
	return nil
}

func (b *brokerTime) overdue(o ledger.Overdue) error {
	what := fmt.Sprintf("%s lives for %v in %s, from %v on", o.Message, o.Lives, o.Queue.Name, o.Since.Round(time.Millisecond))
	if o.Own {
		return b.reached(b.act.Place(o.Publisher, "expiration"), "expiration", what)
	}
	return b.reached(b.place(o.Queue, "x-message-ttl"), "x-message-ttl", what)
}

// place is where an argument of a queue is written.
func (b *brokerTime) place(q ledger.QueueRef, argument string) scenario.Position {
	pos := b.act.Pos
	for who, a := range b.act.Cast {
		queue := a.Common().Queue
		_, given := queue.Arguments[argument]
		if !given || vhostOf(a) != q.Vhost {
			continue
		}
		if queue.Name == q.Name {
			return b.act.Place(who, "queue.arguments."+argument)
		}
		if queue.Name == "" { // the broker has made the name up
			pos = b.act.Place(who, "queue.arguments."+argument)
		}
	}
	return pos
}

func (b *brokerTime) reached(pos scenario.Position, key, what string) error {
	return fmt.Errorf("%v: the time of %s is over before the act is: %s; a broker's own time does not pass on the virtual clock, so the act needs clock: real", pos, key, what)
}

// consumerTimeout is how long a consumer may have a delivery, where nobody says otherwise (RabbitMQ's
// consumer_timeout).
const consumerTimeout = 30 * time.Minute

// timeOut refuses that a consumer has a delivery for longer than the broker puts up with.
func (b *brokerTime) timeOut(who int, until time.Duration) error {
	since, any := b.hands[who].oldest()
	if !any {
		return nil
	}
	c := b.act.Cast[who].Consumer
	const name = "x-consumer-timeout"
	limit, key, place := consumerTimeout, "the consumer time-out", b.act.Cast[who].Common().Pos
	if own, ok := milliseconds(c.Arguments[name]); ok {
		limit, key, place = own, name, b.act.Place(who, "arguments."+name)
	} else if queues, ok := b.ofQueue(c, name); ok {
		limit, key, place = queues, name, b.place(ledger.QueueRef{Vhost: vhostOf(b.act.Cast[who]), Name: c.Queue.Name}, name)
	}
	if since+limit > until {
		return nil
	}
	return b.reached(place, key, fmt.Sprintf("%s has a message and does not acknowledge it for %v", c.Name, limit))
}

// ofQueue is an argument of the queue that a consumer takes from, whoever declares it.
func (b *brokerTime) ofQueue(c *scenario.Consumer, argument string) (time.Duration, bool) {
	for _, a := range b.act.Cast {
		queue := a.Common().Queue
		if queue.Name != c.Queue.Name || a.Common().Connect.Vhost != c.Connect.Vhost || !queue.Declare {
			continue
		}
		if d, ok := milliseconds(queue.Arguments[argument]); ok {
			return d, true
		}
	}
	return 0, false
}
