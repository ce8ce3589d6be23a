package ledger

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tutor/runner/outcome/outcometest"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// The cast of all tests: a publisher and two consumers.
const (
	p = iota
	a
	b
)

// wires writes events into a ledger as the tap would see them.
type wires struct {
	*Ledger
	remarks []string
	sent    int
}

func newWires() *wires {
	w := &wires{}
	cast := []Member{{"p", "/"}, {"a", "/"}, {"b", "/"}}
	w.Ledger = New(cast, func(r Remark) {
		w.remarks = append(w.remarks, cast[r.Who].Name+": "+r.Text)
	}, func(s string) string { return s }, func() time.Duration { return 0 })
	return w
}

// Observe enters an event, and then spoils the memory that a tap uses again: what the ledger keeps of it is its own.
func (w *wires) Observe(e tap.Event) {
	w.Ledger.Observe(e)
	if e.Content != nil {
		for i := range e.Content.Body {
			e.Content.Body[i] = '?'
		}
		for i := range e.Content.Properties.Headers {
			e.Content.Properties.Headers[i] = wire.Field{Name: "used again"}
		}
		*e.Content = tap.Content{Mark: "used again", Size: 1 << 60}
	}
	switch m := e.Method.(type) {
	case *wire.BasicPublish:
		*m = wire.BasicPublish{Exchange: "used again", RoutingKey: "used again", Mandatory: !m.Mandatory}
	case *wire.BasicDeliver:
		*m = wire.BasicDeliver{ConsumerTag: "used again", DeliveryTag: 1 << 60, Redelivered: !m.Redelivered}
	case *wire.BasicReturn:
		*m = wire.BasicReturn{ReplyText: "used again"}
	case *wire.BasicGetOK:
		*m = wire.BasicGetOK{DeliveryTag: 1 << 60}
	case *wire.BasicAck:
		*m = wire.BasicAck{DeliveryTag: 1 << 60, Multiple: !m.Multiple}
	}
}

func (w *wires) to(who int, m wire.Method) {
	w.Observe(tap.Event{Who: who, ToBroker: true, Channel: 1, Method: m})
}
func (w *wires) from(who int, m wire.Method) { w.Observe(tap.Event{Who: who, Channel: 1, Method: m}) }
func (w *wires) gone(who int)                { w.Observe(tap.Event{Who: who}) }

// declare has the publisher declare a queue; arguments come as pairs.
func (w *wires) declare(queue string, arguments ...any) {
	var table wire.Table
	for i := 0; i < len(arguments); i += 2 {
		table = append(table, wire.Field{Name: arguments[i].(string), Value: arguments[i+1]})
	}
	w.to(p, &wire.QueueDeclare{Queue: queue, Arguments: table})
	w.from(p, &wire.QueueDeclareOK{Queue: queue})
}

func (w *wires) consume(who int, queue string, noAck bool) {
	w.to(who, &wire.BasicConsume{Queue: queue, ConsumerTag: "c", NoAck: noAck})
	w.from(who, &wire.BasicConsumeOK{ConsumerTag: "c"})
}

// publish publishes the next message, m1, m2, ..., to the default exchange.
func (w *wires) publish(key string, mandatory bool) {
	w.publishTo("", key, mandatory)
}

func (w *wires) publishTo(exchange, key string, mandatory bool) {
	w.sent++
	w.Observe(tap.Event{
		Who: p, ToBroker: true, Channel: 1,
		Method:  &wire.BasicPublish{Exchange: exchange, RoutingKey: key, Mandatory: mandatory},
		Content: &tap.Content{Mark: id(w.sent), Body: fmt.Appendf(nil, "m%d", w.sent)},
	})
}

func id(n int) string { return fmt.Sprintf("p/%d", n) }

func (w *wires) deliver(who int, tag uint64, n int) { w.deliverDead(who, tag, n, "") }

// redeliver delivers a message that is marked as redelivered.
func (w *wires) redeliver(who int, tag uint64, n int) {
	w.Observe(tap.Event{
		Who: who, Channel: 1, Content: &tap.Content{Mark: id(n)},
		Method: &wire.BasicDeliver{ConsumerTag: "c", DeliveryTag: tag, Redelivered: true},
	})
}

// deliverDead delivers a message that was dead-lettered from a queue.
func (w *wires) deliverDead(who int, tag uint64, n int, from string) {
	content := &tap.Content{Mark: id(n)}
	if from != "" {
		death := wire.Table{{Name: "queue", Value: from}, {Name: "reason", Value: "rejected"}, {Name: "count", Value: int64(1)}}
		content.Properties.Headers = wire.Table{{Name: "x-death", Value: []any{death}}}
	}
	w.Observe(tap.Event{
		Who: who, Channel: 1, Content: content,
		Method: &wire.BasicDeliver{ConsumerTag: "c", DeliveryTag: tag},
	})
}

func (w *wires) ack(who int, tag uint64, multiple bool) {
	w.to(who, &wire.BasicAck{DeliveryTag: tag, Multiple: multiple})
}

// refuse has the broker close the publisher's channel over a publish.
func (w *wires) refuse() {
	publish := (&wire.BasicPublish{}).ID()
	w.from(p, &wire.ChannelClose{ReplyCode: 404, ReplyText: "NOT_FOUND - no exchange", ClassID: publish.Class, MethodID: publish.Method})
}

// closed closes the books and writes down what became of each copy, and each doubt.
func (w *wires) closed(t *testing.T) string {
	t.Helper()
	books := w.Close()
	outcometest.Folds(t, books)
	var lines []string
	for c := range books.Copies {
		line := fmt.Sprintf("%s %s", c.Message, c.Fate)
		if c.Fate == "" {
			line = c.Message + " ?"
		}
		if c.Unseen {
			line += " unseen"
		}
		if c.Requeues > 0 {
			line += fmt.Sprintf(" back from %s", c.Loser)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	lines = append(lines, books.Doubts...)
	if balanced := !strings.Contains(strings.Join(lines, "\n"), "?") && len(books.Doubts) == 0; balanced != books.Balanced() {
		lines = append(lines, fmt.Sprintf("balanced: %v", books.Balanced()))
	}
	return strings.Join(lines, "; ")
}

func TestFates(t *testing.T) {
	for name, c := range map[string]struct {
		play func(*wires)
		want string
	}{
		"acked": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.deliver(a, 2, 2)
			w.ack(a, 2, true)
		}, "m1 acked; m2 acked"},
		"handled": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", true)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.Took(a, 1, 1)
			w.Finished(a, 1, 1)
			w.gone(a)
		}, "m1 handled"},
		"dropped in its hands and unseen": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", true)
			w.publish("q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.deliver(a, 2, 2)
			w.Took(a, 1, 1)
			w.gone(a)
		}, "m1 dropped; m2 dropped unseen"},
		"requeued, then acked by another": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.consume(b, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.gone(a)
			w.deliver(b, 1, 1)
			w.ack(b, 1, false)
		}, "m1 acked back from a"},
		"queued, ready and unacknowledged": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.Found("/", "q", id(2), nil)
		}, "m1 queued; m2 queued"},
		"rejected": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(a, &wire.BasicReject{DeliveryTag: 1})
		}, "m1 rejected"},
		"rejected into a dead-letter queue": {func(w *wires) {
			w.declare("q", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "dead")
			w.declare("dead")
			w.consume(a, "q", false)
			w.consume(b, "dead", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(a, &wire.BasicNack{DeliveryTag: 1})
			w.deliverDead(b, 1, 1, "q")
			w.ack(b, 1, false)
		}, "m1 acked; m1 dead-lettered"},
		"a copy for each queue": {func(w *wires) {
			w.declare("q")
			w.declare("r")
			for _, queue := range []string{"q", "r"} {
				w.to(p, &wire.QueueBind{Queue: queue, Exchange: "amq.fanout"})
				w.from(p, &wire.QueueBindOK{})
			}
			w.publishTo("amq.fanout", "", false)
			w.Found("/", "q", id(1), nil)
			w.Found("/", "r", id(1), nil)
		}, "m1 queued; m1 queued"},
		"returned": {func(w *wires) {
			w.publish("nowhere", true)
			w.Observe(tap.Event{
				Who: p, Channel: 1, Method: &wire.BasicReturn{ReplyCode: 312, ReplyText: "NO_ROUTE"},
				Content: &tap.Content{Mark: id(1)},
			})
		}, "m1 returned"},
		"unroutable":                  {func(w *wires) { w.publish("nowhere", false) }, "m1 unroutable"},
		"mandatory, and not returned": {func(w *wires) { w.publish("nowhere", true) }, "m1 ?"},
		"no such exchange": {func(w *wires) {
			w.publishTo("logs", "", false)
			w.refuse()
		}, "m1 refused"},
		"nacked by the broker": {func(w *wires) {
			w.to(p, &wire.ConfirmSelect{})
			w.from(p, &wire.ConfirmSelectOK{})
			w.declare("q")
			w.publish("q", false)
			w.publish("q", false)
			w.from(p, &wire.BasicAck{DeliveryTag: 1})
			w.from(p, &wire.BasicNack{DeliveryTag: 2})
			w.Found("/", "q", id(1), nil)
		}, "m1 queued; m2 refused"},
		"nacked by one queue, and in another": {func(w *wires) {
			w.to(p, &wire.ConfirmSelect{})
			w.from(p, &wire.ConfirmSelectOK{})
			w.declare("q")
			w.publish("q", false)
			w.from(p, &wire.BasicNack{DeliveryTag: 1})
			w.Found("/", "q", id(1), nil)
		}, "m1 queued"},
		"expired":    {func(w *wires) { w.declare("q", "x-message-ttl", int64(0)); w.publish("q", false) }, "m1 expired"},
		"overflowed": {func(w *wires) { w.declare("q", "x-max-length", int64(0)); w.publish("q", false) }, "m1 overflowed"},
		"deleted with its queue": {func(w *wires) {
			w.declare("q")
			w.publish("q", false)
			w.to(p, &wire.QueueDelete{Queue: "q"})
			w.from(p, &wire.QueueDeleteOK{})
		}, "m1 deleted"},
		"vanished": {func(w *wires) { w.declare("q"); w.publish("q", false) }, "m1 ?"},
		"lost long before its time": {func(w *wires) {
			w.declare("q", "x-message-ttl", int64(3600000))
			w.publish("q", false)
		}, "m1 ?"},
		"lost from a queue that is not full": {func(w *wires) {
			w.declare("q", "x-max-length", int64(2))
			w.publish("q", false)
			w.publish("q", false)
			w.publish("q", false)
			w.Found("/", "q", id(3), nil)
		}, "m1 overflowed; m2 ?; m3 queued"},
		"dead-lettered, and lost there": {func(w *wires) {
			w.declare("dead")
			w.declare("q", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "dead")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(a, &wire.BasicReject{DeliveryTag: 1})
		}, "m1 ?; m1 dead-lettered"},
		"dead-lettered to where something was declared later": {func(w *wires) {
			w.declare("q", "x-message-ttl", int64(0), "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "dead")
			w.publish("q", false)
			w.declare("dead")
		}, "m1 dead-lettered; m1 unroutable"},
		"dead-lettered once, and delivered twice": {func(w *wires) {
			w.declare("q", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "dead")
			w.declare("dead")
			w.consume(a, "q", false)
			w.consume(b, "dead", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(a, &wire.BasicReject{DeliveryTag: 1})
			w.deliverDead(b, 1, 1, "q")
			w.ack(b, 1, false)
			w.deliverDead(b, 2, 1, "q")
		}, "m1 acked; m1 dead-lettered; b got m1 from dead, where no copy of it should be"},
		"going round without being rejected": {func(w *wires) {
			w.declare("q", "x-message-ttl", int64(0), "x-dead-letter-exchange", "")
			w.publish("q", false)
		}, "m1 dead-lettered; m1 unroutable"},
		"unacknowledged, of a deleted queue": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.to(p, &wire.QueueDelete{Queue: "q"})
			w.from(p, &wire.QueueDeleteOK{})
			w.from(a, &wire.BasicCancel{ConsumerTag: "c"})
		}, "m1 deleted"},
		"gone with a queue that expired and was declared again": {func(w *wires) {
			w.declare("q", "x-expires", int64(1))
			w.publish("q", false)
			w.declare("q", "x-expires", int64(1))
			w.publish("q", false)
			w.Found("/", "q", id(2), nil)
		}, "m1 deleted; m2 queued"},
		"published while the actor does not know that its channel is closed": {func(w *wires) {
			w.publishTo("logs", "", false)
			w.refuse()
			w.declare("q")
			w.publish("q", false)
			w.to(p, &wire.ChannelCloseOK{})
		}, "m1 refused; m2 refused"},
		"delivered to one who leaves": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.to(a, &wire.ConnectionClose{})
			w.deliver(a, 1, 1)
			w.gone(a)
			w.Found("/", "q", id(1), nil)
		}, "m1 queued back from a"},
		"delivered to one who leaves, under automatic acknowledgement": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", true)
			w.publish("q", false)
			w.to(a, &wire.ConnectionClose{})
			w.deliver(a, 1, 1)
			w.gone(a)
		}, "m1 dropped unseen"},
		"delivered to one who leaves, after another got it": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.consume(b, "q", false)
			w.publish("q", false)
			w.to(a, &wire.ConnectionClose{})
			w.redeliver(b, 1, 1)
			w.deliver(a, 1, 1)
			w.ack(b, 1, false)
		}, "m1 acked"},
		"delivered to one who leaves, and to another as if for the first time": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.consume(b, "q", false)
			w.publish("q", false)
			w.to(a, &wire.ConnectionClose{})
			w.deliver(b, 1, 1)
			w.deliver(a, 1, 1)
			w.ack(b, 1, false)
		}, "m1 acked; a got m1 from q, where no copy of it should be"},
		"delivered twice": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.consume(b, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.deliver(b, 1, 1)
			w.ack(a, 1, false)
		}, "m1 acked; b got m1 from q, where no copy of it should be"},
		"delivered after it was acknowledged": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.ack(a, 1, false)
			w.deliver(a, 2, 1)
		}, "m1 acked; a got m1 from q, where no copy of it should be"},
		"acknowledged, and still in the queue": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.ack(a, 1, false)
			w.Found("/", "q", id(1), nil)
		}, "m1 acked; queue q still holds m1"},
		"a message of nobody's": {func(w *wires) {
			w.declare("q")
			w.consume(a, "q", false)
			w.deliver(a, 1, 1)
			w.Found("/", "q", "", nil)
		}, "a got a message that nobody has published; queue q holds a message that nobody has published"},
		"a consumer that does not exist": {func(w *wires) {
			w.declare("q")
			w.publish("q", false)
			w.deliver(a, 1, 1)
			w.Found("/", "q", id(1), nil)
		}, "m1 queued; a delivery to a for a consumer that does not exist: c"},
		"a queue that is gone": {func(w *wires) {
			w.declare("q")
			w.publish("q", false)
			w.Gone("/", "q")
		}, "m1 deleted; queue q should exist, and does not"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWires()
			c.play(w)
			if got := w.closed(t); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// A quorum queue's messages are waited for where nothing but a delivery can become of them.
func TestExpecting(t *testing.T) {
	for name, c := range map[string]struct {
		arguments []any
		want      bool
	}{
		"a quorum queue":           {nil, true},
		"without delivery limit":   {[]any{"x-delivery-limit", int64(-1)}, true},
		"with a time to live":      {[]any{"x-message-ttl", int64(1)}, false},
		"with a length limit":      {[]any{"x-max-length", int64(1)}, false},
		"a single active consumer": {[]any{"x-single-active-consumer", true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWires()
			w.declare("q", append([]any{"x-queue-type", "quorum"}, c.arguments...)...)
			w.consume(a, "q", false)
			w.publish("q", false)
			if _, got := w.Expecting(); got != c.want {
				t.Errorf("expecting: %v", got)
			}
		})
	}
}

// Of a queue with a single active consumer nobody but the first can be expected to get something.
func TestExpectingOfTheFirst(t *testing.T) {
	w := newWires()
	w.declare("q", "x-queue-type", "quorum", "x-single-active-consumer", true)
	w.to(a, &wire.BasicQos{PrefetchCount: 1})
	w.consume(a, "q", false)
	w.consume(b, "q", false)
	w.publish("q", false)
	w.publish("q", false)
	w.deliver(a, 1, 1)
	if _, ok := w.Expecting(); ok {
		t.Error("a is busy, and b is not active")
	}
	if n, _, _ := w.Consumers(QueueRef{"/", "q"}); n != 1 {
		t.Errorf("%d consumers", n)
	}
	w.ack(a, 1, false)
	if _, ok := w.Expecting(); !ok {
		t.Error("a is free")
	}
}

// A note says that a message was marked as redelivered where it was.
func TestNotesOfRedeliveries(t *testing.T) {
	for _, marked := range []bool{true, false} {
		w := newWires()
		w.declare("q")
		w.consume(a, "q", false)
		w.consume(b, "q", false)
		w.publish("q", false)
		w.deliver(a, 1, 1)
		w.gone(a)
		if marked {
			w.redeliver(b, 1, 1)
		} else {
			w.deliver(b, 1, 1)
		}
		w.ack(b, 1, false)
		if note := w.Close().Notes[0].Text; strings.Contains(note, "marked as redelivered") != marked {
			t.Errorf("marked %v: %s", marked, note)
		}
	}
}

// What a departure changes is known at once, and what the broker has to notice is listed once.
func TestDeparture(t *testing.T) {
	w := newWires()
	w.to(a, &wire.QueueDeclare{Queue: "own", Exclusive: true})
	w.from(a, &wire.QueueDeclareOK{Queue: "own"})
	w.to(p, &wire.QueueDeclare{Queue: "auto", AutoDelete: true})
	w.from(p, &wire.QueueDeclareOK{Queue: "auto"})
	w.declare("q")
	w.consume(a, "q", false)
	w.publish("q", false)
	w.publish("own", false)
	w.deliver(a, 1, 1)
	w.consume(b, "auto", false)
	if n, _, exists := w.Consumers(QueueRef{"/", "q"}); n != 1 || !exists {
		t.Errorf("q has %d consumers, exists: %v", n, exists)
	}
	w.gone(a)
	w.gone(b)
	for queue, must := range map[string]bool{"own": false, "auto": false, "q": true} {
		if n, _, exists := w.Consumers(QueueRef{"/", queue}); n != 0 || exists != must {
			t.Errorf("%s has %d consumers, exists: %v", queue, n, exists)
		}
	}
	var affected []string
	for _, q := range w.Affected() {
		affected = append(affected, q.Name)
	}
	slices.Sort(affected)
	if got := strings.Join(affected, " "); got != "auto own q" || len(w.Affected()) != 0 {
		t.Errorf("affected: %s", got)
	}
	if got := strings.Join(w.remarks, "; "); got != "a: gone, unacknowledged: m1" {
		t.Errorf("remarks: %s", got)
	}
	if got := w.closed(t); got != "m1 ? back from a; m2 deleted" {
		t.Errorf("fates: %s", got) // nobody has looked into q
	}
}

// A silent discard is remarked when all is quiet, and not if the broker has said something. What was
// dealt with by then is not what the broker closes the channel over.
func TestQuiet(t *testing.T) {
	w := newWires()
	w.publish("nowhere", false)
	w.Quiet(0)
	w.publishTo("logs", "", false)
	w.refuse()
	w.Quiet(0)
	w.Quiet(0)
	if got := strings.Join(w.remarks, "; "); got != "p: reaches no queue: m1; p: the broker closes the channel: 404 NOT_FOUND - no exchange" {
		t.Errorf("remarks: %s", got)
	}
	if got := w.closed(t); got != "m1 unroutable; m2 refused" {
		t.Errorf("fates: %s", got)
	}
}

// What a broker keeps over a restart: durable queues, and in them persistent messages.
func TestRestarted(t *testing.T) {
	w := newWires()
	for _, durable := range []bool{true, false} {
		queue := fmt.Sprintf("durable %v", durable)
		w.to(p, &wire.QueueDeclare{Queue: queue, Durable: durable})
		w.from(p, &wire.QueueDeclareOK{Queue: queue})
	}
	for _, mode := range []uint8{1, 2} {
		w.sent++
		w.Observe(tap.Event{
			Who: p, ToBroker: true, Channel: 1, Method: &wire.BasicPublish{RoutingKey: "durable true"},
			Content: &tap.Content{Mark: id(w.sent), Properties: wire.Properties{DeliveryMode: mode}, Body: fmt.Appendf(nil, "m%d", w.sent)},
		})
	}
	w.publish("durable false", false)
	w.gone(p)
	w.Restarted(nil)
	w.Found("/", "durable true", id(2), nil)
	if got := w.closed(t); got != "m1 dropped; m2 queued; m3 deleted" {
		t.Error(got)
	}
}

// Of exchanges that are not durable those are there after a restart of which the broker says so, with their bindings.
func TestRestartedExchanges(t *testing.T) {
	w := newWires()
	w.to(p, &wire.QueueDeclare{Queue: "q", Durable: true})
	w.from(p, &wire.QueueDeclareOK{Queue: "q"})
	for _, name := range []string{"lost", "kept", "durable"} {
		w.to(p, &wire.ExchangeDeclare{Exchange: name, Type: "fanout", Durable: name == "durable"})
		w.from(p, &wire.ExchangeDeclareOK{})
		w.to(p, &wire.QueueBind{Queue: "q", Exchange: name})
		w.from(p, &wire.QueueBindOK{})
	}
	asked := w.Transient()
	if slices.Sort(asked["/"]); len(asked) != 1 || !slices.Equal(asked["/"], []string{"kept", "lost"}) {
		t.Errorf("the broker is asked for %v", asked)
	}
	w.gone(p)
	w.Restarted(map[string][]string{"/": {"lost"}})
	if left := w.Exchanges("/"); !slices.Equal(left, []string{"durable", "kept"}) {
		t.Errorf("there are %q", left)
	}
	w.publishTo("kept", "", false)
	w.Found("/", "q", id(1), nil)
	if got := w.closed(t); got != "m1 queued" {
		t.Error(got)
	}
}

// What a transaction has put off is published as it was said, though the tap has used its memory for others since.
func TestCommittedAsSaid(t *testing.T) {
	w := newWires()
	w.declare("q")
	w.to(p, &wire.TxSelect{})
	w.from(p, &wire.TxSelectOK{})
	w.publish("q", false)
	w.publish("nowhere", true)
	w.to(p, &wire.TxCommit{})
	w.from(p, &wire.TxCommitOK{})
	w.consume(a, "q", false)
	w.deliver(a, 1, 1)
	w.ack(a, 1, false)
	w.Observe(tap.Event{Who: p, Channel: 1, Method: &wire.BasicReturn{ReplyCode: 312, ReplyText: "NO_ROUTE"}, Content: &tap.Content{Mark: id(2)}})
	if got, want := w.closed(t), "m1 acked; m2 returned"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
