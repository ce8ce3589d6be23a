package brokertest_test

import (
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/broker/brokertest"
)

// Each publish that is to be refused is, once, and only where that can be said.
func TestNackNext(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil))
	_, unconfirmed := dial(t, b)
	_, ch := dial(t, b)
	ok(t, ch.Confirm(false))
	confirms := ch.NotifyPublish(make(chan amqp.Confirmation, 3))
	b.NackNext()
	b.NackNext()
	publish(t, unconfirmed, "", "q", "passes")
	ok(t, b.Until(t.Context(), "q", brokertest.Ready(1)))
	publish(t, ch, "", "q", "a", "b", "c")
	for i, want := range []bool{false, false, true} {
		if c := next(t, confirms); c.Ack != want || c.DeliveryTag != uint64(i+1) {
			t.Errorf("%+v", c)
		}
	}
	ok(t, b.Until(t.Context(), "q", brokertest.Ready(2)))
	wantLife(t, b, 2, "publish, refuse")
}

// A return comes before its confirm, and is for mandatory messages only.
func TestReturnNext(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil))
	_, ch := dial(t, b)
	ok(t, ch.Confirm(false))
	returns := ch.NotifyReturn(make(chan amqp.Return, 1))
	confirms := ch.NotifyPublish(make(chan amqp.Confirmation, 3))
	b.ReturnNext()
	publish(t, ch, "", "q", "passes")
	for range 2 {
		ok(t, ch.PublishWithContext(t.Context(), "", "q", true, false, amqp.Publishing{Body: []byte("a")}))
	}
	for range 3 {
		if c := next(t, confirms); !c.Ack {
			t.Errorf("%+v", c)
		}
	}
	if r := next(t, returns); r.ReplyCode != amqp.NoRoute || r.ReplyText != "NO_ROUTE" || r.RoutingKey != "q" || string(r.Body) != "a" {
		t.Errorf("%+v", r)
	}
	ok(t, b.Until(t.Context(), "q", brokertest.Ready(2)))
	wantLife(t, b, 2, "publish, return, confirm")
}

// The channel that publishes is closed, and its connection goes on.
func TestCloseNext(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil))
	conn, ch := dial(t, b)
	closed := ch.NotifyClose(make(chan *amqp.Error, 1))
	ok(t, b.CloseNext(amqp.NotFound, "no exchange 'logs' in vhost '/'"))
	publish(t, ch, "", "q", "a")
	if e := next(t, closed); e.Code != amqp.NotFound || e.Reason != "NOT_FOUND - no exchange 'logs' in vhost '/'" || !e.Server {
		t.Errorf("%+v", e)
	}
	ch, err := conn.Channel()
	ok(t, err)
	publish(t, ch, "", "q", "b")
	ok(t, b.Until(t.Context(), "q", brokertest.Ready(1)))
}

// The channels that consume are closed while they wait, and what they hold goes back.
func TestCloseChannels(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil), brokertest.WithQueue("other", nil))
	conn, ch := dial(t, b)
	_, other := dial(t, b)
	consume(t, other, "other", "")
	closed := ch.NotifyClose(make(chan *amqp.Error, 1))
	deliveries := consume(t, ch, "q", "")
	publish(t, ch, "", "q", "a")
	next(t, deliveries)
	ok(t, b.CloseChannels("q", amqp.PreconditionFailed, "delivery acknowledgement on channel 1 timed out"))
	if e := next(t, closed); e.Code != amqp.PreconditionFailed || e.Reason != "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out" {
		t.Errorf("%+v", e)
	}
	ok(t, b.Until(t.Context(), "q", brokertest.Ready(1), brokertest.Consumers(0)))
	ok(t, b.Until(t.Context(), "other", brokertest.Consumers(1)))
	if err := b.CloseChannels("q", amqp.PreconditionFailed, ""); err == nil || err.Error() != `no channel consumes from queue "q"` {
		t.Error(err)
	}
	ch, err := conn.Channel()
	ok(t, err)
	if d := next(t, consume(t, ch, "q", "")); !d.Redelivered {
		t.Error("it was not delivered before")
	}
}

// Codes that would close the connection close no channel.
func TestClosingWithOtherCodes(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil))
	for _, code := range []int{amqp.InternalError, 200, 0, -1, 1 << 16} {
		if b.CloseNext(code, "") == nil || b.CloseChannels("q", code, "") == nil {
			t.Errorf("%d closes a channel", code)
		}
	}
}

// The client is told that its consumer is gone, and may still settle what it has.
func TestCancelConsumers(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil))
	_, ch := dial(t, b)
	cancelled := ch.NotifyCancel(make(chan string, 2))
	deliveries := consume(t, ch, "q", "worker")
	publish(t, ch, "", "q", "a")
	d := next(t, deliveries)
	ok(t, b.CancelConsumers("q"))
	if tag := next(t, cancelled); tag != "worker" {
		t.Errorf("%s was cancelled", tag)
	}
	publish(t, ch, "", "q", "b")
	ok(t, b.Until(t.Context(), "q", brokertest.Ready(1), brokertest.Unacked(1), brokertest.Consumers(0)))
	ack(d)
	ok(t, b.Quiet(t.Context()))
	if err := b.CancelConsumers("q"); err == nil || err.Error() != `queue "q" has no consumers` {
		t.Error(err)
	}
	if err := b.CancelConsumers("p"); err == nil || !strings.Contains(err.Error(), "NOT_FOUND - no queue 'p'") {
		t.Error(err)
	}
}

// Publishers are held back and told so; consumers are neither.
func TestBlock(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil))
	publisher, out := dial(t, b)
	consumer, in := dial(t, b)
	blocked := publisher.NotifyBlocked(make(chan amqp.Blocking, 4))
	idle := consumer.NotifyBlocked(make(chan amqp.Blocking, 4))
	deliveries := consume(t, in, "q", "")
	ok(t, b.Block())
	if err := b.Block(); err == nil {
		t.Error("blocked twice")
	}
	publish(t, out, "", "q", "a")
	if told := next(t, blocked); !told.Active || told.Reason != "low on memory" {
		t.Errorf("%+v", told)
	}
	publish(t, out, "", "q", "b")
	ack(next(t, deliveries))
	ok(t, b.Quiet(t.Context()))
	wantLife(t, b, 2, "")
	ok(t, b.Unblock())
	if told := next(t, blocked); told.Active {
		t.Errorf("%+v", told)
	}
	ack(next(t, deliveries))
	ok(t, b.Quiet(t.Context()))
	if len(idle) > 0 {
		t.Error("a consumer was told")
	}
	if err := b.Unblock(); err == nil {
		t.Error("unblocked twice")
	}
}

// A blocked publisher's channel cannot be closed, as nothing of it is handled, and it does not keep the broker from
// ending.
func TestBlockedAtTheEnd(t *testing.T) {
	b, err := brokertest.New(brokertest.WithQueue("q", nil))
	ok(t, err)
	conn, ch := dial(t, b)
	blocked := conn.NotifyBlocked(make(chan amqp.Blocking, 4))
	consume(t, ch, "q", "")
	ok(t, b.Block())
	publish(t, ch, "", "q", "a")
	next(t, blocked)
	ok(t, b.UntilEvents(t.Context(), func(events []brokertest.Event) bool { return len(events) == 3 }))
	if err := b.CloseChannels("q", amqp.PreconditionFailed, ""); err == nil || !strings.Contains(err.Error(), "the connection is blocked") {
		t.Error(err)
	}
	ok(t, b.Close())
}

// Connections end without a word, and what they held is back at once.
func TestCut(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil))
	conn, ch := dial(t, b)
	closed := conn.NotifyClose(make(chan *amqp.Error, 1))
	deliveries := consume(t, ch, "q", "")
	publish(t, ch, "", "q", "a")
	next(t, deliveries)
	ok(t, b.Cut())
	if q, _ := b.Queue("q"); q != (brokertest.Queue{Name: "q", Ready: 1}) {
		t.Errorf("%v", q)
	}
	if e := next(t, closed); e.Server && e.Code != amqp.FrameError {
		t.Errorf("%+v", e)
	}
	if err := b.Cut(); err == nil || err.Error() != "there are no connections to cut" {
		t.Error(err)
	}
	wantLife(t, b, 1, "publish, route q, deliver q, requeue q")
}

// A blocked connection can be cut, too.
func TestCutBlocked(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil))
	conn, ch := dial(t, b)
	blocked := conn.NotifyBlocked(make(chan amqp.Blocking, 4))
	deliveries := consume(t, ch, "q", "")
	ok(t, b.Block())
	publish(t, ch, "", "q", "a")
	next(t, blocked)
	next(t, deliveries)
	ok(t, b.Cut())
	if q, _ := b.Queue("q"); q != (brokertest.Queue{Name: "q", Ready: 1}) {
		t.Errorf("%v", q)
	}
}

// Misbehaviour that never came to pass is not passed over.
func TestMissedMisbehaviour(t *testing.T) {
	b, err := brokertest.New()
	ok(t, err)
	b.NackNext()
	b.ReturnNext()
	ok(t, b.CloseNext(amqp.NotFound, ""))
	want := "1 publish(es) on a channel in confirm mode, to be nacked, never came\n" +
		"1 mandatory publish(es), to be returned, never came\n" +
		"1 publish(es), to be answered by closing the channel, never came"
	if err := b.Close(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
