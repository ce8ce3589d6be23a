package vhost

import (
	"testing"
	"time"
)

// A quorum queue puts back what a consumer has not settled in time, tells it once, and goes on with it when
// it has settled what came too late. The message counts as redelivered, and the consumer as one.
func TestConsumerTimeout(t *testing.T) {
	b := newBench(t)
	ch, slow := b.open()
	b.declare(ch, "q", "x-queue-type", "quorum")
	b.ok(ch.Qos(0, 1, false, nil))
	b.consume(ch, "q", "slow", "x-consumer-timeout", int64(1000))
	b.publish(ch, "", "q", "m")
	b.clock.pass(999 * time.Millisecond)
	if got := slow.take(); got != "slow:m" {
		t.Errorf("in time: %s", got)
	}
	b.clock.pass(2 * time.Millisecond)
	if got := slow.take(); got != "cancel:slow" {
		t.Errorf("out of time: %s", got)
	}
	if q := b.vhost.Queues()[0]; q.Ready != 1 || q.Unacknowledged != 0 || q.Consumers != 1 {
		t.Errorf("%+v", q)
	}
	b.ok(ch.Ack(1, false))
	if got := slow.take(); got != "slow:m!" {
		t.Errorf("after the late acknowledgement: %s", got)
	}
	b.ok(ch.Ack(2, false))
	if q := b.vhost.Queues()[0]; q.Ready != 0 || q.Unacknowledged != 0 {
		t.Errorf("%+v", q)
	}
}

// Only what took too long goes back; the argument of the queue counts where the consumer has none.
func TestConsumerTimeoutOfOne(t *testing.T) {
	b := newBench(t)
	ch, slow := b.open()
	b.declare(ch, "q", "x-queue-type", "quorum", "x-consumer-timeout", int64(1000))
	b.consume(ch, "q", "slow")
	b.publish(ch, "", "q", "m1")
	b.clock.pass(600 * time.Millisecond)
	b.publish(ch, "", "q", "m2")
	b.clock.pass(600 * time.Millisecond)
	if got := slow.take(); got != "slow:m1 slow:m2 cancel:slow" {
		t.Errorf("got %s", got)
	}
	if q := b.vhost.Queues()[0]; q.Ready != 1 || q.Unacknowledged != 1 {
		t.Errorf("%+v", q)
	}
	ch.Close()
	if q := b.vhost.Queues()[0]; q.Ready != 2 || q.Unacknowledged != 0 || q.Consumers != 0 {
		t.Errorf("after the channel was closed: %+v", q)
	}
}
