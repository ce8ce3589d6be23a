// Package brokertest gives Go tests an AMQP 0-9-1 broker of their own: a real server on loopback that behaves as
// RabbitMQ 4.3 does, to which any client can connect, and that is gone when the test is over.
//
//	func TestWorker(t *testing.T) {
//		b := brokertest.Start(t, brokertest.WithQueue("tasks", nil))
//		startWorker(t, b.URL())
//		submit(t, b.URL(), "a task")
//		if err := b.Quiet(t.Context()); err != nil {
//			t.Fatal(err)
//		}
//		// The task was delivered and acknowledged.
//	}
//
// In place of sleeping there are [Broker.Quiet], [Broker.Until] and [Broker.UntilEvents]. They wait for the broker to
// get there, and give up with their context; one without a deadline is given 30 seconds.
//
// Time in the broker stands still until the test moves it, with [Broker.Advance]: a time to live of a day, a retry
// queue or a consumer time-out costs no time. Heartbeats and other bounds on connections go by the wall clock.
//
// What has become of each message is there as data, with [Broker.Events], and what is in the queues with
// [Broker.Queues].
//
// What RabbitMQ does only on a bad day, this broker does on demand, and it looks the same to the client: refuse or
// return a publish, close a channel, cancel consumers, block publishers, drop connections.
//
// A test can begin with what a real broker has, by [WithDefinitions]: it reads what rabbitmqctl export_definitions has
// written.
//
// Each parallel test can have an empty vhost to itself, with a clock of its own, by [Broker.Vhost].
//
// What the broker supports is in SUPPORTED.md beside package broker. It keeps everything in memory.
package brokertest
