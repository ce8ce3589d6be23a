package vhost

import "slices"

// transaction is what a transactional channel has put off until tx.commit.
type transaction struct {
	publishes   []pendingPublish
	settlements []pendingSettlement
}

// pendingPublish is a publish that has been routed, but not yet enqueued: bindings made after it do not count.
type pendingPublish struct {
	msg      *message
	queues   []*queue
	repliers []*Channel
	returned bool // it is mandatory, and has no place to go
	nowhere  bool // it had no place to go when it was routed
}

type pendingSettlement struct {
	deliveries []unacked
	settlement settlement
}

func (tx *transaction) publish(m *message, t *targets, mandatory bool) {
	tx.publishes = append(tx.publishes, pendingPublish{m, slices.Clone(t.queues), slices.Clone(t.repliers), mandatory && t.empty(), t.empty()})
}

// close ends a transaction of which nothing is left to publish.
func (tx *transaction) close(c *memory) {
	for _, p := range tx.publishes {
		c.release(p.msg)
	}
}

func (tx *transaction) postpone(us []unacked, s settlement) {
	tx.settlements = append(tx.settlements, pendingSettlement{slices.Clone(us), s})
}

// held is all deliveries whose settlement is pending.
func (tx *transaction) held() []unacked {
	var us []unacked
	for _, p := range tx.settlements {
		us = append(us, p.deliveries...)
	}
	return us
}

// ConfirmSelect is confirm.select.
func (ch *Channel) ConfirmSelect() error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()
	if ch.tx != nil {
		return v.preconditionFailed("cannot switch from tx to confirm mode")
	}
	ch.confirms = true
	return nil
}

// TxSelect is tx.select.
func (ch *Channel) TxSelect() error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()
	if ch.confirms {
		return v.preconditionFailed("cannot switch from confirm to tx mode")
	}
	if ch.tx == nil {
		ch.tx = new(transaction)
	}
	return nil
}

// TxCommit is tx.commit. Returns of unroutable messages come before ok. If a queue refuses a message the rest
// is done all the same, and the channel fails.
func (ch *Channel) TxCommit(ok func()) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()
	if ch.tx == nil {
		return v.preconditionFailed("channel is not transactional")
	}
	tx := ch.tx
	ch.tx = new(transaction)
	refused := v.commit(ch, tx.publishes)
	tx.close(&v.memory)
	if ok != nil && !refused {
		ok()
	}
	for _, p := range tx.settlements {
		ch.settle(p.deliveries, p.settlement)
	}
	if refused {
		return v.preconditionFailed("partial tx completion")
	}
	return nil
}

// commit enqueues what was published and reports whether a queue refused any.
func (v *VHost) commit(ch *Channel, publishes []pendingPublish) (refused bool) {
	for _, p := range publishes {
		v.tell(Publish, p.msg, "")
		switch {
		case p.returned:
			ch.giveBack(p.msg)
		case p.nowhere:
			v.tell(Unroutable, p.msg, "")
		}
		queues := slices.DeleteFunc(p.queues, func(q *queue) bool { return q.deleted })
		repliers := slices.DeleteFunc(p.repliers, func(ch *Channel) bool { return ch.replies == nil })
		if v.enqueue(p.msg, &targets{queues: queues, repliers: repliers}) {
			refused = true
		}
	}
	return refused
}

// TxRollback is tx.rollback. What was acknowledged is unacknowledged again, and not redelivered.
func (ch *Channel) TxRollback() error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()
	if ch.tx == nil {
		return v.preconditionFailed("channel is not transactional")
	}
	ch.unacked.restore(ch.tx.held())
	ch.tx.close(&v.memory)
	ch.tx = new(transaction)
	return nil
}
