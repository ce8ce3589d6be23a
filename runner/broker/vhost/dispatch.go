package vhost

import "tutor/runner/wire"

// competing is what kinds of queues have in common whose consumers compete: each message goes to one of them.
type competing struct{}

func (competing) mayPurge(*queue) error { return nil }

func (competing) run(q *queue) {
	for q.ready.len() > 0 {
		c := q.turn()
		if c == nil {
			return
		}
		q.deliver(c, q.take())
	}
}

func (q *queue) run() { q.kind.run(q) }

// take removes the message at the front, and what has expired behind it.
func (q *queue) take() entry {
	e := q.ready.pop()
	q.removed(e.msg)
	q.expireFront()
	q.relieve()
	return e
}

// turn returns the consumer that gets the next message, or nil. Consumers that cannot take one drop out of
// the rotation on the way; they come back at its end when they can.
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

// activeTurn is turn for a single active consumer. One that is outranked gets no more messages: the other
// waits for it to settle what it has.
func (q *queue) activeTurn() *consumer {
	c := q.active
	if c == nil || !c.inRotation || q.kind.outranked(q) {
		return nil
	}
	if !c.ready() {
		q.rotation.remove(c)
		return nil
	}
	return c
}

// waiting returns the consumer that waits for the next message, if the queue is empty, or nil.
func (q *queue) waiting() *consumer {
	if q.ready.len() > 0 {
		return nil
	}
	return q.turn()
}

// deliver sends e to c.
func (q *queue) deliver(c *consumer, e entry) {
	ch := c.channel
	tag := ch.newTag()
	if !c.noAck {
		c.unacked++
		ch.consumed++
		q.unacked++
		q.vhost.memory.hold(e.msg)
		ch.unacked.push(unacked{tag: tag, queue: q, consumer: c, entry: e})
	}
	q.kind.delivered(q, c)
	q.vhost.counts.Delivered++
	q.vhost.tellOf(Deliver, q, e, c.tag)
	ch.deliver(q.content(e), &wire.BasicDeliver{
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
func (q *queue) content(e entry) Content {
	c := e.msg.content()
	if e.returns > 0 {
		c.Header = q.kind.header(e)
	}
	return c
}

// elect chooses the single active consumer of a queue that has one.
func (q *queue) elect() {
	switch {
	case !q.settings.singleActive:
	case q.active == nil, q.active.unacked == 0 && q.kind.outranked(q):
		q.active = q.candidate()
	}
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
