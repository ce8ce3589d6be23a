package ledger

import (
	"bytes"
	"math"
	"slices"

	"tutor/runner/outcome"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// transaction is what a channel has put off until tx.commit. Which queues a message goes to is decided when it is
// published, so that later bindings do not count (RabbitMQ 4.3).
type transaction struct {
	publishes []pendingPublish
	// settlements are answers to deliveries, with the tags that they are about.
	settlements []settlement
}

// pendingPublish is a message that is published if the transaction is committed.
type pendingPublish struct {
	// place is where the message is in the list of those that its publisher has sent.
	place   uint32
	publish *wire.BasicPublish
	content *tap.Content
	routed  routed
}

// settlement is a consumer's answer to a delivery.
type settlement struct {
	who int
	tag uint64
	// kind is [outcome.Ack], [outcome.Nack] or [outcome.Reject].
	kind    outcome.EventKind
	requeue bool
}

// uncommitted stands for a message that was published in a transaction that is not committed.
const uncommitted = math.MaxUint32

// postpone puts a publish off.
func (l *Ledger) postpone(who int, ch *channel, p *wire.BasicPublish, content *tap.Content, to routed) {
	publish, kept := *p, *content
	kept.Properties.Headers = slices.Clone(content.Properties.Headers)
	kept.Body = bytes.Clone(content.Body)
	ch.tx.publishes = append(ch.tx.publishes, pendingPublish{l.sent[who].Len(), &publish, &kept, to})
	l.sent[who].Add(uncommitted)
}

// commit has what was put off count. It is entered when the actor asks for it: others may see what comes of it
// before the broker answers.
func (l *Ledger) commit(who int, ch *channel) {
	if ch.tx == nil {
		return
	}
	tx := ch.tx
	ch.tx = &transaction{}
	l.happens(outcome.Commit, who)
	for _, p := range tx.publishes {
		*l.sent[who].At(p.place) = l.enterPublish(who, p.publish, p.content, l.remaining(l.cast[who].Vhost, &p))
	}
	for _, s := range tx.settlements {
		l.apply(ch, s)
	}
}

// remaining is where a message goes when it is committed: those of its queues that are still there.
func (l *Ledger) remaining(vhost string, p *pendingPublish) routed {
	to := p.routed
	to.queues = slices.DeleteFunc(slices.Clone(to.queues), func(name string) bool { return l.vhosts[vhost].Queues[name] == nil })
	return to
}

// rolledBack forgets what was put off. Deliveries are unacknowledged as before.
func (l *Ledger) rolledBack(who int, ch *channel) {
	l.happens(outcome.Rollback, who)
	if ch.tx != nil {
		ch.tx = &transaction{}
	}
}
