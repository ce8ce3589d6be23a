package vhost

import (
	"cmp"
	"slices"
	"time"
)

// Due is something that a vhost will do of its own.
type Due struct {
	At time.Time
	// Queue that it happens in.
	Queue string
	// What is over by then, in words.
	What string
}

// Due lists what the vhost will do of its own up to a moment if nobody does anything before, in order. A timer
// that will find nothing to do is not among it.
func (v *VHost) Due(until time.Time) []Due {
	v.mu.Lock()
	defer v.leave()
	var all []Due
	add := func(at int64, q *queue, what string) {
		if at != 0 && at <= until.UnixMicro() {
			all = append(all, Due{time.UnixMicro(at), q.name, what})
		}
	}
	for _, q := range v.queues {
		if front := q.ready.front(); front != nil {
			add(front.expires, q, "the time to live of a message in "+q.name)
		}
		if q.unusedTimer != nil && len(q.members) == 0 {
			add(q.unusedUntil, q, "the time that "+q.name+" may be unused")
		}
		if q.delayed != nil && len(q.delayed.entries) > 0 {
			add(q.delayed.entries[0].due, q, "the pause of "+q.name+" before it retries a message")
		}
		if q.keeper != nil && q.keeper.armed {
			add(q.keeper.due, q, "the pause of "+q.name+" before it publishes its dead letters again")
		}
	}
	for c := range v.connections {
		for _, ch := range c.channels {
			ch.dueConsumers(add)
		}
	}
	slices.SortFunc(all, func(a, b Due) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.What, b.What)) })
	return all
}

// dueConsumers adds when the channel's consumers will have taken too long for a delivery.
func (ch *Channel) dueConsumers(add func(at int64, q *queue, what string)) {
	seen := map[*consumer]bool{}
	ch.unacked.each(func(u *unacked) {
		if u.consumer == nil || u.consumer.timer == nil || u.late || u.queue.deleted || seen[u.consumer] {
			return
		}
		seen[u.consumer] = true
		add(u.since+u.consumer.timeout*1000, u.queue, "the time that a consumer of "+u.queue.name+" may take for a message")
	})
}
