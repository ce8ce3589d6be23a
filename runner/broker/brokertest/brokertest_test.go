package brokertest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/goleak"

	"tutor/runner/broker/brokertest"
)

// Nothing is left of a broker when its test is over.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// dial connects until the end of the test, and opens a channel.
func dial(t testing.TB, b *brokertest.Broker) (*amqp.Connection, *amqp.Channel) {
	t.Helper()
	conn, err := amqp.Dial(b.URL())
	ok(t, err)
	t.Cleanup(func() { _ = conn.Close() }) // it may have been cut
	ch, err := conn.Channel()
	ok(t, err)
	return conn, ch
}

func publish(t testing.TB, ch *amqp.Channel, exchange, key string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		ok(t, ch.PublishWithContext(t.Context(), exchange, key, false, false, amqp.Publishing{Body: []byte(body)}))
	}
}

func consume(t testing.TB, ch *amqp.Channel, queue, tag string) <-chan amqp.Delivery {
	t.Helper()
	deliveries, err := ch.Consume(queue, tag, false, false, false, false, nil)
	ok(t, err)
	return deliveries
}

// handle handles the deliveries of a queue until the end of the test.
func handle(t testing.TB, ch *amqp.Channel, queue string, do func(amqp.Delivery)) {
	t.Helper()
	deliveries := consume(t, ch, queue, "")
	var handling sync.WaitGroup
	handling.Go(func() {
		for d := range deliveries {
			do(d)
		}
	})
	t.Cleanup(func() {
		_ = ch.Close() // it may be closed already
		handling.Wait()
	})
}

func ack(d amqp.Delivery) { _ = d.Ack(false) }

func next[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v, more := <-c:
		if !more {
			t.Fatal("nothing more comes")
		}
		return v
	case <-time.After(30 * time.Second):
		t.Fatal("nothing comes")
	}
	panic("not reached")
}

// life is what became of a message, in words.
func life(b *brokertest.Broker, message int) string {
	var words []string
	for _, e := range b.Events() {
		if e.Message != message {
			continue
		}
		word := string(e.Kind)
		if e.Queue != "" {
			word += " " + e.Queue
		}
		if e.Reason != "" {
			word += " " + e.Reason
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func wantLife(t testing.TB, b *brokertest.Broker, message int, want string) {
	t.Helper()
	if got := life(b, message); got != want {
		t.Errorf("message %d:\n got %s\nwant %s", message, got, want)
	}
}

// A client is served, what has become of its message is data, and the queue can be looked at.
func TestServes(t *testing.T) {
	b := brokertest.Start(t,
		brokertest.WithExchange("orders", "topic", nil),
		brokertest.WithQueue("tasks", amqp.Table{"x-queue-type": "quorum", "x-delivery-limit": 3}),
		brokertest.WithBinding("orders", "order.*", "tasks", nil))
	_, ch := dial(t, b)
	publish(t, ch, "orders", "order.new", "a")
	ok(t, b.Until(t.Context(), "tasks", brokertest.Ready(1), brokertest.Unacked(0), brokertest.Consumers(0)))
	deliveries := consume(t, ch, "tasks", "worker")
	d := next(t, deliveries)
	if q, there := b.Queue("tasks"); !there || q != (brokertest.Queue{Name: "tasks", Unacked: 1, Consumers: 1}) {
		t.Errorf("%v (%v)", q, there)
	}
	ack(d)
	ok(t, b.Quiet(t.Context()))
	if got := b.Queues(); !slices.Equal(got, []brokertest.Queue{{Name: "tasks", Consumers: 1}}) {
		t.Errorf("%v", got)
	}
	wantLife(t, b, 1, "publish, route tasks, deliver tasks, ack tasks")
	delivered := b.Events()[2]
	if delivered.Exchange != "orders" || delivered.RoutingKey != "order.new" || delivered.Consumer != "worker" ||
		string(delivered.Body) != "a" || !delivered.At.Equal(b.Now()) {
		t.Errorf("%v", delivered)
	}
	if want := `deliver 1 "a" queue "tasks" exchange "orders" routing key "order.new" consumer "worker"`; delivered.String() != want {
		t.Errorf("%v, want %s", delivered, want)
	}
}

// Quiet takes into account what clients have sent and the broker has not read yet: a worker that publishes on one
// connection and acknowledges on another leaves no moment in which it seems to be done.
func TestQuietOverSeveralConnections(t *testing.T) {
	const stages, messages = 4, 50
	var options []brokertest.Option
	for i := range stages + 1 {
		options = append(options, brokertest.WithQueue(fmt.Sprint(i), nil))
	}
	b := brokertest.Start(t, options...)
	for i := range stages {
		_, in := dial(t, b)
		_, out := dial(t, b)
		handle(t, in, fmt.Sprint(i), func(d amqp.Delivery) {
			if err := out.PublishWithContext(context.Background(), "", fmt.Sprint(i+1), false, false, amqp.Publishing{Body: d.Body}); err != nil {
				t.Error(err)
			}
			ack(d)
		})
	}
	_, ch := dial(t, b)
	for i := range messages {
		publish(t, ch, "", "0", "x")
		ok(t, b.Quiet(t.Context()))
		if q, _ := b.Queue(fmt.Sprint(stages)); q.Ready != i+1 {
			t.Fatalf("after %d messages, %v", i+1, q)
		}
	}
}

// What was published before time passes has come to the broker before it does.
func TestAdvance(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("day", amqp.Table{
		"x-message-ttl": 24 * time.Hour.Milliseconds(), "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "late",
	}), brokertest.WithQueue("late", nil))
	_, ch := dial(t, b)
	began := b.Now()
	publish(t, ch, "", "day", "a")
	b.Advance(24*time.Hour - time.Millisecond)
	if in, ok := b.Next(); in != time.Millisecond || !ok {
		t.Errorf("next in %v (%v)", in, ok)
	}
	ok(t, b.Until(t.Context(), "day", brokertest.Ready(1)))
	b.Advance(time.Millisecond)
	ok(t, b.Until(t.Context(), "late", brokertest.Ready(1)))
	wantLife(t, b, 1, "publish, route day, expire day, dead-letter day expired, route late")
	if passed := b.Events()[2].At.Sub(began); passed != 24*time.Hour {
		t.Errorf("it expired after %v", passed)
	}
	if in, ok := b.Next(); ok {
		t.Errorf("something is due in %v", in)
	}
}

// A worker that fails has a message tried again each hour, as often as the time that passes takes.
func TestAdvanceQuietly(t *testing.T) {
	b := brokertest.Start(t, retrying()...)
	_, ch := dial(t, b)
	tries := 0
	var mu sync.Mutex
	handle(t, ch, "tasks", func(d amqp.Delivery) {
		mu.Lock()
		tries++
		mu.Unlock()
		_ = d.Reject(false)
	})
	publish(t, ch, "", "tasks", "a")
	ok(t, b.AdvanceQuietly(t.Context(), 24*time.Hour))
	mu.Lock()
	defer mu.Unlock()
	if tries != 25 {
		t.Errorf("%d tries", tries)
	}
}

// retrying is a queue whose rejected messages come back after an hour.
func retrying() []brokertest.Option {
	return []brokertest.Option{
		brokertest.WithQueue("tasks", amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "retry"}),
		brokertest.WithQueue("retry", amqp.Table{
			"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "tasks", "x-message-ttl": int(time.Hour.Milliseconds()),
		}),
	}
}

// A consumer time-out needs no half hour.
func TestConsumerTimeout(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("tasks", amqp.Table{"x-queue-type": "quorum"}))
	_, ch := dial(t, b)
	cancelled := ch.NotifyCancel(make(chan string, 1))
	deliveries := consume(t, ch, "tasks", "slow")
	publish(t, ch, "", "tasks", "a")
	next(t, deliveries)
	b.Advance(30 * time.Minute)
	if tag := next(t, cancelled); tag != "slow" {
		t.Errorf("%s was cancelled", tag)
	}
	ok(t, b.Until(t.Context(), "tasks", brokertest.Ready(1)))
}

// With the wall clock time passes by itself.
func TestWallClock(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithWallClock(), brokertest.WithQueue("short", amqp.Table{"x-message-ttl": 1}))
	_, ch := dial(t, b)
	publish(t, ch, "", "short", "a")
	ok(t, b.UntilEvents(t.Context(), func(events []brokertest.Event) bool {
		return slices.ContainsFunc(events, func(e brokertest.Event) bool { return e.Kind == brokertest.Expire })
	}))
	defer func() {
		if recover() == nil {
			t.Error("the wall clock was advanced")
		}
	}()
	b.Advance(time.Second)
}

// Parallel tests share a broker and nothing else: neither names, nor time, nor misbehaviour.
func TestVhosts(t *testing.T) {
	b := brokertest.Start(t)
	for _, hours := range []int{1, 2, 3, 4} {
		t.Run("parallel", func(t *testing.T) {
			t.Parallel()
			v := b.Vhost(t, brokertest.WithQueue("q", amqp.Table{"x-message-ttl": 3 * time.Hour.Milliseconds()}))
			_, ch := dial(t, v)
			ok(t, ch.Confirm(false))
			confirms := ch.NotifyPublish(make(chan amqp.Confirmation, 2))
			v.NackNext()
			publish(t, ch, "", "q", "refused", "taken")
			if first, second := next(t, confirms), next(t, confirms); first.Ack || !second.Ack {
				t.Errorf("%v, %v", first, second)
			}
			began := v.Now()
			v.Advance(time.Duration(hours) * time.Hour)
			if passed := v.Now().Sub(began); passed != time.Duration(hours)*time.Hour {
				t.Errorf("%v have passed", passed)
			}
			want := 1
			if hours >= 3 {
				want = 0
			}
			if q, _ := v.Queue("q"); q.Ready != want {
				t.Errorf("after %d hours, %v", hours, q)
			}
			wantLife(t, v, 1, "publish, refuse")
		})
	}
	t.Cleanup(func() {
		if got := b.Events(); len(got) > 0 {
			t.Errorf("in the vhost that all share: %v", got)
		}
	})
}

// Waiting gives up with its context, and says what is still missing.
func TestGivingUp(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithQueue("q", nil))
	_, ch := dial(t, b)
	deliveries := consume(t, ch, "q", "")
	publish(t, ch, "", "q", "a")
	next(t, deliveries)
	for want, wait := range map[string]func(context.Context) error{
		`it is not quiet: queue "q" has 0 ready, 1 unacked, and 1 consumers: context deadline exceeded`: b.Quiet,
		`queue "q" has 0 ready, 1 unacked, and 1 consumers: context deadline exceeded`: func(ctx context.Context) error {
			return b.Until(ctx, "q", brokertest.Unacked(0))
		},
		`there is no queue "p": context deadline exceeded`: func(ctx context.Context) error { return b.Until(ctx, "p") },
		`the 3 events so far do not suffice: context deadline exceeded`: func(ctx context.Context) error {
			return b.UntilEvents(ctx, func(events []brokertest.Event) bool { return len(events) > 3 })
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		err := wait(ctx)
		cancel()
		if err == nil || err.Error() != want || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// What cannot be declared is an error that names it.
func TestBadBeginnings(t *testing.T) {
	for want, option := range map[string]brokertest.Option{
		`declaring queue "q": argument x-a: a table cannot hold a value of type func()`:   brokertest.WithQueue("q", amqp.Table{"x-a": func() {}}),
		`declaring exchange "x": 406 PRECONDITION_FAILED - unknown exchange type 'tipoc'`: brokertest.WithExchange("x", "tipoc", nil),
		`binding queue "q" to exchange "x": 404 NOT_FOUND - no exchange 'x' in vhost '/'`: brokertest.WithBinding("x", "", "q", nil),
	} {
		if _, err := brokertest.New(option); err == nil || err.Error() != "starting a broker: "+want {
			t.Errorf("got  %v\nwant starting a broker: %s", err, want)
		}
	}
}
