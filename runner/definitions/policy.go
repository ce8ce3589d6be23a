package definitions

import (
	"strings"

	"tutor/runner/pattern"
)

// Policy adds to what the queues and exchanges whose names match were declared with. Of several that match the one of
// the highest priority applies.
type Policy struct {
	Pos                           Position
	Vhost, Name, Pattern, ApplyTo string
	Priority                      int
	Definition                    map[string]any

	matches func(string) bool
}

// Compile makes of the pattern something that matches names. [Decode] has done so.
func (p *Policy) Compile() error {
	matches, err := pattern.Compile(p.Pattern)
	p.matches = func(name string) bool {
		if matches == nil {
			return false
		}
		fits, err := matches(name)
		return err == nil && fits
	}
	return err
}

// OfExchange is what policies call an exchange, beside the types of queues.
const OfExchange = "exchange"

// Covers reports whether the policy is for something of a kind ([OfExchange], or the type of a queue) and a name,
// whether or not another one has the higher priority.
func (p *Policy) Covers(kind, name string) bool { return p.isFor(kind) && p.matches(name) }

func (p *Policy) isFor(kind string) bool {
	switch p.ApplyTo {
	case "all":
		return true
	case "queues":
		return kind != OfExchange
	case "exchanges":
		return kind == OfExchange
	}
	return strings.TrimSuffix(strings.TrimSuffix(p.ApplyTo, "_queues"), "s") == kind
}

// PolicyFor is the policy that applies to something of a vhost; nil if none does. Of those with one priority it is
// the first by its name.
func (d *Definitions) PolicyFor(vhost, kind, name string) *Policy {
	return highest(d.Policies, vhost, kind, name)
}

// highest is the policy, of some, that applies.
func highest(all []*Policy, vhost, kind, name string) (best *Policy) {
	for _, p := range all {
		if p.Vhost != vhost || !p.Covers(kind, name) {
			continue
		}
		if best == nil || p.Priority > best.Priority || p.Priority == best.Priority && p.Name < best.Name {
			best = p
		}
	}
	return best
}

// Setting is a value that counts, and who has said so: By is nil where it is the declaration's own.
type Setting struct {
	Value any
	By    *Policy
}

// QueueSetting is what counts of a queue for a key of policies that is a text, such as dead-letter-exchange: its own
// argument goes before the policy. The value is nil if nothing is said.
func (d *Definitions) QueueSetting(q *Queue, key string) Setting {
	if value, ok := q.Arguments["x-"+key]; ok {
		return Setting{Value: value}
	}
	return d.byPolicy(q.Vhost, q.Type(), q.Name, key)
}

// Alternate is the alternate exchange of an exchange.
func (d *Definitions) Alternate(e *Exchange) Setting {
	if value, ok := e.Arguments["alternate-exchange"]; ok {
		return Setting{Value: value}
	}
	return d.byPolicy(e.Vhost, OfExchange, e.Name, "alternate-exchange")
}

func (d *Definitions) byPolicy(vhost, kind, name, key string) Setting {
	if p := d.PolicyFor(vhost, kind, name); p != nil && p.Definition[key] != nil {
		return Setting{p.Definition[key], p}
	}
	return Setting{}
}
