package play

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/actor"
	"tutor/runner/scenario"
	"tutor/runner/wire"
)

// operate has an actor, or the runner itself, do what a step says, and goes on when the broker has answered and
// all that it causes has come to pass. An actor that is at work finishes that first.
func (p *playing) operate(ctx context.Context, s *scenario.Step, _ string) error {
	if s.By == "" {
		return p.behindTheScenes(ctx, &s.Operation)
	}
	p.cause = p.places[s.By]
	a := p.actors[p.cause]
	verb, _ := s.Verb()
	select {
	case <-a.Ended():
		return p.hasLeft(a, verb)
	default:
	}
	done := a.Do(&s.Operation)
	for {
		if err := p.awaitQuiet(ctx); err != nil {
			return err
		}
		select {
		case err := <-done:
			return p.operated(ctx, a, s, err)
		default:
		}
		// What ends an actor may be what it was told.
		select {
		case <-a.Ended():
			return p.endedOver(a, verb, done)
		default:
		}
		switch more, err := p.advance(ctx); {
		case err != nil:
			return err
		case !more:
			return fmt.Errorf("%s has nothing to wait for and does not come to %s", a.Name(), verb.Key)
		}
		p.cause = p.places[s.By]
	}
}

// endedOver is what an actor's end means that was told to do something before.
func (p *playing) endedOver(a *actor.Actor, verb scenario.Verb, done <-chan error) error {
	select {
	case err := <-done:
		return err
	default:
		return p.hasLeft(a, verb)
	}
}

func (p *playing) hasLeft(a *actor.Actor, verb scenario.Verb) error {
	if err := a.Err(); err != nil {
		return fmt.Errorf("%s: %w", a.Name(), err)
	}
	return fmt.Errorf("%s has left, so it cannot be told to %s", a.Name(), verb.Key)
}

// operated goes on when an operation is done: who has closed its connection leaves.
func (p *playing) operated(ctx context.Context, a *actor.Actor, s *scenario.Step, err error) error {
	if err != nil || s.Close != scenario.CloseConnection {
		return err
	}
	select {
	case <-a.Ended():
	case <-ctx.Done():
		return ctx.Err()
	}
	return p.awaitQuiet(ctx)
}

// behindTheScenes does something on a connection of the runner's own. No transcript shows it, but the ledger has
// to know.
func (p *playing) behindTheScenes(ctx context.Context, op *scenario.Operation) error {
	vhost := p.act.Cast[0].Vhost()
	ch, err := p.inspector.Channel(ctx, vhost)
	if err != nil {
		return err
	}
	defer ch.Close()
	p.cause = nobody
	if err := p.backstage(ch, vhost, op); err != nil {
		var said *amqp.Error
		if errors.As(err, &said) {
			return fmt.Errorf("the runner was refused: %d %s", said.Code, p.words.Replace(said.Reason))
		}
		return err
	}
	p.ledger.StirAll()
	return p.awaitQuiet(ctx)
}

// backstage does something in a vhost on a channel of the runner's own, and has the ledger know.
func (p *playing) backstage(ch *amqp.Channel, vhost string, op *scenario.Operation) error {
	asked, do := backstageMethod(ch, op)
	return p.ledger.DoBackstage(vhost, asked, do)
}

// backstageMethod is an operation as the wire has it, and how it is done.
func backstageMethod(ch *amqp.Channel, op *scenario.Operation) (asked wire.Method, do func() error) {
	switch {
	case op.Declare != nil && op.Declare.Queue != nil:
		d := op.Declare
		return &wire.QueueDeclare{Queue: *d.Queue, Passive: op.Passive, Durable: d.Durable, AutoDelete: d.AutoDelete, Arguments: wire.TableOf(d.Arguments)},
			func() error { _, err := actor.DeclareQueue(ch, d, op.Passive); return err }
	case op.Declare != nil:
		d := op.Declare
		kind := string(cmp.Or(d.Type, scenario.Direct))
		return &wire.ExchangeDeclare{Exchange: d.Exchange, Type: kind, Passive: op.Passive, Durable: d.Durable, AutoDelete: d.AutoDelete, Internal: d.Internal, Arguments: wire.TableOf(d.Arguments)},
			func() error { return actor.DeclareExchange(ch, d, op.Passive) }
	case op.Bind != nil:
		b := op.Bind
		do = func() error { return actor.Bind(ch, b) }
		if b.Exchange != "" {
			return &wire.ExchangeBind{Destination: b.Exchange, Source: b.From, RoutingKey: b.Key, Arguments: wire.TableOf(b.Arguments)}, do
		}
		return &wire.QueueBind{Queue: b.Queue, Exchange: b.From, RoutingKey: b.Key, Arguments: wire.TableOf(b.Arguments)}, do
	case op.Unbind != nil:
		b := op.Unbind
		do = func() error { return actor.Unbind(ch, b) }
		if b.Exchange != "" {
			return &wire.ExchangeUnbind{Destination: b.Exchange, Source: b.From, RoutingKey: b.Key, Arguments: wire.TableOf(b.Arguments)}, do
		}
		return &wire.QueueUnbind{Queue: b.Queue, Exchange: b.From, RoutingKey: b.Key, Arguments: wire.TableOf(b.Arguments)}, do
	case op.Purge != nil:
		return &wire.QueuePurge{Queue: op.Purge.Queue}, func() error { _, err := ch.QueuePurge(op.Purge.Queue, false); return err }
	default:
		d := op.Delete
		do = func() error { return actor.Delete(ch, d) }
		if d.Exchange != "" {
			return &wire.ExchangeDelete{Exchange: d.Exchange}, do
		}
		return &wire.QueueDelete{Queue: d.Queue}, do
	}
}
