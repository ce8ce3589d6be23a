package lint

import (
	"fmt"

	"tutor/runner/definitions"
)

// thing is a queue, or an exchange, as policies see it.
type thing struct{ kind, name string }

// policies looks at policies that change nothing.
func (v *vhost) policies() {
	var things []thing
	for _, e := range v.of.Exchanges {
		things = append(things, thing{definitions.OfExchange, e.Name})
	}
	for _, name := range predeclared() {
		things = append(things, thing{definitions.OfExchange, name})
	}
	for name := range v.bound {
		if v.exchanges[name] == nil && !isOwn(name) {
			things = append(things, thing{definitions.OfExchange, name})
		}
	}
	for _, q := range v.of.Queues {
		things = append(things, thing{q.Type(), q.Name})
	}
	v.idle("policy", v.of.Policies, things)
	v.idle("operator policy", v.of.OperatorPolicies, things)
}

// idle looks at policies of which none applies, since nothing matches or another goes before.
func (v *vhost) idle(what string, all []*definitions.Policy, things []thing) {
	for _, p := range all {
		covered, applies := 0, false
		var before *definitions.Policy
		for _, t := range things {
			if !p.Covers(t.kind, t.name) {
				continue
			}
			covered++
			other := above(p, all, t)
			if other == nil {
				applies = true
				break
			}
			before = other
		}
		switch {
		case covered == 0:
			v.warning(p.Pos, "%s %s has no effect on what is here: its pattern %q (%s) matches nothing in these definitions (an export never has exclusive queues)", what, p.Name, p.Pattern, p.ApplyTo)
		case !applies:
			v.warning(p.Pos, "%s %s has no effect: for all that it matches (%s) one of a higher priority than %d applies, such as %s (%d, %v)",
				what, p.Name, fmt.Sprintf("%d in these definitions", covered), p.Priority, before.Name, before.Priority, before.Pos)
		}
	}
}

// above is a policy of a higher priority that matches the same; nil if there is none.
func above(p *definitions.Policy, all []*definitions.Policy, t thing) *definitions.Policy {
	for _, other := range all {
		if other.Priority > p.Priority && other.Covers(t.kind, t.name) {
			return other
		}
	}
	return nil
}
