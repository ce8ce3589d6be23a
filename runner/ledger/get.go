package ledger

import (
	"slices"

	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// got enters that an actor has got a copy. It is in its hands at once.
func (l *Ledger) got(who int, ch *channel, g *wire.BasicGetOK, content *tap.Content) {
	asked, waiting := ch.asked.(*wire.BasicGet)
	ch.asked = nil
	if !waiting {
		l.doubt("%s got a message that it has not asked for", l.cast[who].Name)
		return
	}
	q := QueueRef{l.cast[who].Vhost, asked.Queue}
	m, ok := l.find(content.Mark)
	if !ok {
		l.doubt("%s got a message that nobody has published", l.cast[who].Name)
		return
	}
	body := l.body(m).String()
	i, ok := l.inQueue(m, q, content.Properties.Headers)
	if !ok {
		l.doubt("%s got %s from %s, where no copy of it should be", l.cast[who].Name, body, q.Name)
		return
	}
	l.asks(m, content)
	l.exit(i)
	l.unrest.touch(q)
	c := l.copies.At(i)
	l.happens(outcome.Get, who).about(l, i).mark(redelivered, g.Redelivered).mark(auto, asked.NoAck).tag = uint32(g.DeliveryTag)
	l.keep(who, m, envelope{exchange: g.Exchange, key: g.RoutingKey, redelivered: g.Redelivered}, content)
	l.progress[who].Received++
	c.consumer, c.doubtful, c.redelivered = uint16(who+1), false, g.Redelivered
	c.state = unacked
	if asked.NoAck {
		c.state = taken
	}
	ch.delivered.add(g.DeliveryTag, i)
	ch.came(g.DeliveryTag, 0)
	if g.Redelivered {
		l.remark(who, c.message+1, "redelivered: "+body)
	}
}

// came notes which consumer a delivery came to, if it is not the channel's first; none, 0, is a get.
func (ch *channel) came(tag uint64, consumer int) {
	if consumer == ch.first {
		return
	}
	if ch.others == nil {
		ch.others = map[uint64]int{}
	}
	ch.others[tag] = consumer
}

// receiver is the number of the consumer that a delivery came to.
func (ch *channel) receiver(tag uint64) int {
	if number, other := ch.others[tag]; other {
		return number
	}
	return ch.first
}

// recovers enters that an actor wants all back in the queues that it has not acknowledged on a channel. What it
// has answered in a transaction is none of that.
func (l *Ledger) recovers(who int, ch *channel) {
	for _, tag := range ch.tags() {
		if i, _ := ch.delivered.get(tag); l.copies.At(i).state == unacked && !ch.answered(tag) {
			ch.delivered.take(tag)
			l.requeue(i, true)
		}
	}
}

// tags are those of what is not finished with, in order.
func (ch *channel) tags() []uint64 {
	tags := make([]uint64, 0, ch.delivered.len())
	for tag := range ch.delivered.all {
		tags = append(tags, tag)
	}
	return tags
}

// answered reports whether a delivery was answered in the channel's transaction.
func (ch *channel) answered(tag uint64) bool {
	return ch.tx != nil && slices.ContainsFunc(ch.tx.settlements, func(s settlement) bool { return s.tag == tag })
}

// closes enters that an actor closes a channel: what it had there goes back before the broker answers, and what
// is on its way to it is lost to it.
func (l *Ledger) closes(who int, ch *channel) {
	ch.late = map[string]consumer{}
	for tag, c := range ch.consumers {
		ch.late[tag] = c
		l.cancels(who, ch, tag)
	}
	l.release(who, ch)
}

// strand enters that a queue is gone while somebody has copies of it, which cannot go back any more, or consumes
// from it, which the broker will tell.
func (l *Ledger) strand(q QueueRef) {
	id := l.queueID(q)
	for i := range l.came[id].All {
		if c := l.copies.At(i); c.queue == id && c.state == unacked {
			c.stranded = true
		}
	}
	if len(l.takers[q]) > 0 {
		l.bereft[q] = true
	}
}

// giveBack enters that a delivery goes back to its queue, of which the number of consumers will not tell: it was
// got, or its consumer has ended before.
func (l *Ledger) giveBack(ch *channel, tag uint64) {
	i, _ := ch.delivered.get(tag)
	c := l.copies.At(i)
	if c.state != unacked || c.stranded {
		return
	}
	for _, by := range ch.consumers {
		if by.number == ch.receiver(tag) {
			return
		}
	}
	l.givenBack[l.queues[c.queue]] = true
	l.affected[l.queues[c.queue]] = true
}

// IsBack reports whether a queue with so many messages has what was given back to it, as far as that
// can be told.
func (l *Ledger) IsBack(q QueueRef, messages int) bool {
	l.lock()
	defer l.mu.Unlock()
	return !l.givenBack[q] || messages >= l.least(q)
}

// Noticed enters that the broker knows of all departures from a queue, which may deliver to any of its consumers
// what came back over that.
func (l *Ledger) Noticed(q QueueRef) {
	l.lock()
	defer l.mu.Unlock()
	delete(l.givenBack, q)
	l.unrest.stir(q)
}

// Bereft reports whether an actor has yet to be told that the queue is gone that it consumes from, and has them
// all fenced again.
func (l *Ledger) Bereft() bool {
	l.lock()
	defer l.mu.Unlock()
	for q := range l.bereft {
		if len(l.takers[q]) == 0 {
			delete(l.bereft, q)
		}
		for who := range l.takers[q] {
			l.unrest.disturb(who, 1)
		}
	}
	return len(l.bereft) > 0
}

// Exists reports whether a queue is known to exist.
func (l *Ledger) Exists(vhost, queue string) bool {
	l.lock()
	defer l.mu.Unlock()
	return l.vhosts[vhost].Queues[queue] != nil
}

// endStranded ends a copy that was to go back to a queue that is gone.
func (l *Ledger) endStranded(i uint32) {
	l.happens(outcome.Delete, ofBroker).about(l, i)
	l.copies.At(i).end(fate.Deleted)
}
