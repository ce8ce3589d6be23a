package ledger

import (
	"tutor/runner/fate"
	"tutor/runner/topology"
	"tutor/runner/wire"
)

// agreed enters that the broker has done what it was asked to.
func (l *Ledger) agreed(who int, ch *channel, answer wire.Method) {
	vhost := l.cast[who].Vhost
	v := l.vhosts[vhost]
	switch asked := ch.asked.(type) {
	case *wire.ExchangeDeclare:
		if !asked.Passive {
			v.DeclareExchange(asked.Exchange, exchange(asked))
		}
	case *wire.ExchangeDelete:
		v.DeleteExchange(asked.Exchange)
	case *wire.ExchangeBind:
		v.Bind(asked.Source, asked.RoutingKey, asked.Arguments, asked.Destination, true)
	case *wire.ExchangeUnbind:
		v.Unbind(asked.Source, asked.RoutingKey, asked.Arguments, asked.Destination, true)
	case *wire.QueueDeclare:
		if ok, is := answer.(*wire.QueueDeclareOK); is && !asked.Passive {
			v.DeclareQueue(ok.Queue, queue(asked, who))
		}
	case *wire.QueueBind:
		v.Bind(asked.Exchange, asked.RoutingKey, asked.Arguments, asked.Queue, false)
	case *wire.QueueUnbind:
		v.Unbind(asked.Exchange, asked.RoutingKey, asked.Arguments, asked.Queue, false)
	case *wire.QueueDelete:
		l.deleteQueue(QueueRef{vhost, asked.Queue})
	case *wire.QueuePurge:
		l.empty(QueueRef{vhost, asked.Queue})
	case *wire.BasicConsume:
		if ok, is := answer.(*wire.BasicConsumeOK); is {
			q := QueueRef{vhost, asked.Queue}
			ch.consumers[ok.ConsumerTag] = consumer{q, asked.NoAck, ch.prefetch}
			l.consumers[q]++
		}
	case *wire.BasicCancel:
		l.cancelled(ch, asked.ConsumerTag)
	default:
		return
	}
	ch.asked = nil
}

func exchange(d *wire.ExchangeDeclare) topology.Exchange {
	e := topology.Exchange{Type: d.Type, Durable: d.Durable, AutoDelete: d.AutoDelete}
	if alternate, ok := d.Arguments.Get("alternate-exchange"); ok {
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
	l.consumers[gone.queue]--
	l.affected[gone.queue] = true
	q := l.vhosts[gone.queue.Vhost].Queues[gone.queue.Name]
	if q != nil && q.AutoDelete && l.consumers[gone.queue] == 0 {
		l.deleteQueue(gone.queue)
	}
}

func (l *Ledger) deleteQueue(q QueueRef) {
	l.vhosts[q.Vhost].DeleteQueue(q.Name)
	l.empty(q)
}

// empty ends what is ready in a queue.
func (l *Ledger) empty(q QueueRef) {
	id := l.queueID(q)
	for i := range l.copies {
		if c := &l.copies[i]; c.queue == id && c.state == ready {
			c.end(fate.Deleted)
		}
	}
}
