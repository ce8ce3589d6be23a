package ledger

import (
	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/topology"
	"tutor/runner/wire"
)

// agreed enters that the broker has done what it was asked to.
func (l *Ledger) agreed(who int, ch *channel, answer wire.Method) {
	l.done(who, l.cast[who].Vhost, ch, answer)
}

// done enters that the broker has done in a vhost what an actor, or the runner, has asked it to.
func (l *Ledger) done(who int, vhost string, ch *channel, answer wire.Method) {
	if changesRouting(ch.asked) {
		l.changing(vhost)
	}
	if l.exchangeDone(who, vhost, ch.asked) || l.queueDone(who, vhost, ch.asked, answer) || l.consumerDone(who, vhost, ch, answer) {
		ch.asked = nil
	}
}

// exchangeDone enters what is about exchanges, and reports whether it was.
func (l *Ledger) exchangeDone(who int, vhost string, asked wire.Method) bool {
	v := l.vhosts[vhost]
	switch asked := asked.(type) {
	case *wire.ExchangeDeclare:
		if asked.Passive || v.Exchanges[asked.Exchange] != nil {
			return true
		}
		v.DeclareExchange(asked.Exchange, exchange(asked, v.ExchangeArguments(asked.Exchange, asked.Arguments)))
		l.exchanged(outcome.Declare, who, asked.Exchange, asked.Type)
	case *wire.ExchangeDelete:
		if v.Exchanges[asked.Exchange] == nil {
			return true
		}
		v.DeleteExchange(asked.Exchange)
		l.exchanged(outcome.Delete, who, asked.Exchange, "")
	case *wire.ExchangeBind:
		v.Bind(asked.Source, asked.RoutingKey, asked.Arguments, asked.Destination, true)
		l.exchanged(outcome.Bind, who, asked.Source, asked.RoutingKey+" → "+asked.Destination)
	case *wire.ExchangeUnbind:
		v.Unbind(asked.Source, asked.RoutingKey, asked.Arguments, asked.Destination, true)
		l.exchanged(outcome.Unbind, who, asked.Source, asked.RoutingKey+" → "+asked.Destination)
	default:
		return false
	}
	l.changed(vhost)
	return true
}

// queueDone enters what is about queues, and reports whether it was.
func (l *Ledger) queueDone(who int, vhost string, asked, answer wire.Method) bool {
	v := l.vhosts[vhost]
	switch asked := asked.(type) {
	case *wire.QueueDeclare:
		if ok, is := answer.(*wire.QueueDeclareOK); is && !asked.Passive {
			l.declared(who, QueueRef{vhost, ok.Queue}, queue(asked, who), ok)
		}
	case *wire.QueueBind:
		v.Bind(asked.Exchange, asked.RoutingKey, asked.Arguments, asked.Queue, false)
		l.exchanged(outcome.Bind, who, asked.Exchange, asked.RoutingKey).queue = l.queueID(QueueRef{vhost, asked.Queue})
		l.changed(vhost)
	case *wire.QueueUnbind:
		v.Unbind(asked.Exchange, asked.RoutingKey, asked.Arguments, asked.Queue, false)
		l.exchanged(outcome.Unbind, who, asked.Exchange, asked.RoutingKey).queue = l.queueID(QueueRef{vhost, asked.Queue})
		l.changed(vhost)
	case *wire.QueueDelete:
		// To delete what is not there is no error (RabbitMQ).
		if v.Queues[asked.Queue] != nil {
			l.deleteQueue(who, QueueRef{vhost, asked.Queue})
		}
	case *wire.QueuePurge:
		l.happens(outcome.Purge, who).queue = l.queueID(QueueRef{vhost, asked.Queue})
		l.empty(QueueRef{vhost, asked.Queue})
	default:
		return false
	}
	return true
}

// consumerDone enters what is about getting messages, and reports whether it was.
func (l *Ledger) consumerDone(who int, vhost string, ch *channel, answer wire.Method) bool {
	switch asked := ch.asked.(type) {
	case *wire.BasicConsume:
		ok, is := answer.(*wire.BasicConsumeOK)
		if !is {
			return true
		}
		q := QueueRef{vhost, asked.Queue}
		l.consumed++
		if ch.first == 0 {
			ch.first = l.consumed
		}
		ch.consumers[ok.ConsumerTag] = consumer{
			queue: q, noAck: asked.NoAck, prefetch: ch.prefetch, shared: ch.shared, number: l.consumed, priority: priority(asked),
		}
		l.consumers[q]++
		l.takes(q, who, 1)
		l.unrest.touch(q)
	case *wire.BasicGet:
		l.unrest.touch(QueueRef{vhost, asked.Queue})
	case *wire.BasicCancel:
		if c, ok := ch.consumers[asked.ConsumerTag]; ok && kindOf(l.vhosts[vhost].Queues[c.queue.Name]).lingers {
			ch.lingering = append(ch.lingering, c)
		}
		l.cancels(who, ch, asked.ConsumerTag)
		l.cancelled(ch, asked.ConsumerTag)
	default:
		return false
	}
	return true
}

// changesRouting reports whether a method may change where messages go.
func changesRouting(m wire.Method) bool {
	switch m := m.(type) {
	case *wire.ExchangeDeclare:
		return !m.Passive
	case *wire.QueueDeclare:
		return !m.Passive
	case *wire.ExchangeDelete, *wire.ExchangeBind, *wire.ExchangeUnbind, *wire.QueueBind, *wire.QueueUnbind:
		return true
	}
	return false
}

// changed enters that what exists in a vhost is not what it was.
func (l *Ledger) changed(vhost string) { l.steadySince[vhost] = l.copies.Len() }

// declared enters that a queue exists. One with a time to live may have gone meanwhile, with all that it
// had.
func (l *Ledger) declared(who int, q QueueRef, as topology.Queue, ok *wire.QueueDeclareOK) {
	there := l.vhosts[q.Vhost].Queues[q.Name]
	if there != nil && (!has(there, "x-expires") || ok.MessageCount > 0 || ok.ConsumerCount > 0) {
		return
	}
	if there != nil {
		l.deleteQueue(ofBroker, q)
	}
	l.vhosts[q.Vhost].Apply(q.Name, &as)
	l.vhosts[q.Vhost].DeclareQueue(q.Name, as)
	l.happens(outcome.Declare, who).queue = l.queueID(q)
	if who, exclusive := as.Owner.(int); exclusive {
		l.owned[who] = append(l.owned[who], q)
	}
	if has(&as, "x-dead-letter-exchange") {
		l.lettered[q.Vhost]++
	}
	if n := lengthOf(&as); n != nil {
		l.lengths[l.queueID(q)] = n
	}
	l.changed(q.Vhost)
}

// exchanged enters an event about an exchange.
func (l *Ledger) exchanged(kind outcome.EventKind, who int, exchange, text string) *record {
	r := l.happens(kind, who)
	r.exchange, r.text = l.events.name(exchange), l.events.name(text)
	return r
}

// cancels enters that a consumer ends, at its own wish or at the broker's.
func (l *Ledger) cancels(who int, ch *channel, tag string) {
	if c, ok := ch.consumers[tag]; ok {
		l.happens(outcome.Cancel, who).queue = l.queueID(c.queue)
		l.progress[who].Cancelled = true
	}
}

// exchange is one that is declared, with the arguments that count.
func exchange(d *wire.ExchangeDeclare, arguments wire.Table) topology.Exchange {
	e := topology.Exchange{Type: d.Type, Durable: d.Durable, AutoDelete: d.AutoDelete}
	if alternate, ok := arguments.Get("alternate-exchange"); ok {
		e.Alternate, _ = alternate.(string)
	}
	return e
}

func queue(d *wire.QueueDeclare, who int) topology.Queue {
	q := topology.Queue{Durable: d.Durable, AutoDelete: d.AutoDelete, Arguments: d.Arguments}
	if d.Exclusive {
		q.Owner = who
	}
	return q
}

// cancelled enters that a consumer is no more; with the last one goes an auto-delete queue.
func (l *Ledger) cancelled(ch *channel, tag string) {
	gone, ok := ch.consumers[tag]
	if !ok {
		return
	}
	delete(ch.consumers, tag)
	l.takes(gone.queue, ch.who, -1)
	l.unrest.stir(gone.queue)
	if gone.timedOut {
		l.timedOut[gone.queue]--
	} else {
		l.consumers[gone.queue]--
	}
	if isPseudo(gone.queue) {
		return // it is no queue that the broker could be asked for
	}
	l.affected[gone.queue] = true
	q := l.vhosts[gone.queue.Vhost].Queues[gone.queue.Name]
	if q != nil && q.AutoDelete && l.consumers[gone.queue] == 0 {
		l.deleteQueue(ofBroker, gone.queue)
	}
}

// cancelledByBroker enters that the broker has ended a consumer, whose queue is gone or has waited for it
// too long: what it had goes back, if there is still where to.
func (l *Ledger) cancelledByBroker(who int, ch *channel, tag string) {
	from, ok := ch.consumers[tag]
	if by, deleting := l.deleter(from.queue); ok && deleting {
		// Its own answer comes later than what others see of it.
		l.seen(by, l.hops[by])
		l.deleteQueue(by, from.queue)
		l.seen(who, l.hops[who])
	}
	l.cancels(who, ch, tag)
	l.cancelled(ch, tag)
	q := l.vhosts[from.queue.Vhost]
	if !ok || q == nil || q.Queues[from.queue.Name] == nil {
		return
	}
	if kindOf(q.Queues[from.queue.Name]).resumes {
		from.timedOut = true
		ch.consumers[tag] = from
		l.takes(from.queue, who, 1)
		l.timedOut[from.queue]++
	}
	id := l.queueID(from.queue)
	for tag, i := range ch.delivered.all {
		if l.copies.At(i).queue == id && ch.receiver(tag) == from.number {
			ch.delivered.take(tag)
			l.lose(who, i)
		}
	}
	l.forgo(who, ch)
}

// deleter is the actor who waits for the broker to delete a queue, if there is one.
func (l *Ledger) deleter(q QueueRef) (who int, ok bool) {
	for who := range l.conns {
		for _, ch := range l.conns[who].channels {
			if d, is := ch.asked.(*wire.QueueDelete); is && l.cast[who].Vhost == q.Vhost && d.Queue == q.Name && l.vhosts[q.Vhost].Queues[q.Name] != nil {
				return who, true
			}
		}
	}
	return 0, false
}

func (l *Ledger) deleteQueue(who int, q QueueRef) {
	l.changing(q.Vhost)
	l.happens(outcome.Delete, who).queue = l.queueID(q)
	l.unrest.stir(q)
	l.strand(q)
	if has(l.vhosts[q.Vhost].Queues[q.Name], "x-dead-letter-exchange") {
		l.lettered[q.Vhost]--
	}
	l.former[l.queueID(q)] = l.vhosts[q.Vhost].Queues[q.Name]
	l.vhosts[q.Vhost].DeleteQueue(q.Name)
	l.changed(q.Vhost)
	l.empty(q)
}

// empty ends what is ready in a queue.
func (l *Ledger) empty(q QueueRef) {
	id := l.queueID(q)
	for i := range l.came[id].All {
		if c := l.copies.At(i); c.queue == id && c.state == ready {
			l.exit(i)
			c.end(fate.Deleted)
		}
	}
}
