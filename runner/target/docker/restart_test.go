package docker

import (
	"context"
	"errors"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner"
)

func open(t *testing.T, s *runner.Stage) (*amqp.Connection, *amqp.Channel) {
	t.Helper()
	raw, err := s.Dial(t.Context())
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

// The container goes on while the server in it is restarted: connections are closed in order, only
// what is durable is kept, the addresses stay, and further acts can be prepared.
func TestRestart(t *testing.T) {
	image, ok := onDocker(t)
	if !ok {
		return
	}
	target := New(image, nil)
	defer func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := target.Prepare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, ch := open(t, s)
	closed := conn.NotifyClose(make(chan *amqp.Error, 1))
	if _, err := ch.QueueDeclare("durable", true, false, false, false, nil); err != nil {
		t.Fatal(err)
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
	brokenOff(t, target, s)
}

// brokenOff has the context of a restart end at once: it is brought to its end all the same, and whoever
// comes next waits for that.
func brokenOff(t *testing.T, target *Target, s *runner.Stage) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Restart(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a restart that is broken off: %v", err)
	}
	next, err := target.Prepare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	open(t, next)
	// One that goes on when the target is closed does not hold it up.
	if err := s.Restart(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a restart that is broken off: %v", err)
	}
}

// What is left of an act when the target is closed says so; it does not bring the program down.
func TestStageOfAClosedTarget(t *testing.T) {
	target := New("", nil)
	if err := target.Close(); err != nil {
		t.Error(err)
	}
	if err := target.restart(t.Context()); err == nil {
		t.Error("a closed target is restarted")
	}
	if err := target.explain(t.Context(), errorText("refused")); err == nil || err.Error() != "refused\nthe target is closed" {
		t.Errorf("%v", err)
	}
	if _, err := target.Prepare(t.Context(), nil); err == nil {
		t.Error("an act is prepared on a closed target")
	}
}
