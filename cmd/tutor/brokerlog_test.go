package main

import (
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/broker"
	"tutor/runner/escape"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
	"tutor/runner/wire"
)

// watched is a broker with its log, whose seconds end when a test says so.
type watched struct {
	testing.TB
	view *liveView
	out  *bytes.Buffer
	ch   *amqp.Channel
}

func watch(t testing.TB, verbose bool) *watched {
	t.Helper()
	var out bytes.Buffer
	view := newLiveView(&out, verbose)
	b := broker.New(broker.Options{Wrap: view.wrap})
	view.counts = b.Counts
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := embedded.Provide(b, &scenario.Broker{}); err != nil {
		t.Fatal(err)
	}
	client, server := broker.Pipe()
	b.Serve(server)
	conn, err := amqp.Open(client, amqp.Config{
		Vhost: "/", SASL: []amqp.Authentication{&amqp.PlainAuth{Username: "guest", Password: "guest"}},
		Properties: amqp.Table{"connection_name": "c\x1b[2J"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{TB: t, view: view, out: &out, ch: ch}
	w.do(ch.Confirm(false))
	_, err = ch.QueueDeclare("q", true, false, false, false, nil)
	w.do(err)
	w.shows()
	return w
}

func (w *watched) do(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// publish publishes messages, and waits for the broker.
func (w *watched) publish(n int) {
	w.Helper()
	for range n {
		c, err := w.ch.PublishWithDeferredConfirm("", "q", false, false, amqp.Publishing{})
		w.do(err)
		c.Wait()
	}
}

// shows is what the log has shown since it was last asked.
func (w *watched) shows() []string {
	w.view.mu.Lock()
	defer w.view.mu.Unlock()
	text := strings.TrimSuffix(w.out.String(), "\n")
	w.out.Reset()
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); line != escape.Text(line) {
			w.Errorf("%q is not harmless", line)
		}
	}
	return strings.Split(text, "\n")
}

// Messages are shown in full as long as anybody can follow, summed up where there are too many, and shown in
// full again when it is calm. What is not about messages is always shown.
func TestBrokerLog(t *testing.T) {
	w := watch(t, false)
	published := `#1 c\x1b[2J → basic.publish routing-key="q" (0 bytes)`
	w.publish(2)
	if got := w.shows(); len(got) != 4 || got[0] != published {
		t.Errorf("a few messages: %q", got)
	}
	w.view.second()
	w.publish(1500)
	if got := w.shows(); len(got) != followed || got[0] != published {
		t.Errorf("many messages make %d lines: %q", len(got), got[:min(3, len(got))])
	}
	_, err := w.ch.QueueDeclare("shown", true, false, false, false, nil)
	w.do(err)
	w.do(w.ch.Publish("", "nothing", true, false, amqp.Publishing{}))
	_, _, err = w.ch.Get("q", false)
	w.do(err)
	w.do(w.ch.Nack(1, false, true))
	_, _, err = w.ch.Get("q", false)
	w.do(err)
	w.do(w.ch.Ack(2, false))
	_, err = w.ch.QueuePurge("q", false)
	w.do(err)
	w.view.second()
	want := []string{
		`#1 c\x1b[2J ← queue.declare-ok queue="shown"`, `#1 c\x1b[2J → queue.purge queue="q"`,
		"1,501 published, 2 delivered, 1 acknowledged, 1 returned, 1 requeued in the last second",
	}
	if got := w.shows(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("while there are many: %q, want %q", got, want)
	}
	w.publish(5)
	w.view.second()
	if got := w.shows(); len(got) != 1 || got[0] != "5 published, 0 delivered, 0 acknowledged in the last second" {
		t.Errorf("the first calm second: %q", got)
	}
	w.publish(1)
	w.view.second()
	if got := w.shows(); len(got) != 2 || got[0] != published {
		t.Errorf("when it is calm: %q", got)
	}
}

// With -v all methods are shown, but those of too many messages.
func TestBrokerLogVerbose(t *testing.T) {
	w := watch(t, true)
	w.publish(1000)
	w.do(w.ch.Qos(1, 0, false))
	if got := w.shows(); len(got) != followed+2 || !strings.HasSuffix(got[followed], `→ basic.qos prefetch-count=1`) {
		t.Errorf("%d lines: %q", len(got), got[max(0, len(got)-3):])
	}
}

// A broker that is to be quiet says nothing.
func TestBrokerQuiet(t *testing.T) {
	port, _ := freePorts(t)
	sh := newShell(t)
	quiet := sh.start(t, fmt.Sprintf("tutor broker --quiet --port-number %d", port))
	awaitListener(t, port)
	pub := sh.start(t, fmt.Sprintf("tutor pub -q q -Q -k q -m m --port-number %d", port))
	pub.prints("Created queue: q", "Sent: m")
	pub.wait()
	if code := quiet.interrupt(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if line, ok := quiet.out.next(); ok {
		t.Errorf("it says %q", line)
	}
}

// awaitListener returns when somebody listens on a port.
func awaitListener(t testing.TB, port int) {
	t.Helper()
	for t.Context().Err() == nil {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			conn.Close()
			return
		}
	}
	t.Fatal("nobody listens")
}

// BenchmarkBrokerLog is the rate of tutor broker as it is started in relation to that without its log: raw
// messages of 64 bytes that one connection publishes and another consumes and acknowledges.
func BenchmarkBrokerLog(b *testing.B) {
	program := built(b)
	const messages, rounds = 1_000_000, 3
	for b.Loop() {
		var logged, silent time.Duration
		for range rounds {
			silent += pour(b, messages, program, "--quiet")
			logged += pour(b, messages, program)
		}
		b.ReportMetric(silent.Seconds()/logged.Seconds(), "of-the-rate-without-log")
		b.ReportMetric(rounds*messages/logged.Seconds(), "messages/s")
		b.ReportMetric(rounds*messages/silent.Seconds(), "messages/s-without-log")
	}
}

// pour is how long messages take through a broker.
func pour(b *testing.B, messages int, program string, flags ...string) time.Duration {
	b.Helper()
	port, _ := freePorts(b)
	cmd := exec.Command(program, append([]string{"broker", "--port-number", strconv.Itoa(port)}, flags...)...)
	cmd.Stdout = onlyRead{}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	awaitListener(b, port)
	publisher, consumer := rawClient(b, port), rawClient(b, port, &wire.BasicConsume{Queue: "q", NoWait: true})
	began := time.Now()
	go publishRaw(b, publisher, messages)
	consumeRaw(b, consumer, messages)
	return time.Since(began)
}

// onlyRead is a reader of the log who does nothing with it.
type onlyRead struct{}

func (onlyRead) Write(p []byte) (int, error) { return len(p), nil }

// rawClient logs in, declares the queue q, and says one thing more.
func rawClient(b *testing.B, port int, more ...wire.Method) net.Conn {
	b.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	said := []byte(wire.ProtocolHeader)
	for channel, methods := range [][]wire.Method{{
		&wire.ConnectionStartOK{Mechanism: "PLAIN", Response: "\x00guest\x00guest", Locale: "en_US"},
		&wire.ConnectionTuneOK{ChannelMax: 1, FrameMax: 131072},
		&wire.ConnectionOpen{VirtualHost: "/"},
	}, append([]wire.Method{&wire.ChannelOpen{}, &wire.QueueDeclare{Queue: "q", NoWait: true}}, more...)} {
		for _, m := range methods {
			if said, err = wire.AppendMethod(said, uint16(channel), m); err != nil {
				b.Fatal(err)
			}
		}
	}
	if _, err := conn.Write(said); err != nil {
		b.Fatal(err)
	}
	return conn
}

// publishRaw publishes messages a hundred at a time.
func publishRaw(b *testing.B, conn net.Conn, messages int) {
	one, err := wire.AppendMethod(nil, 1, &wire.BasicPublish{RoutingKey: "q"})
	if err != nil {
		b.Error(err)
	}
	body := make([]byte, 64)
	one = wire.AppendBody(wire.AppendContentHeader(one, 1, uint64(len(body)), []byte{0, 0}), 1, body, 0)
	hundred := bytes.Repeat(one, 100)
	for range messages / 100 {
		if _, err := conn.Write(hundred); err != nil {
			b.Error(err)
			return
		}
	}
}

// consumeRaw reads messages, and acknowledges them as they come.
func consumeRaw(b *testing.B, conn net.Conn, messages int) {
	var stream wire.Stream
	buffer := make([]byte, 64<<10)
	for got, acknowledged := 0, 0; acknowledged < messages; acknowledged = got {
		n, err := conn.Read(buffer)
		if err != nil {
			b.Fatal(err)
		}
		if err := stream.Feed(buffer[:n], func(f wire.Frame) error {
			if f.Type == wire.FrameBody {
				got++
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		if got == acknowledged {
			continue
		}
		ack, err := wire.AppendMethod(nil, 1, &wire.BasicAck{DeliveryTag: uint64(got), Multiple: true})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Write(ack); err != nil {
			b.Fatal(err)
		}
	}
}
