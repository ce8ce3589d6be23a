package play

import (
	"context"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/ledger"
	"tutor/runner/play/inspector"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// auditLimit is how many messages of a queue the audit looks at, each costing a round trip. Beyond
// them it counts.
const auditLimit = 10_000

// audit compares the queues with what the ledger says must be in them, by taking it out, and hears what
// the broker says of the rest. The journal is closed, and the vhost is given up after the act.
func (p *playing) audit(ctx context.Context) error {
	if err := p.look(ctx); err != nil {
		return err
	}
	for range mostHearings {
		if err := p.hear(ctx, p.spareChannel); err != nil || !p.ledger.Missing() {
			return err
		}
		if err := p.barrier.Ask(ctx, p.ledger.Logging()); err != nil {
			return err
		}
	}
	return nil
}

// mostHearings is how often the broker is heard while something is missing: a quorum queue may answer
// before it has let go of what it was about to.
const mostHearings = 3

// spareChannel opens a channel that may look into any queue which is nobody's own.
func (p *playing) spareChannel(ctx context.Context, vhost string) (*amqp.Channel, error) {
	return p.auditor(ctx, ledger.Remaining{Vhost: vhost, Owner: -1})
}

// hear enters what the broker has testified to so far.
func (p *playing) hear(ctx context.Context, open opener) error {
	return p.evidence.hear(ctx, open, func(vhost, mark string, headers amqp.Table) {
		p.ledger.Testified(vhost, mark, deaths(headers))
	})
}

// look takes out of the queues what is in them.
func (p *playing) look(ctx context.Context) error {
	for _, r := range p.ledger.Remaining() {
		ch, err := p.auditor(ctx, r)
		if err != nil {
			return err
		}
		err = p.auditQueue(ctx, ch, r)
		// A channel that the broker has closed says so again.
		_ = ch.Close()
		if err != nil {
			return fmt.Errorf("queue %s: %w", r.Queue, err)
		}
	}
	return nil
}

// auditor opens a channel that may look into a queue: only its owner's connection may look into an
// exclusive one.
func (p *playing) auditor(ctx context.Context, r ledger.Remaining) (*amqp.Channel, error) {
	if r.Owner >= 0 {
		return p.actors[r.Owner].Channel()
	}
	// An actor's connection that may look spares a new one, for which the vhost may have no room.
	for who, a := range p.actors {
		if a == nil || p.act.Cast[who].Vhost() != r.Vhost || !p.isGuest(who) {
			continue
		}
		if ch, err := a.Channel(); err == nil {
			return ch, nil
		}
	}
	return p.inspector.Channel(ctx, r.Vhost)
}

// isGuest reports whether an actor has all permissions.
func (p *playing) isGuest(who int) bool {
	user := p.act.Cast[who].Common().Connect.User
	return user == "" || user == "guest"
}

func (p *playing) auditQueue(ctx context.Context, ch *amqp.Channel, r ledger.Remaining) error {
	for range auditLimit {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, ok, err := ch.Get(r.Queue, true)
		switch code := inspector.ReplyCode(err); {
		case code == amqp.NotFound:
			p.ledger.Gone(r.Vhost, r.Queue)
			return nil
		case code == amqp.ResourceLocked:
			// RabbitMQ lets nobody get from a quorum queue with a single active consumer.
			return p.countQueue(ctx, r)
		case err != nil || !ok:
			return err
		}
		mark := tap.Unmark(&m.Headers, &m.MessageId)
		p.ledger.Found(r.Vhost, r.Queue, mark, deaths(m.Headers))
	}
	return p.countQueue(ctx, r)
}

// countQueue has the audit count what is in a queue.
func (p *playing) countQueue(ctx context.Context, r ledger.Remaining) error {
	ch, err := p.auditor(ctx, r)
	if err != nil {
		return err
	}
	defer ch.Close()
	left, err := ch.QueueDeclarePassive(r.Queue, false, false, false, false, nil)
	if err != nil {
		return err
	}
	p.ledger.FoundMore(r.Vhost, r.Queue, left.Messages)
	return nil
}

// deaths is the part of a message's headers that the ledger reads: from where it was dead-lettered.
func deaths(headers amqp.Table) wire.Table {
	list, _ := headers["x-death"].([]any)
	entries := make([]any, 0, len(list))
	for _, item := range list {
		entry, _ := item.(amqp.Table)
		entries = append(entries, wire.Table{
			{Name: "queue", Value: entry["queue"]}, {Name: "reason", Value: entry["reason"]}, {Name: "count", Value: entry["count"]},
		})
	}
	if len(entries) == 0 {
		return nil
	}
	return wire.Table{{Name: "x-death", Value: entries}}
}
