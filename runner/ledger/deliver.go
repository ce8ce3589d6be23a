package ledger

import (
	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// deliver enters that a copy was delivered.
func (l *Ledger) deliver(who int, ch *channel, d *wire.BasicDeliver, content *tap.Content) {
	by, late, ok := l.recipient(who, ch, d.ConsumerTag)
	if !ok {
		l.doubt("a delivery to %s for a consumer that does not exist: %s", l.cast[who].Name, d.ConsumerTag)
		return
	}
	m, ok := l.find(content.Mark)
	if !ok {
		l.doubt("%s got a message that nobody has published", l.cast[who].Name)
		return
	}
	i, ok := l.inQueue(m, by.queue, content.Properties.Headers)
	if !ok && d.Redelivered {
		i, ok = l.passOn(m, by.queue)
	}
	if !ok {
		// What comes to one who leaves, another may have been seen to get before.
		if !late || by.noAck || !l.wasRedelivered(m, by.queue) {
			l.doubt("%s got %s from %s, where no copy of it should be", l.cast[who].Name, l.body(m), by.queue.Name)
		}
		return
	}
	l.asks(m, content)
	l.exit(i)
	c := l.copies.At(i)
	l.events.seen.hops = max(l.hops[who], 1, l.onward[i])
	r := l.happens(outcome.Deliver, who).about(l, i).mark(redelivered, d.Redelivered).mark(auto, by.noAck)
	r.tag = uint32(d.DeliveryTag)
	l.keep(who, m, envelope{d.Exchange, d.RoutingKey, d.ConsumerTag, d.Redelivered}, content)
	l.serves(by)
	c.consumer = uint16(who + 1)
	c.doubtful = false
	c.state = unacked
	if by.noAck {
		c.state = unseen
	}
	if late {
		l.lose(who, i)
		return
	}
	ch.delivered.add(d.DeliveryTag, i)
	ch.came(d.DeliveryTag, by.number)
	c.redelivered = d.Redelivered
}

// recipient is the consumer of a tag, also one that has left and to whom something was on its way: late is set then.
func (l *Ledger) recipient(who int, ch *channel, tag string) (by consumer, late, ok bool) {
	if by, ok := ch.consumers[tag]; ok {
		return by, false, true
	}
	if by, late := l.conns[who].left[tag]; late {
		return by, true, true
	}
	if by, late := ch.late[tag]; late {
		return by, true, true
	}
	// The broker may deliver before it has answered basic.consume.
	asked, waiting := ch.asked.(*wire.BasicConsume)
	if !waiting {
		return consumer{}, false, false
	}
	by = consumer{queue: QueueRef{l.cast[who].Vhost, asked.Queue}, noAck: asked.NoAck, number: l.consumed + 1, priority: priority(asked)}
	if ch.first == 0 {
		ch.first = by.number
	}
	return by, false, true
}

// Took enters that an actor has taken a delivery on a channel into its hands.
func (l *Ledger) Took(who int, on uint16, tag uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, i, ok := l.delivery(who, on, tag)
	if !ok {
		return
	}
	l.progress[who].Received++
	l.reached(who, i)
	l.seen(who, l.hops[who])
	l.happens(outcome.Take, who).about(l, i).tag = uint32(tag)
	c := l.copies.At(i)
	if c.state == unseen {
		c.state = taken
	}
	if c.redelivered {
		l.remark(who, c.message+1, "redelivered: "+l.body(c.message).String())
	}
}

// Finished enters that an actor has processed a delivery. Under automatic acknowledgement that is
// its end; otherwise the acknowledgement is.
func (l *Ledger) Finished(who int, on uint16, tag uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ch, i, ok := l.delivery(who, on, tag); ok && l.copies.At(i).state == taken {
		l.seen(who, l.hops[who])
		l.happens(outcome.Ack, who).about(l, i).mark(auto, true).tag = uint32(tag)
		l.copies.At(i).end(fate.Handled)
		ch.delivered.take(tag)
	}
}

// delivery finds what an actor has got on a channel under a delivery tag.
func (l *Ledger) delivery(who int, on uint16, tag uint64) (ch *channel, i uint32, ok bool) {
	if ch := l.conns[who].channels[on]; ch != nil {
		if i, ok := ch.delivered.get(tag); ok {
			return ch, i, true
		}
	}
	return nil, 0, false
}

// settle applies a consumer's acknowledgement or rejection, or puts it off until it is committed. What was
// delivered under automatic acknowledgement is not answered.
func (l *Ledger) settle(ch *channel, s settlement, multiple bool) {
	if !multiple {
		if l.isOpen(ch, s.tag) {
			l.answer(ch, s)
		}
	} else {
		for _, tag := range l.openUpTo(ch, s.tag) {
			l.answer(ch, settlement{s.who, tag, s.kind, s.requeue})
		}
	}
	ch.passed.resolve(s.tag, multiple, func(_ uint64, i uint32) {
		l.doubt("%s has settled %s, which %s had given to %s meanwhile",
			l.cast[s.who].Name, l.body(l.copies.At(i).message), l.queues[l.copies.At(i).queue].Name, l.member(l.copies.At(i).consumer))
	})
}

// answer applies the answer to a delivery, or puts it off.
func (l *Ledger) answer(ch *channel, s settlement) {
	switch {
	case ch.doomed:
		ch.unheard = append(ch.unheard, s)
	case ch.tx != nil:
		ch.tx.settlements = append(ch.tx.settlements, s)
	default:
		l.apply(ch, s)
	}
}

// apply takes a delivery from those that wait for their answer.
func (l *Ledger) apply(ch *channel, s settlement) {
	i, waits := ch.delivered.take(s.tag)
	if !waits {
		return
	}
	delete(ch.others, s.tag)
	if s.kind == outcome.Ack {
		l.acked(s, i)
	} else {
		l.refused(s, i)
	}
}

// spare enters what was answered on channels that the broker should have closed and has not. All must be quiet.
func (l *Ledger) spare() {
	for _, ch := range l.doomed {
		ch.doomed = false
		for _, s := range ch.unheard {
			l.apply(ch, s)
		}
		ch.unheard = nil
	}
	l.doomed = nil
}

// isOpen reports whether a delivery waits for its answer.
func (l *Ledger) isOpen(ch *channel, tag uint64) bool {
	i, ok := ch.delivered.get(tag)
	return ok && l.copies.At(i).state == unacked && !ch.answered(tag)
}

// openUpTo are the delivery tags that an answer to all up to one is about, in order.
func (l *Ledger) openUpTo(ch *channel, tag uint64) (tags []uint64) {
	if tag != 0 && !l.isOpen(ch, tag) {
		return nil // the broker does not know it, and closes the channel
	}
	for _, t := range ch.tags() {
		if (t <= tag || tag == 0) && l.isOpen(ch, t) {
			tags = append(tags, t)
		}
	}
	return tags
}

// passOn puts a copy back that somebody has and another gets: that the first has lost it will be seen on
// its connection later.
func (l *Ledger) passOn(m uint32, q QueueRef) (uint32, bool) {
	id := l.queueID(q)
	for _, i := range l.all(m) {
		if c := l.copies.At(i); c.queue != id || c.state != unacked {
			continue
		}
		for _, ch := range l.conns[l.copies.At(i).consumer-1].channels {
			for tag, has := range ch.delivered.all {
				if has == i {
					ch.delivered.take(tag)
					ch.passed.add(tag, i)
					l.requeue(i, false)
					return i, true
				}
			}
		}
	}
	return 0, false
}

func (l *Ledger) acked(s settlement, i uint32) {
	l.happens(outcome.Ack, s.who).about(l, i).tag = uint32(s.tag)
	q := l.queues[l.copies.At(i).queue]
	l.unrest.touch(q)
	// A single active consumer may have kept another from taking over.
	if hasSingleActive(l.queue(l.copies.At(i).queue)) {
		l.unrest.stir(q)
	}
	l.copies.At(i).end(fate.Acked)
}

// refused enters that a consumer has answered with basic.nack or basic.reject.
func (l *Ledger) refused(s settlement, i uint32) {
	if l.copies.At(i).stranded {
		l.endStranded(i)
		return
	}
	keeps := !s.requeue && keepsLetters(l.queue(l.copies.At(i).queue))
	l.happens(s.kind, s.who).about(l, i).mark(wished, s.requeue).mark(kept, keeps).tag = uint32(s.tag)
	if s.requeue {
		l.requeue(i, true)
	} else {
		l.reject(i)
	}
}

// remember keeps how a copy went back.
func (l *Ledger) remember(i uint32, who uint16, wanted bool) {
	all := l.losses[i]
	if last := len(all) - 1; last >= 0 && (all[last].who == who && all[last].wanted == wanted || len(all) == mostLosses) {
		all[last].times++
		return
	}
	l.losses[i] = append(all, loss{who, wanted, 1})
}

// requeue puts a copy back: because its consumer wanted it, or because the consumer is gone.
func (l *Ledger) requeue(i uint32, wanted bool) {
	c := l.copies.At(i)
	if c.stranded {
		l.endStranded(i)
		return
	}
	l.happens(outcome.Requeue, int(c.consumer)-1).about(l, i)
	c.state = ready
	c.loser = c.consumer
	l.remember(i, c.consumer, wanted)
	l.unrest.stir(l.queues[c.queue])
	l.unrest.give(l.queues[c.queue])
	l.enter(i)
	l.passedOn(i, i)
	if c.requeues < 255 {
		c.requeues++
	}
}
