package vhost

import "tutor/runner/wire"

// run hands the queue's messages to its consumers while there are both.
func (q *queue) run() {
	for q.ready.len() > 0 {
		c := q.turn()
		if c == nil {
			return
		}
		q.deliver(c, q.take())
	}
}

// take removes the message at the front, and what has expired behind it.
func (q *queue) take() entry {
	e := q.ready.pop()
	q.removed(e.msg)
	q.expireFront()
	q.relieve()
	return e
}

// turn returns the consumer that gets the next message, or nil. Consumers that
// cannot take one drop out of the rotation on the way; they come back at its
// end when they can.
func (q *queue) turn() *consumer {
	if q.settings.singleActive {
		return q.activeTurn()
	}
	for {
		c := q.rotation.front()
		if c == nil || c.ready() {
			return c
		}
		q.rotation.remove(c)
	}
}

func (q *queue) activeTurn() *consumer {
	c := q.active
	if c == nil || !c.inRotation || q.yielding() {
		return nil
	}
	if !c.ready() {
		q.rotation.remove(c)
		return nil
	}
	return c
}

// deliver sends e to c and moves c to the end of the rotation. In a quorum
// queue a consumer that is thereby at its limit drops out at once, in a
// classic queue only when its turn comes and it still is: this decides who is
// next after acknowledgements.
func (q *queue) deliver(c *consumer, e entry) {
	ch := c.channel
	tag := ch.newTag()
	if !c.noAck {
		c.unacked++
		ch.consumed++
		q.unacked++
		u := unacked{tag: tag, queue: q, consumer: c, entry: e}
		if q.settings.quorum {
			u.since = q.vhost.now()
		}
		q.vhost.memory.hold(e.msg)
		ch.unacked.push(u)
		c.await()
	}
	switch {
	case q.settings.singleActive:
	case q.settings.quorum && !c.ready():
		q.rotation.remove(c)
	default:
		q.rotation.moveToEnd(c)
	}
	q.vhost.counts.Delivered++
	ch.deliver(q.content(&e), &wire.BasicDeliver{
		ConsumerTag: c.tag, DeliveryTag: tag, Redelivered: e.redelivered(),
		Exchange: e.msg.exchange, RoutingKey: e.msg.routingKey,
	})
}

// deliver hands a delivery to the client, and notes whether it has room for more.
func (ch *Channel) deliver(c Content, m *wire.BasicDeliver) {
	if !ch.client.Deliver(m, c) {
		ch.stalled = true
	}
}

// content is e's content as it is sent to a client.
func (q *queue) content(e *entry) Content { return Content{Header: q.header(e), Body: e.msg.body} }

// elect chooses the single active consumer of a queue that has one. In a
// classic queue it stays active until it goes, whatever priority others have;
// in a quorum queue a consumer of higher priority replaces it, as soon as it
// has nothing unacknowledged.
func (q *queue) elect() {
	if !q.settings.singleActive {
		return
	}
	if q.active == nil {
		q.active = q.candidate()
	} else if q.settings.quorum && q.active.unacked == 0 && q.candidate().priority > q.active.priority {
		q.active = q.candidate()
	}
}

// yielding reports whether the active consumer gets no more messages because
// one of higher priority waits for it to settle what it has.
func (q *queue) yielding() bool {
	return q.settings.quorum && q.candidate().priority > q.active.priority
}

// candidate is the first consumer of the highest priority, or nil.
func (q *queue) candidate() *consumer {
	var best *consumer
	for _, c := range q.members {
		if best == nil || c.priority > best.priority {
			best = c
		}
	}
	return best
}
