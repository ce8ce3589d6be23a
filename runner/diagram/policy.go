package diagram

import (
	"reflect"

	"tutor/runner/scenario"
	"tutor/runner/topology"
	"tutor/runner/wire"
)

// writtenIn are the arguments that an act gives the queues of the vhost /, by their names: those of its topology,
// and of who declares them first.
func writtenIn(a *scenario.Act) map[string]scenario.Arguments {
	all := map[string]scenario.Arguments{}
	for _, q := range a.Before().Queues {
		all[q.Name] = q.Arguments
	}
	for _, actor := range a.Cast {
		q := actor.Common().Queue
		if _, known := all[q.Name]; q.Declare && !known && actor.Vhost() == "/" {
			all[q.Name] = q.Arguments
		}
	}
	return all
}

// policiesOf are the policies of an act, as the rules of topologies know them.
func policiesOf(t *scenario.Topology) (all []topology.Policy) {
	for _, p := range t.Policies {
		all = append(all, topology.Policy{
			Name: p.Name, Pattern: p.Pattern, ApplyTo: string(p.ApplyTo), Priority: p.Priority, Definition: wire.TableOf(p.Adds()),
		})
	}
	return all
}

// queueArguments are what counts of a queue, and the name of the policy that has added to it.
func (g *Graph) queueArguments(name string, own scenario.Arguments) (scenario.Arguments, string) {
	apply := func(policies []topology.Policy) scenario.Arguments {
		v := topology.New()
		// Patterns have been checked with the scenario.
		if err := v.SetPolicies(policies); err != nil {
			return own
		}
		q := topology.Queue{Arguments: wire.TableOf(own)}
		v.Apply(name, &q)
		return arguments(q.Arguments)
	}
	all := apply(g.policies)
	for _, p := range g.policies {
		if one := apply([]topology.Policy{p}); reflect.DeepEqual(one, all) && !reflect.DeepEqual(one, arguments(wire.TableOf(own))) {
			return all, p.Name
		}
	}
	return all, ""
}

// exchangeArguments are what counts of an exchange.
func (g *Graph) exchangeArguments(e *scenario.TopologyExchange) scenario.Arguments {
	v := topology.New()
	if err := v.SetPolicies(g.policies); err != nil {
		return e.Arguments
	}
	return arguments(v.ExchangeArguments(e.Name, wire.TableOf(e.Arguments)))
}

func arguments(t wire.Table) scenario.Arguments {
	a := scenario.Arguments{}
	for _, f := range t {
		a[f.Name] = f.Value
	}
	return a
}
