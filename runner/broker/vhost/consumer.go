package vhost

import (
	"cmp"
	"slices"

	"tutor/runner/wire"
)

// consumer is a subscription of a channel to a queue.
type consumer struct {
	tag      string
	channel  *Channel
	queue    *queue
	noAck    bool
	prefetch int   // most deliveries unacknowledged at a time; 0: no limit
	priority int64 // x-priority
	unacked  int
	left     bool // counted in queue.leaving

	timeout int64 // for each delivery, in milliseconds, if there is one; see timeout.go
	timer   Timer
	waiting bool // timer is armed
	late    int  // deliveries that took too long, and are not settled yet

	inRotation bool // see rotation
	prev, next *consumer
	removed    uint64 // its place among the removals from the rotation
}

// ready reports whether c may be sent a message now. Prefetch limits do not apply to consumers that do not
// acknowledge.
func (c *consumer) ready() bool {
	switch {
	case c.channel.stalled, c.late > 0:
		return false
	case c.noAck:
		return true
	case c.prefetch > 0 && c.unacked >= c.prefetch:
		return false
	}
	return !c.channel.atGlobalLimit()
}

// Consume is basic.consume; ok gets the consumer tag.
func (ch *Channel) Consume(m wire.BasicConsume, ok func(consumerTag string)) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	if m.Queue, err = ch.queueName(m.Queue); err != nil {
		return err
	}
	if ch.hasConsumer(m.ConsumerTag) {
		return v.notAllowed("attempt to reuse consumer tag '%s'", m.ConsumerTag)
	}
	if m.Queue == replyQueue {
		return ch.consumeReplies(m, ok)
	}
	q, err := ch.consumable(m)
	if err != nil {
		return err
	}
	c := ch.subscribe(q, m)
	reply(ok, c.tag)
	q.run()
	return nil
}

func (ch *Channel) hasConsumer(tag string) bool {
	return tag != "" && ch.consumers[tag] != nil
}

// consumable makes the checks of basic.consume.
func (ch *Channel) consumable(m wire.BasicConsume) (*queue, error) {
	v := ch.conn.vhost
	if err := v.allow(ch.conn.user, Read, queueNamed(m.Queue)); err != nil {
		return nil, err
	}
	q, err := v.queue(ch.conn, m.Queue)
	if err != nil {
		return nil, err
	}
	if err := v.checkArguments(q.kind, consumerArguments, m.Arguments, queueNamed(q.name)); err != nil {
		return nil, err
	}
	return q, q.kind.mayConsume(q, ch, m)
}

// subscribe adds a consumer to the channel and to the queue.
func (ch *Channel) subscribe(q *queue, m wire.BasicConsume) *consumer {
	c := &consumer{
		tag: m.ConsumerTag, channel: ch, queue: q,
		noAck: m.NoAck, prefetch: ch.prefetch,
	}
	if c.tag == "" {
		c.tag = uniqueName("amq.ctag-")
	}
	c.priority, _ = lookupInt(m.Arguments, "x-priority")
	ch.consumers[c.tag] = c
	q.members = append(q.members, c)
	q.hadConsumers = true
	q.rotation.append(c)
	q.kind.joined(q, c, m)
	q.elect()
	return c
}

// Cancel is basic.cancel. Cancelling what is not there is not an error. What the consumer has not
// acknowledged stays with the channel.
func (ch *Channel) Cancel(consumerTag string, ok func()) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	if ok != nil {
		ok()
	}
	if ch.isReplyConsumer(consumerTag) {
		ch.stopReplies()
		return nil
	}
	c := ch.consumers[consumerTag]
	if c == nil {
		return nil
	}
	delete(ch.consumers, consumerTag)
	q := c.queue
	q.unsubscribe(c)
	q.kind.left(q, c)
	if q.unneeded() {
		v.removeQueue(q)
		return nil
	}
	q.used()
	q.run()
	return nil
}

// unsubscribe takes c from its queue; what it holds is another matter.
func (q *queue) unsubscribe(c *consumer) {
	if i := slices.Index(q.members, c); i >= 0 {
		q.members = slices.Delete(q.members, i, i+1)
	}
	q.rotation.remove(c)
	if c.timer != nil {
		c.timer.Stop()
	}
	if q.active == c {
		q.active = nil
		q.elect()
	}
}

// unneeded reports whether an auto-delete queue has lost its last consumer.
func (q *queue) unneeded() bool {
	return q.autoDelete && q.hadConsumers && len(q.members) == 0 && !q.deleted
}

// unblock puts c at the end of the rotation if it had dropped out and may receive again.
func (c *consumer) unblock() {
	if !c.inRotation && !c.queue.deleted && c.ready() && c.channel.consumers[c.tag] == c {
		c.queue.rotation.append(c)
	}
}

// Qos is basic.qos. The limit holds for consumers started afterwards.
func (ch *Channel) Qos(prefetchSize uint32, prefetchCount uint16, global bool, ok func()) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	if prefetchSize != 0 {
		return v.notImplemented("prefetch_size!=0 (%d)", prefetchSize)
	}
	if global && v.permits(globalQoS) {
		ch.globalPrefetch = int(prefetchCount)
	} else {
		ch.prefetch, ch.globalPrefetch = int(prefetchCount), 0
	}
	if ok != nil {
		ok()
	}
	ch.unblockAll()
	return nil
}

// atGlobalLimit reports whether the limit shared by the channel's consumers, if there is one, is reached.
func (ch *Channel) atGlobalLimit() bool {
	return ch.globalPrefetch > 0 && ch.consumed >= ch.globalPrefetch
}

// unblockAll lets the channel's consumers have messages again, after something that held all of them back has
// gone. They come back in the order in which they dropped out of their queue's rotation.
func (ch *Channel) unblockAll() {
	all := ch.inOrder()
	slices.SortStableFunc(all, func(a, b *consumer) int { return cmp.Compare(a.removed, b.removed) })
	for _, c := range all {
		c.unblock()
	}
	for _, c := range ch.inOrder() {
		c.queue.run()
	}
}

// inOrder lists the channel's consumers by tag, so that nothing depends on the order of a map.
func (ch *Channel) inOrder() []*consumer {
	list := make([]*consumer, 0, len(ch.consumers))
	for _, c := range ch.consumers {
		list = append(list, c)
	}
	slices.SortFunc(list, compareConsumers)
	return list
}
