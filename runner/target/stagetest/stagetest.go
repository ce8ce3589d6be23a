// Package stagetest checks what the tests of every target ask of the stage of an act.
package stagetest

import (
	"net"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/stage"
	"tutor/runner/tap"
)

// Connect opens a connection to the stage's vhost / as guest, and a channel on it. The connection is
// closed at the end of the test.
func Connect(t testing.TB, s *stage.Stage) (*amqp.Connection, *amqp.Channel) {
	t.Helper()
	return open(t, s, dial(t, s))
}

func dial(t testing.TB, s *stage.Stage) net.Conn {
	t.Helper()
	raw, err := s.Stream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func open(t testing.TB, s *stage.Stage, raw net.Conn) (*amqp.Connection, *amqp.Channel) {
	t.Helper()
	conn, err := stage.Open(t.Context(), raw, s.AsGuest("/"))
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

// Restart restarts the stage's broker: connections are closed in order, what is durable and persistent
// is kept, and what is transient is dropped.
func Restart(t *testing.T, s *stage.Stage) {
	t.Helper()
	wire := tap.New(dial(t, s), 0, tap.NewJournal())
	_, ch := open(t, s, wire)
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
	<-wire.Ended()
	// RabbitMQ may reset the connection without waiting for connection.close-ok. The client library then
	// gives either as the reason, whichever it comes to first.
	if code, text, _ := wire.Refusal(); code != amqp.ConnectionForced {
		t.Errorf("the connection was closed with %d %s, want 320", code, text)
	}
	_, ch = Connect(t, s)
	if q, err := ch.QueueDeclarePassive("durable", true, false, false, false, nil); err != nil || q.Messages != 1 {
		t.Errorf("the durable queue has %d messages (%v), want the persistent one", q.Messages, err)
	}
}
