package brokertest_test

import (
	"context"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/broker/brokertest"
)

// client connects and opens a channel. Examples stop at their first error.
func client(url string) (*amqp.Connection, *amqp.Channel) {
	conn, err := amqp.Dial(url)
	must(err)
	ch, err := conn.Channel()
	must(err)
	return conn, ch
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// A worker is tested without sleeping: when all is quiet, it has done its work.
func Example() {
	b, err := brokertest.New(brokertest.WithQueue("tasks", nil)) // in a test: b := brokertest.Start(t, …)
	must(err)
	defer b.Close()
	conn, ch := client(b.URL())
	defer conn.Close()

	deliveries, err := ch.Consume("tasks", "worker", false, false, false, false, nil)
	must(err)
	go func() {
		for d := range deliveries {
			_ = d.Ack(false)
		}
	}()
	must(ch.Publish("", "tasks", false, false, amqp.Publishing{Body: []byte("a task")}))

	must(b.Quiet(context.Background()))
	for _, e := range b.Events() {
		fmt.Println(e)
	}
	// Output:
	// publish 1 "a task" routing key "tasks"
	// route 1 "a task" queue "tasks" routing key "tasks"
	// deliver 1 "a task" queue "tasks" routing key "tasks" consumer "worker"
	// ack 1 "a task" queue "tasks" routing key "tasks" consumer "worker"
}

// A time to live of a day is over at once.
func ExampleBroker_Advance() {
	b, err := brokertest.New(
		brokertest.WithQueue("offers", amqp.Table{
			"x-message-ttl": 24 * time.Hour.Milliseconds(), "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "expired",
		}),
		brokertest.WithQueue("expired", nil))
	must(err)
	defer b.Close()
	conn, ch := client(b.URL())
	defer conn.Close()

	must(ch.Publish("", "offers", false, false, amqp.Publishing{Body: []byte("today only")}))
	b.Advance(23 * time.Hour)
	fmt.Println(b.Queues())
	b.Advance(time.Hour)
	fmt.Println(b.Queues())
	// Output:
	// [queue "expired" has 0 ready, 0 unacked, and 0 consumers queue "offers" has 1 ready, 0 unacked, and 0 consumers]
	// [queue "expired" has 1 ready, 0 unacked, and 0 consumers queue "offers" has 0 ready, 0 unacked, and 0 consumers]
}

// A test waits for a state that does not last.
func ExampleBroker_Until() {
	b, err := brokertest.New(brokertest.WithQueue("tasks", nil))
	must(err)
	defer b.Close()
	conn, ch := client(b.URL())
	defer conn.Close()

	_, err = ch.Consume("tasks", "stuck", false, false, false, false, nil)
	must(err)
	must(ch.Publish("", "tasks", false, false, amqp.Publishing{Body: []byte("a task")}))
	must(b.Until(context.Background(), "tasks", brokertest.Unacked(1), brokertest.Consumers(1)))

	must(b.Cut()) // the worker dies with the task in its hands
	fmt.Println(b.Queue("tasks"))
	// Output: queue "tasks" has 1 ready, 0 unacked, and 0 consumers true
}

// A publisher's bad day: the broker does not take a message.
func ExampleBroker_NackNext() {
	b, err := brokertest.New(brokertest.WithQueue("tasks", nil))
	must(err)
	defer b.Close()
	conn, ch := client(b.URL())
	defer conn.Close()

	must(ch.Confirm(false))
	b.NackNext()
	for _, body := range []string{"a", "b"} {
		confirm, err := ch.PublishWithDeferredConfirm("", "tasks", false, false, amqp.Publishing{Body: []byte(body)})
		must(err)
		fmt.Println(body, confirm.Wait())
	}
	// Output:
	// a false
	// b true
}

// A test begins with what a real broker has: rabbitmqctl export_definitions definitions.json
func ExampleWithDefinitions() {
	b, err := brokertest.New(brokertest.WithDefinitions("../../definitions/testdata/broker-4.3.json", "/shop"))
	must(err)
	defer b.Close()
	conn, ch := client(b.URL())
	defer conn.Close()

	must(ch.Publish("orders", "order.new.eu", false, false, amqp.Publishing{Body: []byte("an order")}))
	must(b.Until(context.Background(), "orders.new", brokertest.Ready(1)))
	fmt.Println(b.Queue("orders.new"))
	// Output: queue "orders.new" has 1 ready, 0 unacked, and 0 consumers true
}
