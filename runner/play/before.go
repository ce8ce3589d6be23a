package play

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
		for _, q := range a.Queues() {
			key := "queue.arguments."
			if q != &a.Common().Queue {
				key = "replies.arguments."
			}
			all = append(all, writtenQueue{a.Vhost(), q.Name, q.Arguments, q.Declare, false, func(argument string) scenario.Position {
				return act.Place(who, key+argument)
			}})
		}
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
			Name: p.Name, Pattern: p.Pattern, ApplyTo: applyTo(p), Priority: p.Priority, Definition: wire.TableOf(p.Adds()), Silent: silent,
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
	for _, d := range declarations(t) {
		if err := p.backstage(ch, backstageVhost, &d.op); err != nil {
			return fmt.Errorf("%v: %s: %w", d.pos, d.doing, err)
		}
	}
	return nil
}

// declaration is what the runner does of a topology, and where that is written.
type declaration struct {
	pos   scenario.Position
	doing string
	op    scenario.Operation
}

// declarations are those of a topology, the bindings last.
func declarations(t *scenario.Topology) (all []declaration) {
	var bindings []declaration
	for _, e := range t.Exchanges {
		all = append(all, declaration{e.Pos, "declaring exchange " + e.Name, scenario.Operation{Declare: &scenario.Declaration{
			Exchange: e.Name, Type: e.Type, Durable: e.IsDurable(), AutoDelete: e.AutoDelete, Internal: e.Internal, Arguments: e.Arguments,
		}}})
		for _, from := range e.Bind {
			bindings = append(bindings, declaration{from.Pos, "binding exchange " + e.Name, scenario.Operation{Bind: &scenario.Binding{
				Exchange: e.Name, From: from.From, Key: from.Key, Arguments: from.Arguments,
			}}})
		}
	}
	for _, q := range t.Queues {
		all = append(all, declaration{q.Pos, "declaring queue " + q.Name, scenario.Operation{Declare: &scenario.Declaration{
			Queue: &q.Name, Durable: q.IsDurable(), AutoDelete: q.AutoDelete, Arguments: q.Arguments,
		}}})
		for _, from := range q.Bind {
			bindings = append(bindings, declaration{from.Pos, "binding queue " + q.Name, scenario.Operation{Bind: &scenario.Binding{
				Queue: q.Name, From: from.From, Key: from.Key, Arguments: from.Arguments,
			}}})
		}
	}
	return append(all, bindings...)
}
