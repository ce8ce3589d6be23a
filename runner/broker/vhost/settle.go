package vhost

import (
	"cmp"
	"slices"
	"strings"

	"tutor/runner/wire"
)

// settlement is what a client, or the loss of its channel, does with deliveries.
type settlement struct {
	outcome outcome
	// failed counts the delivery as a failed one, which tells against a delivery limit. To RabbitMQ 4.3
	// reject and the loss of the channel are failures, nack and recover are not.
	failed bool
}

type outcome int

const (
	acknowledge outcome = iota
	requeue
	discard
)

// Ack is basic.ack.
func (ch *Channel) Ack(deliveryTag uint64, multiple bool) error {
	return ch.settleTag(deliveryTag, multiple, settlement{outcome: acknowledge})
}

// Nack is basic.nack.
func (ch *Channel) Nack(deliveryTag uint64, multiple, requeueThem bool) error {
	if requeueThem {
		return ch.settleTag(deliveryTag, multiple, settlement{outcome: requeue})
	}
	return ch.settleTag(deliveryTag, multiple, settlement{outcome: discard})
}

// Reject is basic.reject.
func (ch *Channel) Reject(deliveryTag uint64, requeueIt bool) error {
	if requeueIt {
		return ch.settleTag(deliveryTag, false, settlement{outcome: requeue, failed: true})
	}
	return ch.settleTag(deliveryTag, false, settlement{outcome: discard, failed: true})
}

// Recover is basic.recover, and basic.recover-async with a nil ok: everything unacknowledged goes back to its
// queue.
func (ch *Channel) Recover(requeueThem bool, ok func()) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	if !requeueThem {
		return v.notImplemented("requeue=false")
	}
	if ok != nil {
		ok()
	}
	ch.settle(ch.unacked.takeAll(nil), settlement{outcome: requeue})
	return nil
}

// settleTag settles the delivery with the tag or, with multiple, all up to it; then tag 0 means all there are.
func (ch *Channel) settleTag(tag uint64, multiple bool, s settlement) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	us, known := ch.collect(tag, multiple)
	if !known {
		return v.preconditionFailed("unknown delivery tag %d", tag)
	}
	if ch.tx != nil {
		ch.tx.postpone(us, s)
	} else {
		ch.settle(us, s)
	}
	clear(us)
	return nil
}

// collect takes the deliveries that a settlement is for out of the list. The result is valid until the next call.
func (ch *Channel) collect(tag uint64, multiple bool) (us []unacked, known bool) {
	us, known = ch.collected[:0], true
	switch {
	case multiple && tag == 0:
		us = ch.unacked.takeAll(us)
	case multiple:
		us, known = ch.unacked.takeUpTo(tag, us)
	default:
		var u unacked
		u, known = ch.unacked.take(tag)
		us = append(us, u)
	}
	if cap(us) <= 4096 {
		ch.collected = us[:0]
	}
	return us, known
}

// settle settles deliveries that are no longer in the list. Each consumer's are settled together, and the
// queue then runs before the next consumer's are looked at, in the order of queue and consumer tag, as in RabbitMQ.
func (ch *Channel) settle(us []unacked, s settlement) {
	us = ch.dropLate(us)
	ch.conn.vhost.counts.countSettled(len(us), s.outcome)
	slices.SortStableFunc(us, compareUnacked)
	for len(us) > 0 {
		n := 1
		for n < len(us) && us[n].queue == us[0].queue && us[n].consumer == us[0].consumer {
			n++
		}
		ch.settleGroup(us[:n], s)
		us = us[n:]
	}
}

func compareUnacked(a, b unacked) int {
	if a.queue == b.queue && a.consumer == b.consumer {
		return cmp.Compare(a.tag, b.tag)
	}
	return cmp.Or(strings.Compare(a.queue.name, b.queue.name), strings.Compare(a.consumerTag(), b.consumerTag()), cmp.Compare(a.tag, b.tag))
}

func compareConsumers(a, b *consumer) int {
	return cmp.Or(strings.Compare(a.queue.name, b.queue.name), strings.Compare(a.tag, b.tag))
}

func (u *unacked) consumerTag() string {
	if u.consumer == nil {
		return ""
	}
	return u.consumer.tag
}

// settleGroup settles deliveries from one queue to one consumer.
func (ch *Channel) settleGroup(us []unacked, s settlement) {
	q, c := us[0].queue, us[0].consumer
	if c != nil {
		c.unacked -= len(us)
		ch.consumed -= len(us)
	}
	for i := range us {
		q.vhost.memory.release(us[i].entry.msg)
	}
	q.kind.settle(ch, us, s)
}

// wake has consumers go on after deliveries of q have been settled that c had, or basic.get if c is nil.
func (ch *Channel) wake(q *queue, c *consumer) {
	q.elect()
	switch {
	case c != nil && ch.globalPrefetch > 0:
		ch.unblockAll()
	case c != nil:
		c.unblock()
	}
	q.run()
}

// apply does with messages that were out, to one consumer or in answer to basic.get, what the settlement says.
func (q *queue) apply(us []unacked, s settlement) {
	if q.deleted {
		return
	}
	q.unacked -= len(us)
	if us[0].consumer == nil {
		q.gets -= len(us)
	}
	for i := range us {
		q.applyTo(&us[i], s)
	}
}

func (q *queue) applyTo(u *unacked, s settlement) {
	e := u.entry
	if s.outcome == acknowledge {
		q.vhost.tellOf(Ack, q, e, u.consumerTag())
		return
	}
	e.returns++
	if s.failed {
		e.deliveries++
	}
	switch {
	case s.outcome == discard:
		q.die(e, rejected)
	case q.settings.deliveryLimit >= 0 && int64(e.deliveries) > q.settings.deliveryLimit:
		q.die(e, deliveryLimit)
	default:
		q.vhost.tellOf(Requeue, q, e, u.consumerTag())
		q.comesBack(e, s.failed)
	}
}

// comesBack has a message be ready again, at once or after a pause.
func (q *queue) comesBack(e entry, failed bool) {
	if pause := q.settings.retries.pause(failed, int(e.deliveries)); pause > 0 {
		q.keepBack(e, pause)
		return
	}
	q.ready.putBack(e)
	q.added(e.msg)
}

// Get is basic.get: ok gets the answer with its content, or nil when the queue was empty. It is called before
// anything else is delivered on the channel.
func (ch *Channel) Get(m wire.BasicGet, ok func(*wire.BasicGetOK, Content)) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	q, err := ch.gettable(m.Queue)
	if err != nil {
		return err
	}
	q.used()
	if q.ready.len() == 0 {
		ok(nil, Content{})
		return nil
	}
	e := q.take()
	tag := ch.newTag()
	if !m.NoAck {
		q.unacked++
		q.gets++
		v.memory.hold(e.msg)
		ch.unacked.push(unacked{tag: tag, queue: q, entry: e})
	}
	v.counts.Delivered++
	v.tellOf(Get, q, e, "")
	ok(&wire.BasicGetOK{
		DeliveryTag: tag, Redelivered: e.redelivered(), Exchange: e.msg.exchange, RoutingKey: e.msg.routingKey,
		MessageCount: uint32(q.ready.len()),
	}, q.content(e))
	return nil
}

// gettable makes the checks of basic.get.
func (ch *Channel) gettable(name string) (*queue, error) {
	v := ch.conn.vhost
	name, err := ch.queueName(name)
	if err != nil {
		return nil, err
	}
	if err := v.allow(ch.conn.user, Read, queueNamed(name)); err != nil {
		return nil, err
	}
	q, err := v.queue(ch.conn, name)
	if err != nil {
		return nil, err
	}
	return q, q.kind.mayGet(q)
}
