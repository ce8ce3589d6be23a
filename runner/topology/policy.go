package topology

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tutor/runner/pattern"
	"tutor/runner/wire"
)

// Policy adds to what the queues and exchanges whose names match were declared with.
type Policy struct {
	Name, Pattern, ApplyTo string
	Priority               int
	// Definition has the names of arguments for its keys.
	Definition wire.Table
	// Silent is set where the queues that it applies to do not tell the runner what dies in them.
	Silent bool

	matches func(string) bool
}

// SetPolicies has policies count for what is declared from now on. Of those with the same priority the first by
// its name applies.
func (v *Vhost) SetPolicies(all []Policy) error {
	for i := range all {
		matches, err := matcher(all[i].Pattern)
		if err != nil {
			return fmt.Errorf("pattern of policy %s: %w", all[i].Name, err)
		}
		all[i].matches = matches
	}
	v.policies = slices.Clone(all)
	slices.SortFunc(v.policies, func(a, b Policy) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.Name, b.Name))
	})
	return nil
}

// matcher compiles a pattern.
func matcher(expression string) (func(string) bool, error) {
	matches, err := pattern.Compile(expression)
	if err != nil {
		return nil, err
	}
	return func(name string) bool {
		fits, err := matches(name)
		return err == nil && fits
	}, nil
}

// applied is what counts of a queue or an exchange: its own arguments, and what the policy adds that applies to
// it. Kind is exchange, or the type of the queue.
func (v *Vhost) applied(kind, name string, own wire.Table) (arguments wire.Table, silent bool) {
	i := slices.IndexFunc(v.policies, func(p Policy) bool { return p.isFor(kind) && p.matches(name) })
	if i < 0 {
		return own, false
	}
	all := slices.Clone(own)
	for _, f := range v.policies[i].Definition {
		switch at := slices.IndexFunc(all, func(o wire.Field) bool { return o.Name == f.Name }); {
		case at < 0:
			all = append(all, f)
		case isLimit(f.Name):
			all[at].Value = lower(all[at].Value, f.Value, f.Name)
		}
	}
	return all, v.policies[i].Silent
}

func (p *Policy) isFor(kind string) bool {
	switch p.ApplyTo {
	case "", "all":
		return true
	case "queues":
		return kind != "exchange"
	case "exchanges":
		return kind == "exchange"
	}
	return strings.TrimSuffix(strings.TrimSuffix(p.ApplyTo, "_queues"), "s") == kind
}

// isLimit reports whether the lower of two numbers counts.
func isLimit(argument string) bool {
	return slices.Contains([]string{"x-message-ttl", "x-expires", "x-max-length", "x-max-length-bytes", "x-delivery-limit"}, argument)
}

// lower is the number that counts of two. A delivery limit below 0 is none.
func lower(a, b any, argument string) any {
	m, okA := Integer(a)
	n, okB := Integer(b)
	switch {
	case !okA:
		return b
	case !okB:
		return a
	case argument == "x-delivery-limit" && (m < 0 || n < 0):
		return max(m, n)
	}
	return min(m, n)
}

// kind is the queue's type, as policies tell them apart.
func (q *Queue) kind() string {
	if kind, _ := q.Arguments.Get("x-queue-type"); kind == "quorum" || kind == "stream" {
		return kind.(string)
	}
	return "classic"
}

// Apply adds to a queue that is about to be declared what policies say of it.
func (v *Vhost) Apply(name string, q *Queue) {
	q.Arguments, q.Silent = v.applied(q.kind(), name, q.Arguments)
}

// ExchangeArguments are what counts of an exchange that is about to be declared.
func (v *Vhost) ExchangeArguments(name string, own wire.Table) wire.Table {
	arguments, _ := v.applied("exchange", name, own)
	return arguments
}
