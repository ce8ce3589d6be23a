// Package vhost holds the state of one virtual host of the embedded broker: exchanges, queues, bindings,
// consumers and messages. It knows nothing of sockets or frames. One mutex guards a whole vhost, and every
// operation is finished, deliveries included, when its method returns.
//
// A newcomer reads it in this order:
//
//   - vhost.go: [VHost], what it holds, restarting it and closing it;
//   - connection.go and channel.go: [Connection] owns exclusive queues,
//     [Channel] has one method for each AMQP method that touches state;
//   - client.go: [Client], the way back, from the vhost to a channel's socket;
//   - exchange.go, topic.go, headers.go, binding.go, route.go: where a message goes;
//   - queue.go, message.go, store.go, deque.go: where it stays;
//   - kind.go, classic.go, quorum.go: what the kinds of queues do differently, a file each; arguments.go, checks.go
//     and policy.go: what a queue is told;
//   - consumer.go, dispatch.go, unacked.go, settle.go: how it leaves, and comes back;
//   - clock.go, expiry.go, overflow.go, deadletter.go, keep.go: how else it leaves;
//   - event.go, fault.go: what an observer is told, and misbehaviour on demand, for tests of clients;
//   - errors.go: every refusal, with RabbitMQ's reply code and text.
//
// RabbitMQ 4.3 is the specification, texts included. Time-driven behaviour (x-message-ttl, expiration,
// x-expires, dead letters that are published again) goes by the [Clock] of the options; package time's is the
// default, which a testing/synctest bubble makes exact.
package vhost
