package vhost

import (
	"fmt"
	"testing"
	"time"

	"tutor/runner/wire"
)

// keeping declares the queue "source", which keeps its dead letters until all to whom exchange x gives them
// have taken them.
func keeping(b *bench, ch *Channel, args ...any) {
	b.Helper()
	b.declare(ch, "source", append([]any{
		"x-queue-type", "quorum", "x-dead-letter-exchange", "x", "x-dead-letter-strategy", "at-least-once", "x-overflow", "reject-publish",
	}, args...)...)
}

// refuse gets what is ready in a queue, and rejects it all.
func (b *bench) refuse(ch *Channel, queue string) {
	b.Helper()
	n := b.ready(queue)
	tags := make([]uint64, n)
	for i := range tags {
		tags[i] = b.get(ch, queue).DeliveryTag
	}
	for _, tag := range tags {
		b.ok(ch.Reject(tag, false))
	}
}

// A dead letter is kept until its exchange is there, has a binding, and the queue takes it; it is tried again
// every three minutes.
func TestKeptUntilTaken(t *testing.T) {
	for name, obstacle := range map[string]struct{ put, remove func(b *bench, ch *Channel) }{
		"no exchange": {
			func(b *bench, ch *Channel) {},
			func(b *bench, ch *Channel) {
				b.exchange(ch, "x", "fanout")
				b.bind(ch, "target", "x", "")
			},
		},
		"no binding": {
			func(b *bench, ch *Channel) { b.exchange(ch, "x", "fanout") },
			func(b *bench, ch *Channel) { b.bind(ch, "target", "x", "") },
		},
		"a full queue": {
			func(b *bench, ch *Channel) {
				b.exchange(ch, "x", "fanout")
				b.bind(ch, "target", "x", "")
				b.publish(ch, "", "target", "1", "2")
			},
			func(b *bench, ch *Channel) { b.drain(ch, "target") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			ch, _ := b.open()
			b.declare(ch, "target", "x-max-length", int32(2), "x-overflow", "reject-publish")
			keeping(b, ch)
			obstacle.put(b, ch)
			before := b.ready("target")
			b.publish(ch, "", "source", "m")
			b.refuse(ch, "source")
			b.clock.pass(10 * time.Minute)
			want(t, "ready in the target while it cannot be delivered", b.ready("target"), before)
			want(t, "ready in the source", b.ready("source"), 0)
			obstacle.remove(b, ch)
			b.clock.pass(3 * time.Minute)
			want(t, "in the target", b.drain(ch, "target"), "m!")
			b.clock.pass(10 * time.Minute)
			want(t, "in the target later", b.drain(ch, "target"), "")
		})
	}
}

// The obstacle goes at some time; the letter is published when three minutes have passed since it was last.
func TestRetryIsPunctual(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	keeping(b, ch, "x-message-ttl", int32(1000))
	b.publish(ch, "", "source", "m")
	b.clock.pass(time.Second)
	b.exchange(ch, "x", "fanout")
	b.declare(ch, "target")
	b.bind(ch, "target", "x", "")
	b.clock.pass(keeperRetry - 1)
	want(t, "just before", b.ready("target"), 0)
	b.clock.pass(1)
	want(t, "at the time", b.ready("target"), 1)
}

// Each queue gets a letter once, however often another one refuses it.
func TestTakenOnce(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.exchange(ch, "x", "fanout")
	b.declare(ch, "takes")
	b.declare(ch, "refuses", "x-max-length", int32(0), "x-overflow", "reject-publish")
	b.declare(ch, "instead")
	b.bind(ch, "takes", "x", "")
	b.bind(ch, "refuses", "x", "")
	keeping(b, ch)
	b.publish(ch, "", "source", "m")
	b.refuse(ch, "source")
	b.clock.pass(time.Hour)
	want(t, "takes", b.drain(ch, "takes"), "m!")

	b.ok(ch.QueueUnbind(wire.QueueUnbind{Queue: "refuses", Exchange: "x"}))
	b.clock.pass(time.Hour)
	want(t, "kept without anybody else to go to", b.purge(ch, "source"), 1)

	b.bind(ch, "instead", "x", "")
	b.clock.pass(time.Hour)
	want(t, "instead", b.drain(ch, "instead"), "m!")
	want(t, "takes, again", b.drain(ch, "takes"), "")
}

func (b *bench) purge(ch *Channel, queue string) int {
	b.Helper()
	n, err := ch.QueuePurge(queue)
	b.ok(err)
	return n
}

// What is kept counts against the limits, in messages and in bytes, until it is taken.
func TestKeptCounts(t *testing.T) {
	for _, limit := range []wire.Field{{Name: "x-max-length", Value: int32(2)}, {Name: "x-max-length-bytes", Value: int32(2 * 12)}} {
		b := newBench(t)
		ch, _ := b.open()
		b.ok(ch.ConfirmSelect())
		keeping(b, ch, limit.Name, limit.Value)
		body := "ten bytes." // and two of properties
		for range 2 {
			want(t, "refused before the limit", b.publishWith(ch, "", "source", body, nil).Nack, false)
		}
		b.refuse(ch, "source")
		want(t, "one more than the limit refused", b.publishWith(ch, "", "source", body, nil).Nack, false)
		want(t, limit.Name+": refused beyond the limit", b.publishWith(ch, "", "source", body, nil).Nack, true)
		b.exchange(ch, "x", "fanout")
		b.declare(ch, "target")
		b.bind(ch, "target", "x", "")
		b.clock.pass(keeperRetry)
		want(t, limit.Name+": refused when they are taken", b.publishWith(ch, "", "source", body, nil).Nack, false)
	}
}

// A queue publishes 32 letters at a time. A purge drops the others; those are still published, and are not counted.
func TestPurgeOfKept(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	keeping(b, ch)
	for i := range 34 {
		b.publish(ch, "", "source", fmt.Sprint(i))
	}
	b.refuse(ch, "source")
	b.publish(ch, "", "source", "ready")
	want(t, "purged", b.purge(ch, "source"), 35)
	want(t, "purged again", b.purge(ch, "source"), 0)
	b.exchange(ch, "x", "fanout")
	b.declare(ch, "target")
	b.bind(ch, "target", "x", "")
	b.clock.pass(keeperRetry)
	want(t, "in the target", b.ready("target"), keeperPrefetch)
	want(t, "purged at last", b.purge(ch, "source"), 0)
}

// What waits behind the first 32 follows as soon as there is room.
func TestMoreThanPrefetchKept(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	keeping(b, ch)
	for i := range 70 {
		b.publish(ch, "", "source", fmt.Sprint(i))
	}
	b.refuse(ch, "source")
	b.exchange(ch, "x", "fanout")
	b.declare(ch, "target")
	b.bind(ch, "target", "x", "")
	b.clock.pass(keeperRetry)
	want(t, "in the target", b.ready("target"), 70)
}

func TestKeptLettersGoWithTheirQueue(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	keeping(b, ch)
	b.publish(ch, "", "source", "m")
	b.refuse(ch, "source")
	b.ok(ch.QueueDelete(wire.QueueDelete{Queue: "source"}, func(n int) { want(t, "messages deleted", n, 0) }))
	b.exchange(ch, "x", "fanout")
	b.declare(ch, "target")
	b.bind(ch, "target", "x", "")
	b.clock.pass(time.Hour)
	want(t, "in the target", b.ready("target"), 0)
}

// A restart tries again at once, and forgets who has taken what.
func TestKeptOverARestart(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.ok(ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: "x", Type: "fanout", Durable: true}))
	keeping(b, ch)
	b.publish(ch, "", "source", "m")
	b.refuse(ch, "source")
	b.declare(ch, "target", "x-queue-type", "quorum")
	b.bind(ch, "target", "x", "")
	b.vhost.Restart()
	ch = b.vhost.Connect(User{Name: "guest"}).Open(&recorder{room: -1})
	want(t, "in the target", b.drain(ch, "target"), "m!")
	b.clock.pass(time.Hour)
	want(t, "in the target later", b.ready("target"), 0)
}

// Without reject-publish the strategy has no effect: a letter that nobody takes is lost.
func TestAtLeastOnceNeedsRejectPublish(t *testing.T) {
	b := newBench(t)
	ch, _ := b.open()
	b.declare(ch, "source", "x-queue-type", "quorum", "x-dead-letter-exchange", "x", "x-dead-letter-strategy", "at-least-once")
	b.publish(ch, "", "source", "m")
	b.refuse(ch, "source")
	want(t, "kept", b.purge(ch, "source"), 0)
}
