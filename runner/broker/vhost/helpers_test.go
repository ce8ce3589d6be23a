package vhost

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tutor/runner/wire"
)

// recorder is a Client that writes down what it is given.
type recorder struct {
	mu    sync.Mutex
	lines []string // "tag:body" of deliveries, "return:body", "cancel:tag", in order
	room  int      // deliveries it still has room for; negative: no limit
}

func (r *recorder) Deliver(m *wire.BasicDeliver, c Content) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := m.ConsumerTag + ":" + string(c.Body)
	if m.Redelivered {
		line += "!"
	}
	r.lines = append(r.lines, line)
	if r.room > 0 {
		r.room--
	}
	return r.room != 0
}

func (r *recorder) Return(_ *wire.BasicReturn, c Content) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, "return:"+string(c.Body))
}

func (r *recorder) Cancel(tag string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, "cancel:"+tag)
}

// take returns what was written down since the last call, joined by spaces; a redelivered message has an
// exclamation mark.
func (r *recorder) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := strings.Join(r.lines, " ")
	r.lines = nil
	return s
}

// bench is a vhost with one connection, whose channels a test opens as it likes.
type bench struct {
	testing.TB
	vhost  *VHost
	conn   *Connection
	clock  *steppedClock
	memory Memory
}

func newBench(t testing.TB) *bench {
	clock := &steppedClock{time: time.Unix(1_000_000_000, 0)}
	b := &bench{TB: t, clock: clock}
	b.vhost = New("/", Options{Clock: clock, Memory: &b.memory})
	t.Cleanup(b.vhost.Close)
	t.Cleanup(b.checkMemory)
	b.conn = b.vhost.Connect(User{Name: "guest"})
	return b
}

func (b *bench) open() (*Channel, *recorder) {
	r := &recorder{room: -1}
	return b.conn.Open(r), r
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// declare declares a durable queue; args alternate names and values.
func (b *bench) declare(ch *Channel, queue string, args ...any) {
	b.Helper()
	_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: queue, Durable: true, Arguments: fields(args...)})
	b.ok(err)
}

func (b *bench) exchange(ch *Channel, name, kind string, args ...any) {
	b.Helper()
	b.ok(ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: name, Type: kind, Arguments: fields(args...)}))
}

func (b *bench) bind(ch *Channel, queue, exchange, key string, args ...any) {
	b.Helper()
	b.ok(ch.QueueBind(wire.QueueBind{Queue: queue, Exchange: exchange, RoutingKey: key, Arguments: fields(args...)}))
}

func (b *bench) publish(ch *Channel, exchange, key string, bodies ...string) {
	b.Helper()
	for _, body := range bodies {
		b.publishWith(ch, exchange, key, body, nil)
	}
}

func (b *bench) publishWith(ch *Channel, exchange, key, body string, p *wire.Properties) Outcome {
	b.Helper()
	var h wire.ContentHeader
	if p != nil {
		h.Properties = *p
	}
	outcome, err := ch.Publish(&wire.BasicPublish{Exchange: exchange, RoutingKey: key}, &h, []byte(body))
	b.ok(err)
	return outcome
}

func (b *bench) consume(ch *Channel, queue, tag string, args ...any) {
	b.Helper()
	b.ok(ch.Consume(wire.BasicConsume{Queue: queue, ConsumerTag: tag, Arguments: fields(args...)}, nil))
}

// gotten is an answer to basic.get.
type gotten struct {
	*wire.BasicGetOK
	Content
}

// get is basic.get; it fails the test when the queue is empty.
func (b *bench) get(ch *Channel, queue string) gotten {
	b.Helper()
	var got gotten
	b.ok(ch.Get(wire.BasicGet{Queue: queue}, func(m *wire.BasicGetOK, c Content) { got = gotten{m, c} }))
	if got.BasicGetOK == nil {
		b.Fatalf("queue %q is empty", queue)
	}
	return got
}

// drain gets everything that is ready in a queue, as recorder.take shows it.
func (b *bench) drain(ch *Channel, queue string) string {
	b.Helper()
	var all []string
	for more := true; more; {
		b.ok(ch.Get(wire.BasicGet{Queue: queue, NoAck: true}, func(m *wire.BasicGetOK, c Content) {
			if more = m != nil; more {
				body := string(c.Body)
				if m.Redelivered {
					body += "!"
				}
				all = append(all, body)
			}
		}))
	}
	return strings.Join(all, " ")
}

// ready is how many messages are ready in a queue.
func (b *bench) ready(queue string) int {
	for _, q := range b.vhost.Queues() {
		if q.Name == queue {
			return q.Ready
		}
	}
	return -1
}

func (b *bench) exists(queue string) bool { return b.ready(queue) >= 0 }

func fields(args ...any) wire.Table {
	var t wire.Table
	for i := 0; i < len(args); i += 2 {
		t = append(t, wire.Field{Name: args[i].(string), Value: args[i+1]})
	}
	return t
}

// want compares got with want.
func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// refused checks that err is the refusal with the text.
func refused(t testing.TB, err error, code wire.ReplyCode, text string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("got %v, want %d %s", err, code, text)
		return
	}
	if e.Code != code || e.Text != text {
		t.Errorf("got  %d %s\nwant %d %s", e.Code, e.Text, code, text)
	}
}

// steppedClock is a Clock that goes on when it is told to.
type steppedClock struct {
	mu     sync.Mutex
	time   time.Time
	timers []*steppedTimer
}

// steppedTimer is a call to come; it has none while at is zero.
type steppedTimer struct {
	clock *steppedClock
	at    time.Time
	call  func()
}

func (c *steppedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.time
}

func (c *steppedClock) AfterFunc(d time.Duration, f func()) Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &steppedTimer{clock: c, at: c.time.Add(d), call: f}
	c.timers = append(c.timers, t)
	return t
}

func (t *steppedTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	armed := !t.at.IsZero()
	t.at = time.Time{}
	return armed
}

func (t *steppedTimer) Reset(d time.Duration) bool {
	armed := t.Stop()
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.at = t.clock.time.Add(d)
	return armed
}

// pass has d pass, and calls what is due on the way, in its order.
func (c *steppedClock) pass(d time.Duration) {
	end := c.Now().Add(d)
	for {
		due := c.next(end)
		if due == nil {
			break
		}
		due()
	}
	c.mu.Lock()
	c.time = end
	c.mu.Unlock()
}

// next moves the clock to the next call that is due by end, and returns it, or nil.
func (c *steppedClock) next(end time.Time) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first *steppedTimer
	for _, t := range c.timers {
		if !t.at.IsZero() && !t.at.After(end) && (first == nil || t.at.Before(first.at)) {
			first = t
		}
	}
	if first == nil {
		return nil
	}
	c.time, first.at = first.at, time.Time{}
	return first.call
}
