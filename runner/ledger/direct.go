package ledger

import (
	"slices"
	"strings"

	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// RabbitMQ's direct reply-to: who asks consumes from a pseudo-queue, whose name the broker replaces in what is asked by
// one that it has made up for the channel. What is published with that name as its key goes straight to the channel,
// and to nobody if that is gone. The ledger follows it as a copy in the pseudo-queue.

// isDirect reports whether a publish answers by direct reply-to.
func isDirect(p *wire.BasicPublish) bool {
	return p.Exchange == "" && strings.HasPrefix(p.RoutingKey, scenario.DirectReplyTo+".")
}

// isPseudo reports whether a queue is the one that direct replies come from.
func isPseudo(q QueueRef) bool { return q.Name == scenario.DirectReplyTo }

// asks enters by which name answers to a message come straight to its publisher, which who gets the message sees.
func (l *Ledger) asks(m uint32, content *tap.Content) {
	if name := content.Properties.ReplyTo; strings.HasPrefix(name, scenario.DirectReplyTo+".") {
		l.askers[name] = int(l.messages.At(m).publisher)
	}
}

// listens reports whether who is answered by a name may still get the answer.
func (l *Ledger) listens(name string) bool {
	who, known := l.askers[name]
	if !known {
		return false
	}
	for _, ch := range l.conns[who].channels {
		for _, c := range ch.consumers {
			if isPseudo(c.queue) {
				return true
			}
		}
	}
	return false
}

// answer is a copy that goes straight to who is answered by a name.
type answer struct {
	copy uint32
	name string
}

// forsake drops the answers that nobody has got and nobody is there any more to get. All must be quiet: what the broker
// returns it has returned by then.
func (l *Ledger) forsake() {
	l.answers = slices.DeleteFunc(l.answers, func(a answer) bool {
		c := l.copies.At(a.copy)
		if c.state != ready {
			return true
		}
		if l.listens(a.name) {
			return false
		}
		m := l.messages.At(c.message)
		l.happens(outcome.Drop, ofBroker).about(l, a.copy)
		l.remark(int(m.publisher), c.message+1, "reaches nobody: "+l.bodies.At(m.body).String())
		c.end(fate.Dropped)
		return true
	})
}
