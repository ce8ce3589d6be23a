package vhost

import (
	"testing"

	"tutor/runner/wire"
)

// Exchanges survive a restart, also those that are not durable, and with them the bindings of the queues that do
// (RabbitMQ 4.3).
func TestRestartKeepsExchanges(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.ok(ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: "x", Type: "fanout"}))
	b.declare(ch, "durable")
	_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: "mine", Exclusive: true})
	b.ok(err)
	for _, queue := range []string{"durable", "mine"} {
		b.bind(ch, queue, "x", "")
	}
	b.vhost.Restart()
	ch = b.vhost.Connect(User{Name: "guest"}).Open(&recorder{room: -1})
	want(t, "the exclusive queue is there", b.exists("mine"), false)
	b.publish(ch, "x", "", "m")
	want(t, "in the durable queue", b.ready("durable"), 1)
}
