package ledger

import (
	"strings"
	"testing"

	"tutor/runner/outcome"
	"tutor/runner/wire"
)

// died is the x-death header of a message: queues and reasons in pairs, the latest death first.
func died(pairs ...string) wire.Table {
	var deaths []any
	for i := 0; i < len(pairs); i += 2 {
		deaths = append(deaths, wire.Table{
			{Name: "queue", Value: pairs[i]}, {Name: "reason", Value: pairs[i+1]}, {Name: "count", Value: int64(1)},
		})
	}
	return wire.Table{{Name: "x-death", Value: deaths}}
}

func (w *wires) confirms() {
	w.to(p, &wire.ConfirmSelect{})
	w.from(p, &wire.ConfirmSelectOK{})
}

// bind binds a queue to a fanout exchange of its name, which the publisher declares.
func (w *wires) fanout(exchange string, queues ...string) {
	w.to(p, &wire.ExchangeDeclare{Exchange: exchange, Type: "fanout"})
	w.from(p, &wire.ExchangeDeclareOK{})
	for _, q := range queues {
		w.to(p, &wire.QueueBind{Queue: q, Exchange: exchange})
		w.from(p, &wire.QueueBindOK{})
	}
}

// sentences are what the notes of closed books say, in their order.
func sentences(books *outcome.Books) string {
	var all []string
	for _, n := range books.Notes {
		all = append(all, n.Event+": "+n.Text)
	}
	return strings.Join(all, "\n")
}

// Where the broker is asked, its word counts, and nothing is concluded from what a queue was declared with.
func TestTestimony(t *testing.T) {
	for name, c := range map[string]struct {
		play func(*wires)
		want string
	}{
		"expired, in a queue with a length limit": {func(w *wires) {
			w.declare("q", "x-message-ttl", int64(0), "x-max-length", int64(0))
			w.publish("q", false)
			w.Testified("/", id(1), died("q", "expired"))
		}, "m1 expired"},
		"pushed out, in a queue with a time to live": {func(w *wires) {
			w.declare("q", "x-message-ttl", int64(0), "x-max-length", int64(0))
			w.publish("q", false)
			w.Testified("/", id(1), died("q", "maxlen"))
		}, "m1 overflowed"},
		"gone without a word from a queue that could have pushed it out": {func(w *wires) {
			w.declare("q", "x-message-ttl", int64(0), "x-max-length", int64(0))
			w.publish("q", false)
		}, "m1 ?"},
		"refused by a queue that says so": {func(w *wires) {
			w.declare("q", "x-max-length", int64(0), "x-overflow", "reject-publish-dlx")
			w.publish("q", false)
			w.Testified("/", id(1), died("q", "maxlen"))
		}, "m1 refused"},
		"rejected, and the broker says so, too": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(a, &wire.BasicReject{DeliveryTag: 1})
			w.Testified("/", id(1), died("q", "rejected"))
		}, "m1 rejected"},
		"given up, which is heard before the connection is seen to end": {func(w *wires) {
			w.declare("q", "x-queue-type", "quorum", "x-delivery-limit", int64(0))
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.Testified("/", id(1), died("q", "delivery_limit"))
			w.Quiet(0)
			w.gone(a)
		}, "m1 given-up back from a"},
		"dead-lettered on the way to its end": {func(w *wires) {
			w.declare("r")
			w.declare("q", "x-message-ttl", int64(0), "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "r")
			w.publish("q", false)
			w.Testified("/", id(1), died("r", "maxlen", "q", "expired"))
		}, "m1 dead-lettered; m1 overflowed"},
		"dead-lettered on the way to its end, in no order": {func(w *wires) {
			w.declare("s")
			w.declare("r", "x-max-length", int64(0), "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "s")
			w.declare("q", "x-max-length", int64(0), "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "r")
			w.publish("q", false)
			w.Testified("/", id(1), died("s", "maxlen", "q", "maxlen", "r", "maxlen"))
		}, "m1 dead-lettered; m1 dead-lettered; m1 overflowed"},
		"dead in a queue where it never was": {func(w *wires) {
			w.declare("q")
			w.declare("r")
			w.publish("q", false)
			w.Found("/", "q", id(1), nil)
			w.Testified("/", id(1), died("r", "expired"))
		}, "m1 queued; the broker says that m1 has died in r (expired), where no copy of it should be"},
		"a message of nobody's": {func(w *wires) {
			w.Testified("/", "", died("r", "expired"))
		}, "the broker says of a message that nobody has published that it has died"},
		"a queue that is not asked": {func(w *wires) {
			w.declare("mute", "x-message-ttl", int64(0))
			w.publish("mute", false)
		}, "m1 expired"},
		"lost with a restart": {func(w *wires) {
			w.to(p, &wire.QueueDeclare{Queue: "q", Durable: true, Arguments: wire.Table{{Name: "x-queue-type", Value: "quorum"}, {Name: "x-message-ttl", Value: int64(0)}}})
			w.from(p, &wire.QueueDeclareOK{Queue: "q"})
			w.publish("q", false)
			w.gone(p)
			w.Restarted(nil)
		}, "m1 expired"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWires()
			w.Testify("/", []string{"mute"})
			c.play(w)
			if got := w.closed(t); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// What is concluded is said to be, and only concluded where the rule can have applied to that copy.
func TestInferred(t *testing.T) {
	for name, c := range map[string]struct {
		play     func(*wires)
		inferred int
		want     string
	}{
		"acknowledged": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.ack(a, 1, false)
		}, 0, "m1 acked"},
		"expired": {func(w *wires) { w.declare("q", "x-message-ttl", int64(0)); w.publish("q", false) }, 1, "m1 expired"},
		"confirmed, so not refused": {func(w *wires) {
			w.confirms()
			w.declare("q", "x-message-ttl", int64(0), "x-max-length", int64(0), "x-overflow", "reject-publish")
			w.publish("q", false)
			w.from(p, &wire.BasicAck{DeliveryTag: 1})
		}, 1, "m1 expired"},
		"refused in silence": {func(w *wires) {
			w.declare("q", "x-max-length", int64(1), "x-overflow", "reject-publish")
			w.publish("q", false)
			w.publish("q", false)
			w.Found("/", "q", id(1), nil)
		}, 1, "m1 queued; m2 refused"},
		"never more than the limit at one time": {func(w *wires) {
			w.declare("q", "x-max-length", int64(1))
			w.consume(a, "q", false)
			for n := uint64(1); n <= 3; n++ {
				w.publish("q", false)
				w.deliver(a, n, int(n))
				w.ack(a, n, false)
			}
			w.publish("q", false)
		}, 0, "m1 acked; m2 acked; m3 acked; m4 ?"},
		"fewer bytes than the limit": {func(w *wires) {
			w.declare("q", "x-max-length-bytes", int64(1_000_000_000))
			w.publish("q", false)
		}, 0, "m1 ?"},
		"more bytes than the limit": {func(w *wires) {
			w.declare("q", "x-max-length-bytes", int64(3))
			w.publish("q", false)
			w.publish("q", false)
			w.Found("/", "q", id(2), nil)
		}, 1, "m1 overflowed; m2 queued"},
		"its dead letter has nowhere to go": {func(w *wires) {
			w.declare("q", "x-dead-letter-exchange", "nope")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(a, &wire.BasicReject{DeliveryTag: 1})
		}, 1, "m1 dead-lettered; m1 unroutable"},
		"its dead letter was refused": {func(w *wires) {
			w.declare("dlq", "x-max-length", int64(1), "x-overflow", "reject-publish")
			w.declare("q", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "dlq")
			w.consume(a, "q", false)
			w.publish("dlq", false)
			w.publish("q", false)
			w.deliver(a, 1, 2)
			w.to(a, &wire.BasicReject{DeliveryTag: 1})
			w.Found("/", "dlq", id(1), nil)
		}, 1, "m1 queued; m2 dead-lettered; m2 refused"},
		"kept until its dead letter is taken": {func(w *wires) {
			w.declare("q", "x-queue-type", "quorum", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "dlq",
				"x-dead-letter-strategy", "at-least-once", "x-overflow", "reject-publish")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(a, &wire.BasicReject{DeliveryTag: 1})
		}, 1, "m1 queued"},
		"kept until its dead letter was taken": {func(w *wires) {
			w.declare("dlq")
			w.declare("q", "x-queue-type", "quorum", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "dlq",
				"x-dead-letter-strategy", "at-least-once", "x-overflow", "reject-publish")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(a, &wire.BasicReject{DeliveryTag: 1})
			w.Found("/", "dlq", id(1), died("q", "rejected"))
		}, 0, "m1 dead-lettered; m1 queued"},
		"a queue that has expired": {func(w *wires) {
			w.declare("q", "x-expires", int64(0))
			w.publish("q", false)
			w.Gone("/", "q")
		}, 1, "m1 deleted"},
		"a queue that cannot have expired": {func(w *wires) {
			w.declare("q", "x-expires", int64(3600000))
			w.publish("q", false)
			w.Gone("/", "q")
		}, 1, "m1 deleted; queue q should exist, and does not"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWires()
			c.play(w)
			got := w.closed(t)
			inferred := 0
			for copy := range w.books().Copies {
				if copy.Inferred {
					inferred++
				}
			}
			if got != c.want || inferred != c.inferred {
				t.Errorf("%s, %d inferred\nwant %s, %d", got, inferred, c.want, c.inferred)
			}
		})
	}
}

// A redelivery may be seen before the other connection is seen to have lost the message; that it never
// does is a contradiction.
func TestRedeliveredBeforeTheLoss(t *testing.T) {
	for _, lost := range []bool{true, false} {
		w := newWires()
		w.declare("q")
		w.consume(a, "q", false)
		w.consume(b, "q", false)
		w.publish("q", false)
		w.deliver(a, 1, 1)
		w.redeliver(b, 1, 1)
		if lost {
			w.from(a, &wire.ChannelClose{ReplyCode: 406})
		}
		w.ack(b, 1, false)
		want := "m1 acked back from a"
		if !lost {
			want += "; b got m1 from q while a had it"
		}
		if got := w.closed(t); got != want {
			t.Errorf("lost %v: %s", lost, got)
		}
	}
}

// A quorum queue that stops a consumer puts back what it had, and may count it for as long as its channel is
// there; what it delivers to it meanwhile goes back with the channel.
func TestTimedOut(t *testing.T) {
	w := newWires()
	w.declare("q", "x-queue-type", "quorum")
	w.consume(a, "q", false)
	w.publish("q", false)
	w.deliver(a, 1, 1)
	w.from(a, &wire.BasicCancel{ConsumerTag: "c"})
	if least, most, exists := w.Consumers(QueueRef{"/", "q"}); least != 0 || most != 1 || !exists {
		t.Errorf("between %d and %d consumers, exists: %v", least, most, exists)
	}
	w.ack(a, 1, false) // too late
	w.redeliver(a, 2, 1)
	w.gone(a)
	if _, most, _ := w.Consumers(QueueRef{"/", "q"}); most != 0 {
		t.Errorf("%d consumers after the connection has ended", most)
	}
	w.Found("/", "q", id(1), nil)
	if got := w.closed(t); got != "m1 queued back from a" {
		t.Error(got)
	}
}

// Sentences name the queue and the limit, all losers, and are true of what was taken before.
func TestSentences(t *testing.T) {
	for name, c := range map[string]struct {
		play func(*wires)
		want []string
	}{
		"refused by one, taken by another": {func(w *wires) {
			w.confirms()
			w.declare("full", "x-max-length", int64(0), "x-overflow", "reject-publish")
			w.declare("r")
			w.declare("s")
			w.fanout("e", "full", "r", "s")
			w.publishTo("e", "", false)
			w.from(p, &wire.BasicNack{DeliveryTag: 1})
			w.Found("/", "r", id(1), nil)
			w.Found("/", "s", id(1), nil)
		}, []string{"refused: full was full (x-max-length 0) and refused it, so p was told (nacked by the broker); r and s took it."}},
		"expired after it came back": {func(w *wires) {
			w.declare("q", "x-message-ttl", int64(0))
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.gone(a)
		}, []string{
			"requeued: a had it and did not acknowledge it, so the broker put it back into q.",
			"expired: its time to live (x-message-ttl 0 ms) ended in q after it had come back (inferred",
		}},
		"lost by several": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.consume(b, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(a, &wire.BasicReject{DeliveryTag: 1, Requeue: true})
			w.redeliver(a, 2, 1)
			w.to(a, &wire.BasicReject{DeliveryTag: 2, Requeue: true})
			w.redeliver(b, 1, 1)
			w.gone(b)
			w.redeliver(a, 3, 1)
			w.ack(a, 3, false)
		}, []string{"requeued: a rejected it with the wish to requeue it (2 times), then b had it and did not acknowledge it: each time the broker put it back into q and delivered it again, to a, marked as redelivered."}},
		"given up": {func(w *wires) {
			w.Testify("/", nil)
			w.declare("q", "x-queue-type", "quorum", "x-delivery-limit", int64(0))
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.gone(a)
			w.Testified("/", id(1), died("q", "delivery_limit"))
		}, []string{"given-up: q gave it up, since it came back more often than its delivery limit allows (x-delivery-limit 0), and q has no dead-letter exchange."}},
		"a cycle": {func(w *wires) {
			w.declare("q", "x-message-ttl", int64(0), "x-dead-letter-exchange", "")
			w.publish("q", false)
		}, []string{"unroutable: its dead letter from q reached no queue: it would have come back to q without having been rejected on the way"}},
		"no binding": {func(w *wires) {
			w.fanout("e")
			w.declare("q", "x-message-ttl", int64(0), "x-dead-letter-exchange", "e")
			w.publish("q", false)
		}, []string{
			"dead-lettered: its time to live (x-message-ttl 0 ms) ended in q before anybody took it, and q gave it to its dead-letter exchange (e) (inferred",
			"unroutable: its dead letter from q reached no queue: exchange e has no binding for it (inferred",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWires()
			c.play(w)
			got := sentences(w.Close())
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%s\nwant %s", got, want)
				}
			}
		})
	}
}

// An act that does not end tells which message goes round, and where.
func TestMoving(t *testing.T) {
	w := newWires()
	w.declare("q", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "r")
	w.declare("r", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "q")
	w.consume(a, "q", false)
	w.consume(b, "r", false)
	w.publish("q", false)
	if got := w.Moving(); got != "" {
		t.Errorf("nothing goes round yet: %s", got)
	}
	for n := uint64(1); n <= 2; n++ {
		w.deliver(a, n, 1)
		w.to(a, &wire.BasicReject{DeliveryTag: n})
		w.deliverDead(b, n, 1, "q")
		w.to(b, &wire.BasicReject{DeliveryTag: n})
	}
	if got := w.Moving(); got != "m1 goes round through q → r → q (dead-lettered 4 times)" {
		t.Error(got)
	}
}
