package ledger

import (
	"fmt"
	"maps"
	"slices"

	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/wire"
)

// depart enters that an actor's connection is gone, in order or not: its consumers are no more, what
// they had not acknowledged goes back, what they had not finished under automatic acknowledgement is
// lost, and its exclusive queues go.
func (l *Ledger) depart(who int) {
	channels := l.conns[who].channels
	for _, id := range slices.Sorted(maps.Keys(channels)) {
		l.release(who, channels[id])
	}
	l.conns[who].channels = map[uint16]*channel{}
	for _, ref := range l.owned[who] {
		if q := l.vhosts[ref.Vhost].Queues[ref.Name]; q != nil && q.Owner == who {
			l.deleteQueue(ofBroker, ref)
			l.affected[ref] = true
		}
	}
	l.owned[who] = nil
}

// ended enters that an actor's connection has come to its end, in order or not.
func (l *Ledger) ended(who int) {
	how, said := l.leaving[who]
	left := l.conns[who].left != nil
	if !said && !left {
		how = outcome.Cut
	}
	if how != 0 {
		l.happens(how, who)
	}
	l.depart(who)
}

// leave enters that an actor has said that it leaves. What the broker has sent to it by then may still come.
func (l *Ledger) leave(who int) {
	left := map[string]consumer{}
	for _, ch := range l.conns[who].channels {
		maps.Copy(left, ch.consumers)
	}
	l.depart(who)
	l.conns[who].left = left
}

func (l *Ledger) wasRedelivered(m uint32, q QueueRef) bool {
	id := l.queueID(q)
	return slices.ContainsFunc(l.all(m), func(i uint32) bool {
		return l.copies.At(i).queue == id && l.copies.At(i).redelivered
	})
}

// release gives back or loses what a channel's consumers had, and ends the consumers.
func (l *Ledger) release(who int, ch *channel) {
	ch.unheard = nil
	for tag, i := range ch.delivered.all {
		l.giveBack(ch, tag)
		l.lose(who, i)
	}
	ch.delivered.clear()
	l.forgo(who, ch)
	for _, tag := range slices.Sorted(maps.Keys(ch.consumers)) {
		l.cancelled(ch, tag)
	}
}

// forgo enters that a channel has lost what others were seen to get already.
func (l *Ledger) forgo(who int, ch *channel) {
	for _, i := range ch.passed.all {
		m := l.copies.At(i).message
		l.remark(who, m+1, "gone, unacknowledged: "+l.body(m).String())
	}
	ch.passed.clear()
}

// lose gives back a copy, or loses it under automatic acknowledgement.
func (l *Ledger) lose(who int, i uint32) {
	c := l.copies.At(i)
	body := l.body(c.message).String()
	switch c.state {
	case unacked:
		l.requeue(i, false)
		l.remark(who, c.message+1, "gone, unacknowledged: "+body)
	case unseen, taken:
		l.happens(outcome.Drop, who).about(l, i).mark(unlooked, c.state == unseen)
		c.unseen = c.state == unseen
		c.end(fate.Dropped)
		if c.unseen {
			l.remark(who, c.message+1, "dropped, unseen: "+body)
		} else {
			l.remark(who, c.message+1, "dropped, in its hands: "+body)
		}
	}
}

// channelClosed enters that the broker has closed a channel over an error. If a publish was the
// reason, what was published last may not have been taken.
func (l *Ledger) channelClosed(who int, ch *channel, m *wire.ChannelClose) {
	ch.closed = fmt.Sprintf("%d %s", m.ReplyCode, l.words(m.ReplyText))
	l.happens(outcome.Closed, who).text = l.events.name(ch.closed)
	publish := (&wire.BasicPublish{}).ID()
	if m.ClassID == publish.Class && m.MethodID == publish.Method {
		for _, number := range ch.unconfirmed.all {
			l.suspect(number, ch.closed, anywhere)
		}
		if !ch.confirm {
			l.closed = append(l.closed, closing{who, ch.closed})
		}
	}
	l.release(who, ch)
}

// Restarted enters that the broker was restarted: queues that are not durable are gone, and so are the messages that are
// not persistent, but for those of a queue that keeps all. Lost are the exchanges, by the names of their vhosts, that the
// broker says are no longer there.
func (l *Ledger) Restarted(lost map[string][]string) {
	l.lock()
	defer l.mu.Unlock()
	l.evidenceLost = true
	l.happens(outcome.Restart, ofBroker)
	for vhost, v := range l.vhosts {
		for name, q := range v.Queues {
			if !q.Durable {
				l.deleteQueue(ofBroker, QueueRef{vhost, name})
			} else if !kindOf(q).keepsTransient {
				l.loseTransient(QueueRef{vhost, name})
			}
		}
		for _, name := range lost[vhost] {
			v.DeleteExchange(name)
		}
	}
}

// Transient lists the exchanges that are not durable, by the names of their vhosts: whether they survive a restart is up
// to the version of the broker.
func (l *Ledger) Transient() map[string][]string {
	l.lock()
	defer l.mu.Unlock()
	all := map[string][]string{}
	for vhost, v := range l.vhosts {
		for name, e := range v.Exchanges {
			if !e.Durable {
				all[vhost] = append(all[vhost], name)
			}
		}
	}
	return all
}

func (l *Ledger) loseTransient(q QueueRef) {
	id := l.queueID(q)
	for i := range l.came[id].All {
		if c := l.copies.At(i); c.queue == id && c.state == ready && !l.messages.At(c.message).persistent {
			l.exit(i)
			l.happens(outcome.Drop, ofBroker).about(l, i)
			c.end(fate.Dropped)
			c.consumer = 0
		}
	}
}
