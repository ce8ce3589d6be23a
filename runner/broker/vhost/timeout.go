package vhost

import (
	"time"

	"tutor/runner/wire"
)

// A quorum queue stops a consumer that has not settled a delivery in time (RabbitMQ 4.3: x-consumer-timeout
// of the consumer, or else of the queue, or else the node's consumer_timeout). The message goes back, which
// is no failure of its delivery, and the client is told with basic.cancel. The consumer still counts. Once
// the client has settled what came too late, it is sent messages again, though it was told that it was cancelled.

// defaultConsumerTimeout is the node's consumer_timeout, in milliseconds.
const defaultConsumerTimeout = 30 * 60 * 1000

// consumerTimeout is how long a consumer of the queue may take for a delivery, in milliseconds.
func (q *queue) consumerTimeout(m wire.BasicConsume) int64 {
	if ms, ok := lookupInt(m.Arguments, "x-consumer-timeout"); ok {
		return ms
	}
	if ms, ok := lookupInt(q.args, "x-consumer-timeout"); ok {
		return ms
	}
	return defaultConsumerTimeout
}

// await arms the timer for the deliveries that the consumer has. One that is armed is left alone: it looks at
// what is there when it fires.
func (c *consumer) await() {
	if c.waiting {
		return
	}
	c.waiting = true
	wait := time.Duration(c.timeout) * time.Millisecond
	if c.timer == nil {
		c.timer = c.queue.vhost.opts.Clock.AfterFunc(wait, c.timerFired)
	} else {
		c.timer.Reset(wait)
	}
}

func (c *consumer) timerFired() {
	v := c.queue.vhost
	v.mu.Lock()
	defer v.leave()
	c.waiting = false
	if v.closed || c.queue.deleted || c.channel.closed {
		return
	}
	c.expire(v.now())
}

// expire gives back the deliveries whose time is up at a moment, in microseconds, and waits for the next one.
func (c *consumer) expire(at int64) {
	q, late := c.queue, 0
	next := int64(0)
	c.channel.unacked.each(func(u *unacked) {
		due := u.since + c.timeout*1000
		switch {
		case u.consumer != c || u.late:
		case due <= at:
			u.late = true
			late++
			q.unacked--
			c.unacked--
			c.channel.consumed--
			q.applyTo(u, settlement{outcome: requeue})
			q.vhost.memory.release(u.entry.msg)
			u.entry = entry{}
		case next == 0 || due < next:
			next = due
		}
	})
	if next != 0 {
		c.waiting = true
		c.timer.Reset(time.Duration(next-at) * time.Microsecond)
	}
	if late == 0 {
		return
	}
	if c.late == 0 {
		c.channel.client.Cancel(c.tag)
	}
	c.late += late
	q.rotation.remove(c)
	q.elect()
	q.run()
}

// dropLate takes out of deliveries those that were settled too late. They have no effect, but that their
// consumer goes on when it has settled all.
func (ch *Channel) dropLate(us []unacked) []unacked {
	kept := us[:0]
	for _, u := range us {
		if !u.late {
			kept = append(kept, u)
			continue
		}
		u.consumer.late--
		if u.consumer.late == 0 {
			u.consumer.unblock()
			u.consumer.queue.run()
		}
	}
	return kept
}
