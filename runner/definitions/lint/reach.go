package lint

import (
	"slices"

	"tutor/runner/definitions"
	"tutor/runner/pattern"
)

// defaultExchange is what permissions call it.
const defaultExchange = "amq.default"

// unreached looks at queues that nobody can publish to, or take from.
func (v *vhost) unreached() {
	reached := map[string]bool{}
	for _, exchange := range v.entries() {
		v.reach(v.router.Reachable(exchange), reached)
	}
	byName := v.may(defaultExchange, func(p *definitions.Permission) string { return p.Write })
	if byName { // whether somebody does so, nothing here can tell; but what dies anywhere goes on
		for name, w := range v.dying {
			v.reach(slices.DeleteFunc(slices.Clone(w.to), func(to string) bool { return to == name }), reached)
		}
	}
	var onlyByName []string
	var first definitions.Position
	for _, q := range v.of.Queues {
		switch {
		case reached[q.Name]:
		case byName:
			if len(onlyByName) == 0 {
				first = q.Pos
			}
			onlyByName = append(onlyByName, q.Name)
		default:
			v.warning(q.Pos, "queue %s: nobody can reach it, since no user may write to an exchange that leads to it, nor to the default exchange (permissions)", q.Name)
		}
		if !v.may(q.Name, func(p *definitions.Permission) string { return p.Read }) && !v.moved() {
			v.warning(q.Pos, "queue %s: nobody can take from it, since no user may read it (permissions)", q.Name)
		}
	}
	if len(onlyByName) > 0 {
		v.warning(first, "queues that no binding and no dead letter leads to: %s. Only who publishes to the default exchange reaches them, by their names", few(onlyByName))
	}
}

// reach adds queues to those that are reached, with those that their dead letters get into.
func (v *vhost) reach(open []string, reached map[string]bool) {
	for len(open) > 0 {
		name := open[0]
		open = open[1:]
		if reached[name] {
			continue
		}
		reached[name] = true
		if w := v.dying[name]; w != nil {
			open = append(open, w.to...)
		}
	}
}

// entries are the exchanges that somebody may publish to.
func (v *vhost) entries() (names []string) {
	for _, e := range v.of.Exchanges {
		if !e.Internal {
			names = append(names, e.Name)
		}
	}
	names = append(names, predeclared()...)
	return slices.DeleteFunc(names, func(name string) bool {
		return !v.may(name, func(p *definitions.Permission) string { return p.Write })
	})
}

// may reports whether some user may do something with a queue or an exchange. What is not known is permitted.
func (v *vhost) may(name string, what func(*definitions.Permission) string) bool {
	if !v.permitted {
		return true
	}
	return slices.ContainsFunc(v.of.Permissions, func(p *definitions.Permission) bool { return matches(what(p), name) })
}

// matches reports whether an expression of Erlang's fits a name; one that cannot be read may fit.
func matches(expression, name string) bool {
	if expression == "" {
		return false
	}
	compiled, err := pattern.Compile(expression)
	if err != nil {
		return true
	}
	fits, err := compiled(name)
	return fits || err != nil
}

// moved reports whether the broker itself moves messages, as a user that is not among those of the definitions.
func (v *vhost) moved() bool {
	return slices.ContainsFunc(v.of.Parameters, func(p *definitions.Parameter) bool {
		return slices.Contains([]string{"shovel", "federation-upstream", "federation-upstream-set"}, p.Component)
	})
}
