package vhost

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tutor/runner/pattern"
	"tutor/runner/wire"
)

// Policy adds to what the queues and exchanges whose names match were declared with
// (https://www.rabbitmq.com/docs/parameters#policies).
type Policy struct {
	Name string
	// Pattern is a regular expression, matched anywhere in a name. As with RabbitMQ it is PCRE: unlike Go's
	// it has look-ahead.
	Pattern string
	// ApplyTo is all, queues, classic_queues, quorum_queues, streams or exchanges; empty is all.
	ApplyTo string
	// Priority decides where several policies match: only the one of the highest applies.
	Priority int
	// Definition has the keys of [policyKeys]. Numbers may be int, int64 or float64.
	Definition map[string]any
}

// policy is a Policy that can be applied.
type policy struct {
	Policy
	// matches reports whether a name fits the pattern.
	matches func(name string) (bool, error)
	// args is the definition, with the arguments' names for its keys.
	args wire.Table
}

// policyKey is what a policy may define: the argument it stands for, which value counts if there is also the
// argument, and what is wrong with a value.
type policyKey struct {
	argument string
	// lower is set if the lower of the two numbers counts; else the argument does.
	lower bool
	check func(value any, args wire.Table) string
}

// policyKeys are the definitions that the broker models.
func policyKeys() map[string]policyKey {
	return map[string]policyKey{
		"message-ttl":             {"x-message-ttl", true, checkMessageTTL},
		"expires":                 {"x-expires", true, checkExpires},
		"max-length":              {"x-max-length", true, checkNotNegative},
		"max-length-bytes":        {"x-max-length-bytes", true, checkNotNegative},
		"delivery-limit":          {"x-delivery-limit", true, checkInteger},
		"overflow":                {"x-overflow", false, checkOverflow},
		"dead-letter-exchange":    {"x-dead-letter-exchange", false, checkText},
		"dead-letter-routing-key": {"x-dead-letter-routing-key", false, checkText},
		"dead-letter-strategy":    {"x-dead-letter-strategy", false, checkStrategy},
		"alternate-exchange":      {"alternate-exchange", false, checkText},
	}
}

// PolicyKeys lists what a policy may define.
func PolicyKeys() []string { return slices.Sorted(maps.Keys(policyKeys())) }

func checkText(value any, _ wire.Table) string {
	if _, ok := value.(string); !ok {
		return unacceptable(value)
	}
	return ""
}

func checkInteger(value any, _ wire.Table) string {
	if _, ok := integer(value); !ok {
		return unacceptable(value)
	}
	return ""
}

// The values of ApplyTo, beside those of the kinds of queues.
const (
	toAll       = "all"
	toQueues    = "queues"
	toExchanges = "exchanges"
)

// applies reports whether the policy is for exchanges, or for queues of a kind, as ApplyTo calls them.
func (p *policy) applies(group string) bool {
	switch p.ApplyTo {
	case "", toAll:
		return true
	case toQueues:
		return group != toExchanges
	}
	return p.ApplyTo == group
}

func isApplyTo(word string) bool {
	return slices.Contains([]string{"", toAll, toQueues, toExchanges}, word) ||
		slices.ContainsFunc(knownTraits(), func(t traits) bool { return t.policies == word })
}

func newPolicy(p Policy) (*policy, error) {
	if !isApplyTo(p.ApplyTo) {
		return nil, fmt.Errorf("policy %s: apply-to %q is unknown", p.Name, p.ApplyTo)
	}
	matches, err := pattern.Compile(p.Pattern)
	if err != nil {
		return nil, fmt.Errorf("policy %s: pattern %q: %w", p.Name, p.Pattern, err)
	}
	if len(p.Definition) == 0 {
		return nil, fmt.Errorf("policy %s: no policy provided", p.Name)
	}
	made := &policy{Policy: p, matches: matches}
	known := policyKeys()
	for _, key := range slices.Sorted(maps.Keys(p.Definition)) {
		k, ok := known[key]
		if !ok {
			return nil, fmt.Errorf("policy %s: %s is not a policy setting that this broker knows", p.Name, key)
		}
		value := plainNumber(p.Definition[key])
		if problem := k.check(value, nil); problem != "" {
			return nil, fmt.Errorf("policy %s: %s %v: %s", p.Name, key, value, problem)
		}
		made.args = append(made.args, wire.Field{Name: k.argument, Value: value})
	}
	return made, nil
}

// plainNumber makes of the numbers of YAML and JSON those of AMQP.
func plainNumber(value any) any {
	switch n := value.(type) {
	case int:
		return int64(n)
	case float64:
		if n == float64(int64(n)) {
			return int64(n)
		}
	}
	return value
}

// SetPolicy adds a policy, or replaces the one of its name. It counts at once, also for what is there.
func (v *VHost) SetPolicy(p Policy) error {
	made, err := newPolicy(p)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.leave()
	v.policies = slices.DeleteFunc(v.policies, func(other *policy) bool { return other.Name == p.Name })
	v.policies = append(v.policies, made)
	slices.SortFunc(v.policies, func(a, b *policy) int {
		if a.Priority != b.Priority {
			return b.Priority - a.Priority
		}
		return strings.Compare(a.Name, b.Name)
	})
	return v.applyPolicies()
}

// DeletePolicy removes a policy, if there is one of that name.
func (v *VHost) DeletePolicy(name string) error {
	v.mu.Lock()
	defer v.leave()
	v.policies = slices.DeleteFunc(v.policies, func(p *policy) bool { return p.Name == name })
	return v.applyPolicies()
}

// policyFor is the one that applies to a queue or an exchange, or nil.
func (v *VHost) policyFor(group, name string) (*policy, error) {
	for _, p := range v.policies {
		if !p.applies(group) {
			continue
		}
		matches, err := p.matches(name)
		if err != nil {
			return nil, fmt.Errorf("matching the pattern of policy %s: %w", p.Name, err)
		}
		if matches {
			return p, nil
		}
	}
	return nil, nil
}

// applyPolicies has the policies count for what is there.
func (v *VHost) applyPolicies() error {
	for _, name := range slices.Sorted(maps.Keys(v.queues)) {
		q := v.queues[name]
		args, err := v.effective(q.kind.traits().policies, name, q.args)
		if err != nil {
			return err
		}
		q.reconfigure(args)
	}
	for name, x := range v.exchanges {
		args, err := v.effective(toExchanges, name, x.args)
		if err != nil {
			return err
		}
		x.alternate, _ = lookupString(args, "alternate-exchange")
	}
	return nil
}

// effective are the arguments that count: those declared, and what the policy that applies adds to them.
func (v *VHost) effective(group, name string, declared wire.Table) (wire.Table, error) {
	p, err := v.policyFor(group, name)
	if p == nil || err != nil {
		return declared, err
	}
	known := policyKeys()
	merged := slices.Clone(declared)
	for _, f := range p.args {
		own, present := lookup(declared, f.Name)
		switch key := known[strings.TrimPrefix(f.Name, "x-")]; {
		case !present:
			merged = append(merged, f)
		case key.lower:
			merged = set(merged, f.Name, lower(f.Name, own, f.Value))
		}
	}
	return merged, nil
}

// lower is the number that counts where both an argument and a policy give one: the lower one. Of two
// delivery limits one that is no limit, being negative, gives way to the other.
func lower(name string, a, b any) any {
	m, okA := integer(a)
	n, okB := integer(b)
	switch {
	case !okA:
		return b
	case !okB:
		return a
	case name == "x-delivery-limit" && (m < 0 || n < 0):
		return max(m, n)
	}
	return min(m, n)
}

// reconfigure has other arguments count from now on. Messages that are there keep their time to live; limits
// count for them, too.
func (q *queue) reconfigure(args wire.Table) {
	fresh := newSettings(q.kind.traits(), args)
	if fresh == q.settings {
		return
	}
	expires := q.settings.expires
	q.settings = fresh
	if !fresh.atLeastOnce {
		q.dropKept()
	}
	q.relieve()
	q.kind.trim(q)
	if fresh.expires != expires {
		q.used()
	}
}
