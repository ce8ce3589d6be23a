package brokertest_test

import (
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/broker/brokertest"
)

// Whatever becomes of a message is an event.
func TestEvents(t *testing.T) {
	dead := func(more amqp.Table) amqp.Table {
		more["x-dead-letter-exchange"], more["x-dead-letter-routing-key"] = "", "dead"
		return more
	}
	for name, test := range map[string]struct {
		arguments amqp.Table
		do        func(*testing.T, *brokertest.Broker, *amqp.Channel)
		want      string
	}{
		"unroutable": {nil, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			publish(t, ch, "", "nowhere", "a")
		}, "publish, unroutable"},
		"returned": {nil, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			ok(t, ch.PublishWithContext(t.Context(), "", "nowhere", true, false, amqp.Publishing{}))
		}, "publish, return"},
		"got": {nil, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			publish(t, ch, "", "q", "a")
			d, _, err := ch.Get("q", false)
			ok(t, err)
			ok(t, d.Nack(false, true))
		}, "publish, route q, get q, requeue q"},
		"purged": {nil, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			publish(t, ch, "", "q", "a")
			_, err := ch.QueuePurge("q", false)
			ok(t, err)
		}, "publish, route q, purge q"},
		"deleted": {nil, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			publish(t, ch, "", "q", "a")
			_, err := ch.QueueDelete("q", false, false, false)
			ok(t, err)
		}, "publish, route q, delete q"},
		"rejected": {dead(amqp.Table{}), func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			publish(t, ch, "", "q", "a")
			d := next(t, consume(t, ch, "q", ""))
			ok(t, d.Reject(false))
		}, "publish, route q, deliver q, reject q, dead-letter q rejected, route dead"},
		"overflowed": {dead(amqp.Table{"x-max-length": 1}), func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			publish(t, ch, "", "q", "a", "b")
		}, "publish, route q, overflow q, dead-letter q maxlen, route dead"},
		"refused": {dead(amqp.Table{"x-max-length": 0, "x-overflow": "reject-publish-dlx"}), func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			publish(t, ch, "", "q", "a")
		}, "publish, refuse q, dead-letter q maxlen, route dead"},
		"expired": {dead(amqp.Table{"x-message-ttl": 1000}), func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			publish(t, ch, "", "q", "a")
			b.Advance(time.Second)
		}, "publish, route q, expire q, dead-letter q expired, route dead"},
		"given up": {amqp.Table{"x-queue-type": "quorum", "x-delivery-limit": 0}, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			publish(t, ch, "", "q", "a")
			d := next(t, consume(t, ch, "q", ""))
			ok(t, d.Reject(true))
		}, "publish, route q, deliver q, give-up q"},
		"committed": {nil, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			ok(t, ch.Tx())
			publish(t, ch, "", "q", "a")
			ok(t, ch.TxCommit())
		}, "publish, route q"},
		"rolled back": {nil, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			ok(t, ch.Tx())
			publish(t, ch, "", "q", "a")
			ok(t, ch.TxRollback())
		}, ""},
		"confirmed": {nil, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			ok(t, ch.Confirm(false))
			publish(t, ch, "", "q", "a")
		}, "publish, route q, confirm"},
		"replied": {nil, func(t *testing.T, b *brokertest.Broker, ch *amqp.Channel) {
			replies, err := ch.Consume("amq.rabbitmq.reply-to", "", true, false, false, false, nil)
			ok(t, err)
			ok(t, ch.PublishWithContext(t.Context(), "", "q", false, false, amqp.Publishing{ReplyTo: "amq.rabbitmq.reply-to"}))
			d, _, err := ch.Get("q", true)
			ok(t, err)
			publish(t, ch, "", d.ReplyTo, "reply")
			next(t, replies)
			wantLife(t, b, 2, "publish, route amq.rabbitmq.reply-to, deliver amq.rabbitmq.reply-to")
		}, "publish, route q, get q"},
	} {
		t.Run(name, func(t *testing.T) {
			b := brokertest.Start(t, brokertest.WithQueue("q", test.arguments), brokertest.WithQueue("dead", nil))
			_, ch := dial(t, b)
			test.do(t, b, ch)
			ok(t, b.Quiet(t.Context()))
			wantLife(t, b, 1, test.want)
		})
	}
}

// A dead letter is the same message under a new address; a redelivery is marked.
func TestEventsTellOfDeathAndRedelivery(t *testing.T) {
	b := brokertest.Start(t, retrying()...)
	_, ch := dial(t, b)
	deliveries := consume(t, ch, "tasks", "")
	publish(t, ch, "", "tasks", "a")
	d := next(t, deliveries)
	ok(t, d.Nack(false, true))
	d = next(t, deliveries)
	ok(t, d.Nack(false, false))
	ok(t, b.Quiet(t.Context()))
	wantLife(t, b, 1, "publish, route tasks, deliver tasks, requeue tasks, deliver tasks, reject tasks, dead-letter tasks rejected, route retry")
	events := b.Events()
	if again := events[4]; !again.Redelivered || events[2].Redelivered {
		t.Errorf("%v", again)
	}
	if letter := events[6]; letter.RoutingKey != "retry" || letter.Exchange != "" || string(letter.Body) != "a" {
		t.Errorf("%v", letter)
	}
}
