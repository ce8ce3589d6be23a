package local

import (
	"context"
	"errors"
	"net"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner"
	"tutor/runner/scenario"
)

// open opens a connection to the stage's vhost / and a channel on it.
func open(t *testing.T, s *runner.Stage) (*amqp.Connection, *amqp.Channel) {
	t.Helper()
	raw, err := s.Dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	guest := s.Users["guest"]
	conn, err := amqp.Open(raw, amqp.Config{
		SASL:  []amqp.Authentication{&amqp.PlainAuth{Username: guest.User, Password: guest.Password}},
		Vhost: s.Vhosts["/"],
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // some are closed by the broker
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	return conn, ch
}

// A restart closes connections in order, keeps what is durable and drops the rest; and the node goes
// on to serve acts, also after a restart that the caller did not wait for.
func TestRestart(t *testing.T) {
	if !onLocal(t) {
		return
	}
	target := New(nil)
	defer func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := stage(t, target, &scenario.Broker{})
	conn, ch := open(t, s)
	closed := conn.NotifyClose(make(chan *amqp.Error, 1))
	for queue, durable := range map[string]bool{"durable": true, "transient": false} {
		if _, err := ch.QueueDeclare(queue, durable, false, false, false, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []uint8{amqp.Persistent, amqp.Transient} {
		confirmed, err := ch.PublishWithDeferredConfirm("", "durable", false, false, amqp.Publishing{DeliveryMode: mode})
		if err != nil {
			t.Fatal(err)
		}
		if !confirmed.Wait() {
			t.Fatal("a message is refused")
		}
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if reason := <-closed; reason == nil || reason.Code != amqp.ConnectionForced {
		t.Errorf("the connection was closed with %v, want 320", reason)
	}
	_, ch = open(t, s)
	if q, err := ch.QueueDeclarePassive("durable", true, false, false, false, nil); err != nil || q.Messages != 1 {
		t.Errorf("the durable queue has %d messages (%v), want the persistent one", q.Messages, err)
	}
	if _, err := ch.QueueDeclarePassive("transient", false, false, false, false, nil); err == nil {
		t.Error("the transient queue is there")
	}
	brokenOff(t, target, s)
}

// brokenOff has the context of a restart end while the server stops, or when it has stopped and may be
// booting again: whoever comes next finds a node that is ready.
func brokenOff(t *testing.T, target *Target, s *runner.Stage) {
	t.Helper()
	for name, when := range map[string]func(*run) <-chan struct{}{
		"before it": func(*run) <-chan struct{} { c := make(chan struct{}); close(c); return c },
		"stopped":   func(r *run) <-chan struct{} { return r.process.ended },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		moment := when(target.node.present())
		go func() {
			<-moment
			cancel()
		}()
		if err := s.Restart(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: a restart that is broken off: %v", name, err)
		}
		if err := s.Close(t.Context(), false); err != nil {
			t.Errorf("%s: the act's end: %v", name, err)
		}
		s = stage(t, target, nil)
		open(t, s)
	}
}

func TestPortsDiffer(t *testing.T) {
	p, err := choosePorts()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, port := range []int{p.amqp, p.amqps, p.management, p.distribution, p.epmd} {
		if seen[port] || port == 0 {
			t.Errorf("ports %+v", p)
		}
		seen[port] = true
		l, err := net.Listen("tcp", (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}).String())
		if err != nil {
			t.Errorf("port %d is not free: %v", port, err)
			continue
		}
		l.Close()
	}
}
