package scenario

import (
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// How what is expected of deliveries, deaths, queues and confirms is written anew: only what was named there.

// part is a key of an expectation below which there are names.
type part struct {
	key   string
	names []string
	// differs reports whether something else was observed of a name.
	differs func(name string) bool
	// written is what was observed of a name, in the form of the old node.
	written func(s *source, name string, old *yaml.Node) value
}

// parts are those of the expectation that have been looked at.
func (o Observed) parts() []part {
	e := o.Expect
	return []part{
		{
			"deliveries", sortedNatural(e.Deliveries),
			func(name string) bool { return e.Deliveries[name].Diff(o.Deliveries[name]) != nil },
			func(s *source, name string, old *yaml.Node) value {
				return s.deliveries(e.Deliveries[name], o.Deliveries[name], old)
			},
		},
		{
			"deaths", sortedNatural(e.Deaths),
			func(body string) bool { return e.Deaths[body].Diff(o.Deaths[body]) != nil },
			func(_ *source, body string, _ *yaml.Node) value { return deathsValue(o.Deaths[body]) },
		},
		{
			"queues", sortedNatural(e.Queues),
			func(name string) bool { return e.Queues[name].Diff(o.Queues[name]) != nil },
			func(_ *source, name string, _ *yaml.Node) value {
				return value{head: e.Queues[name].respelled(o.Queues[name])}
			},
		},
		{
			"confirms", sortedNatural(e.Confirms),
			func(name string) bool { return e.Confirms[name].Diff(o.Confirms[name]) != nil },
			func(s *source, name string, _ *yaml.Node) value {
				return s.confirms(e.Confirms[name], o.Confirms[name])
			},
		},
	}
}

// differing lists the names of which something else was observed.
func (p part) differing() []string {
	return slices.DeleteFunc(slices.Clone(p.names), func(name string) bool { return !p.differs(name) })
}

// fitsParts reports whether all that was observed of deliveries, deaths, queues and confirms is what was expected.
func (o Observed) fitsParts() bool {
	return !slices.ContainsFunc(o.parts(), func(p part) bool { return len(p.differing()) > 0 })
}

// parts writes all parts that an expectation has; m is its mapping as it stands.
func (s *source) parts(o Observed, m *yaml.Node) []string {
	var body []string
	for _, p := range o.parts() {
		if len(p.names) > 0 {
			old, _ := lookUp(m, p.key)
			body = append(body, s.entry("", p.key, s.part(p, old))...)
		}
	}
	return body
}

// part writes a part whole: names that fit stay as they are.
func (s *source) part(p part, old pair) value {
	var v value
	for _, name := range p.names {
		var node *yaml.Node
		if old.value != nil {
			entry, _ := lookUp(resolved(old.value), name)
			node = entry.value
		}
		written := func() value { return p.written(s, name, node) }
		if node != nil && !p.differs(name) {
			written = func() value { return s.kept(node) }
		}
		v.body = append(v.body, s.entry("", scalar(name, "%s: a"), written())...)
	}
	return v
}

// kept is a node as it stands, as the value of a key.
func (s *source) kept(n *yaml.Node) value {
	lines := s.encoded(n)
	if n.Kind == yaml.ScalarNode || n.Kind == yaml.AliasNode || isFlow(n) {
		return value{head: lines[0], body: lines[1:]}
	}
	return value{body: lines}
}

// parts updates the parts of an expectation that is written in lines.
func (u *updater) parts(o Observed, m *yaml.Node) {
	for _, p := range o.parts() {
		differing := p.differing()
		if len(differing) == 0 {
			continue
		}
		old, ok := lookUp(m, p.key)
		switch {
		case !ok:
			u.errorf(m, "act %s: %s come from a merge key: update them by hand", o.Act.Name, p.key)
		case old.value.Kind == yaml.AliasNode || isFlow(old.value):
			u.source.replace(old, u.source.part(p, old))
		default:
			u.names(o, p, old.value, differing)
		}
	}
}

func (u *updater) names(o Observed, p part, m *yaml.Node, differing []string) {
	for _, name := range differing {
		old, ok := lookUp(m, name)
		if !ok {
			u.errorf(m, "act %s: what is expected of %s comes from a merge key: update it by hand", o.Act.Name, name)
			continue
		}
		u.source.replace(old, p.written(u.source, name, old.value))
	}
}

// deliveries writes those that have come: what fits as it stands, of what does not what it names.
func (s *source) deliveries(e *Deliveries, came []Delivered, old *yaml.Node) value {
	if e.isCounted() {
		return value{body: s.entry("", "counts", e.countsValue(came))}
	}
	nodes := listed(old)
	var list value
	for _, c := range e.align(came) {
		switch {
		case c.got == nil:
		case c.alike && len(nodes) == len(e.Lines):
			list.body = append(list.body, item(s.standing(nodes[c.place]))...)
		default:
			list.body = append(list.body, "- "+entryScalar(c.got.beside(c.want, true)))
		}
	}
	if len(list.body) == 0 {
		list.head = "[]"
	}
	if e.Unordered {
		return value{body: append(s.entry("", "lines", list), "unordered: true")}
	}
	return list
}

// listed are the items of a list of deliveries, which may be the lines of a mapping.
func listed(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	n = resolved(n)
	if n.Kind == yaml.MappingNode {
		lines, ok := lookUp(n, "lines")
		if !ok {
			return nil
		}
		n = resolved(lines.value)
	}
	return n.Content
}

// standing is an item of a list as it stands, in lines.
func (s *source) standing(n *yaml.Node) []string {
	if isFlow(s.parent[n]) || n.Line != s.end(n, n) {
		return s.encoded(n)
	}
	return []string{string([]rune(s.line(n.Line - 1))[n.Column-1:])}
}

// item writes a node's lines as an item of a list.
func item(lines []string) []string {
	all := []string{"- " + lines[0]}
	for _, l := range lines[1:] {
		all = append(all, indented("  ", l))
	}
	return all
}

// entryScalar writes a delivery as an item of a list.
func entryScalar(entry map[string]any) string {
	if message, only := justMessage(entry); only {
		return scalar(message, "- %s")
	}
	return entryText(entry)
}

func (e *Deliveries) countsValue(came []Delivered) value {
	var v value
	for _, message := range sortedNatural(e.Counts) {
		want, n := e.Counts[message], times(message, came)
		text := strconv.Itoa(n)
		if want.Fits(n, true) {
			text = want.String()
		}
		v.body = append(v.body, scalar(message, "%s: 0")+": "+text)
	}
	return v
}

// deathsValue writes the way that copies have gone that have died. Of several there is none to be written, and the
// file that says so does not pass.
func deathsValue(ways [][]Death) value {
	var reasons []any
	if all := died(ways); len(all) > 0 {
		for _, d := range all[0] {
			reasons = append(reasons, string(d))
		}
	}
	return value{head: flow(reasons)}
}

// respelled is what a queue was like, as far as it is named.
func (q *QueueState) respelled(seen QueueSeen) string {
	if !seen.Exists {
		return Absent
	}
	table := map[string]any{}
	for _, v := range q.values(seen) {
		table[v.key] = v.seen
		if v.fits {
			table[v.key] = v.want
		}
	}
	if q.absent {
		table["ready"] = seen.Ready
	}
	return flowTable(table, queueKeys())
}
