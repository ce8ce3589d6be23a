package play

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/topology"
	"tutor/runner/wire"
)

// backstageVhost is where the topology of acts is.
const backstageVhost = "/"

// vhostsOf are the vhosts that an act uses, in order.
func vhostsOf(act *scenario.Act) (all []string) {
	if !act.Before().IsEmpty() {
		all = append(all, backstageVhost)
	}
	for _, a := range act.Cast {
		if !slices.Contains(all, a.Vhost()) {
			all = append(all, a.Vhost())
		}
	}
	return all
}

// writtenQueue is what a scenario says of a queue, or by a policy of several.
type writtenQueue struct {
	vhost, name string
	arguments   scenario.Arguments
	// declared is set where it is declared as that, backstage where the runner declares it.
	declared, backstage bool
	// place is where an argument is written.
	place func(argument string) scenario.Position
}

// queuesOf are all that an act says of queues: its cast first, then its topology; policies have no name.
func queuesOf(act *scenario.Act) (all []writtenQueue) {
	for who, a := range act.Cast {
		q := &a.Common().Queue
		all = append(all, writtenQueue{a.Vhost(), q.Name, q.Arguments, q.Declare, false, func(argument string) scenario.Position {
			return act.Place(who, "queue.arguments."+argument)
		}})
	}
	for _, q := range act.Before().Queues {
		all = append(all, writtenQueue{backstageVhost, q.Name, q.Arguments, true, true, func(string) scenario.Position { return q.Pos }})
	}
	for _, p := range act.Before().Policies {
		all = append(all, writtenQueue{backstageVhost, "", p.Adds(), false, false, func(string) scenario.Position { return p.Pos }})
	}
	return all
}

// setPolicies sets the policies of an act. Of several policies only one applies to a queue, so that the broker
// testifies on its behalf where it has no dead-letter exchange of its own.
func (e *evidence) setPolicies(ctx context.Context, on *stage.Stage, act *scenario.Act) error {
	all := act.Before().Policies
	if len(all) > 0 && on.SetPolicy == nil {
		return errors.New("the act needs what this target cannot provide: the right to set policies in a vhost of its own (give --management)")
	}
	exempt, audited := e.exempt[backstageVhost]
	for _, p := range all {
		definition := map[string]any(p.Definition)
		silent := !audited || len(exempt) > 0 || !letsAudit(p)
		if !silent {
			definition = map[string]any{"dead-letter-exchange": stage.Audit}
			for key, value := range p.Definition {
				definition[key] = value
			}
		}
		set := stage.Policy{Name: p.Name, Pattern: butOurs(p.Pattern), ApplyTo: applyTo(p), Priority: p.Priority, Definition: definition}
		if _, err := on.SetPolicy(ctx, backstageVhost, set); err != nil {
			return fmt.Errorf("%v: %w", p.Pos, err)
		}
		e.policies = append(e.policies, topology.Policy{
			Name: p.Name, Pattern: p.Pattern, ApplyTo: applyTo(p), Priority: p.Priority, Definition: wireTable(p.Adds()), Silent: silent,
		})
	}
	return nil
}

func applyTo(p *scenario.Policy) string {
	if p.ApplyTo == "" {
		return string(scenario.ApplyToAll)
	}
	return string(p.ApplyTo)
}

// letsAudit reports whether what dies under a policy can be given to the audit.
func letsAudit(p *scenario.Policy) bool {
	return p.ApplyTo != scenario.ApplyToExchanges && p.Definition["dead-letter-exchange"] == nil && p.Definition["dead-letter-strategy"] == nil &&
		p.Definition["dead-letter-routing-key"] == nil
}

// butOurs is a pattern that does not match the names of the runner's own queues.
func butOurs(pattern string) string { return `^(?!tutor\.)(?=.*?(?:` + pattern + `))` }

// before declares what is there before the cast starts, and enters it.
func (p *playing) before(ctx context.Context) error {
	if err := p.ledger.Policies(backstageVhost, p.evidence.policies); err != nil {
		return err
	}
	t := p.act.Before()
	if len(t.Exchanges) == 0 && len(t.Queues) == 0 {
		return nil
	}
	ch, err := p.inspector.Channel(ctx, backstageVhost)
	if err != nil {
		return err
	}
	defer ch.Close()
	b := backstageDeclarer{p, ch}
	for _, e := range t.Exchanges {
		if err := b.exchange(e); err != nil {
			return fmt.Errorf("%v: declaring exchange %s: %w", e.Pos, e.Name, err)
		}
	}
	for _, q := range t.Queues {
		if err := b.queue(q); err != nil {
			return fmt.Errorf("%v: declaring queue %s: %w", q.Pos, q.Name, err)
		}
	}
	return b.bindings(t)
}

// backstageDeclarer declares on a connection of the runner's own.
type backstageDeclarer struct {
	*playing
	ch *amqp.Channel
}

func (b backstageDeclarer) exchange(e *scenario.TopologyExchange) error {
	kind := string(e.Type)
	if kind == "" {
		kind = string(scenario.Direct)
	}
	if err := b.ch.ExchangeDeclare(e.Name, kind, e.IsDurable(), e.AutoDelete, e.Internal, false, amqpTable(e.Arguments)); err != nil {
		return err
	}
	b.ledger.Backstage(backstageVhost, &wire.ExchangeDeclare{
		Exchange: e.Name, Type: kind, Durable: e.IsDurable(), AutoDelete: e.AutoDelete, Internal: e.Internal, Arguments: wireTable(e.Arguments),
	}, &wire.ExchangeDeclareOK{})
	return nil
}

func (b backstageDeclarer) queue(q *scenario.TopologyQueue) error {
	if _, err := b.ch.QueueDeclare(q.Name, q.IsDurable(), q.AutoDelete, false, false, amqpTable(q.Arguments)); err != nil {
		return err
	}
	b.ledger.Backstage(backstageVhost, &wire.QueueDeclare{
		Queue: q.Name, Durable: q.IsDurable(), AutoDelete: q.AutoDelete, Arguments: wireTable(q.Arguments),
	}, &wire.QueueDeclareOK{Queue: q.Name})
	return nil
}

// bindings binds what is declared.
func (b backstageDeclarer) bindings(t *scenario.Topology) error {
	for _, e := range t.Exchanges {
		for _, from := range e.Bind {
			if err := b.ch.ExchangeBind(e.Name, from.Key, from.From, false, amqpTable(from.Arguments)); err != nil {
				return fmt.Errorf("%v: binding exchange %s: %w", from.Pos, e.Name, err)
			}
			b.ledger.Backstage(backstageVhost, &wire.ExchangeBind{
				Destination: e.Name, Source: from.From, RoutingKey: from.Key, Arguments: wireTable(from.Arguments),
			}, &wire.ExchangeBindOK{})
		}
	}
	for _, q := range t.Queues {
		for _, from := range q.Bind {
			if err := b.ch.QueueBind(q.Name, from.Key, from.From, false, amqpTable(from.Arguments)); err != nil {
				return fmt.Errorf("%v: binding queue %s: %w", from.Pos, q.Name, err)
			}
			b.ledger.Backstage(backstageVhost, &wire.QueueBind{
				Queue: q.Name, Exchange: from.From, RoutingKey: from.Key, Arguments: wireTable(from.Arguments),
			}, &wire.QueueBindOK{})
		}
	}
	return nil
}

// amqpTable makes of arguments a table of the client library's, wireTable one of the wire's.
func amqpTable(arguments map[string]any) amqp.Table {
	t := amqp.Table{}
	for name, value := range arguments {
		t[name] = inside(value, func(m map[string]any) any { return amqpTable(m) })
	}
	return t
}

func wireTable(arguments map[string]any) (t wire.Table) {
	for name, value := range arguments {
		t = append(t, wire.Field{Name: name, Value: inside(value, func(m map[string]any) any { return wireTable(m) })})
	}
	slices.SortFunc(t, func(a, b wire.Field) int { return strings.Compare(a.Name, b.Name) })
	return t
}

// inside changes the tables in a value.
func inside(value any, table func(map[string]any) any) any {
	switch v := value.(type) {
	case map[string]any:
		return table(v)
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = inside(item, table)
		}
		return items
	}
	return value
}
