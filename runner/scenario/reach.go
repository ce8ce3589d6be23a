package scenario

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tutor/runner/definitions"
)

// reaching finds what an act can reach of definitions, and makes a topology of it. It errs on the side of more: every
// binding of an exchange that is reached may route, and every text of the cast or a step that is a name may be meant
// as one.
type reaching struct {
	*checker
	act *Act
	to  *Topology
	of  *definitions.Definitions
	// here are what the definitions have, by their names, and bindings by where they come from and where they lead.
	here struct {
		queues    map[string]*definitions.Queue
		exchanges map[string]*definitions.Exchange
		from      map[string][]*definitions.Binding
		to        map[end][]*definitions.Binding
	}
	// names are the texts of the act, narrowed the queues that are chosen, if any are.
	names, narrowed map[string]bool
	// queues and exchanges are how each was reached.
	queues, exchanges map[string]int
	policies          []*definitions.Policy
}

// end is where a binding leads.
type end struct {
	name       string
	isExchange bool
}

func newReaching(c *checker, a *Act) *reaching {
	r := &reaching{
		checker: c, act: a, to: a.Topology, of: a.Topology.defined,
		names: map[string]bool{}, queues: map[string]int{}, exchanges: map[string]int{},
	}
	r.here.queues, r.here.exchanges = map[string]*definitions.Queue{}, map[string]*definitions.Exchange{}
	r.here.from, r.here.to = map[string][]*definitions.Binding{}, map[end][]*definitions.Binding{}
	for _, q := range r.of.Queues {
		r.here.queues[q.Name] = q
	}
	for _, e := range r.of.Exchanges {
		r.here.exchanges[e.Name] = e
	}
	for _, b := range r.of.Bindings {
		to := end{b.Destination, b.ToExchange}
		r.here.from[b.Source] = append(r.here.from[b.Source], b)
		r.here.to[to] = append(r.here.to[to], b)
	}
	return r
}

// How something is reached. Dead letters go where they go, whether or not that is among the chosen queues.
const (
	byPublish = iota + 1
	byDeath
)

// serverNamed is like the names that the broker makes up.
const serverNamed = "amq.gen-JzTY20BRgKO-HjmUJj0wLg"

// own takes what the act itself says: names, and the queues that are chosen, which are of the definitions.
func (r *reaching) own() {
	mentioned(reflect.ValueOf(r.act.Cast), r.names)
	mentioned(reflect.ValueOf(r.act.Steps), r.names)
	for _, e := range r.act.Expect {
		if e != nil {
			mentioned(reflect.ValueOf(e.Queues), r.names)
		}
	}
	r.names[serverNamed] = true
	var own []*TopologyQueue
	for _, q := range r.to.Queues {
		if !q.bare {
			own = append(own, q)
			continue
		}
		if r.narrowed == nil {
			r.narrowed = map[string]bool{}
		}
		r.narrowed[q.Name] = true
		if r.here.queues[q.Name] == nil {
			r.wrong(q.Pos, "the definitions have no queue %s%s", q.Name, r.didYouMean(q.Name, slices.Sorted(maps.Keys(r.here.queues))))
			continue
		}
		r.reachQueue(q.Name, byPublish)
	}
	r.to.Queues = own
	mentioned(reflect.ValueOf(r.to.Exchanges), r.names)
	mentioned(reflect.ValueOf(r.to.Queues), r.names)
	mentioned(reflect.ValueOf(r.to.Policies), r.names)
}

// follow reaches what the names of the act lead to. A policy may lead to more names, until there are no more.
func (r *reaching) follow() {
	for _, name := range slices.Sorted(maps.Keys(r.names)) {
		r.reachName(name, byPublish)
	}
	for before := -1; before < len(r.policies); {
		before = len(r.policies)
		for _, p := range r.of.Policies {
			if slices.Contains(r.policies, p) || !r.isFor(p) {
				continue
			}
			r.policies = append(r.policies, p)
			for _, key := range []string{"dead-letter-exchange", "dead-letter-routing-key", "alternate-exchange"} {
				if name, ok := p.Definition[key].(string); ok {
					r.reachName(name, byDeath)
				}
			}
		}
	}
}

// kinds are all that something may be of which only the name is known.
var kinds = []string{definitions.OfExchange, "classic", "quorum", "stream"}

// isFor reports whether a policy is for something that is reached, or that the act may declare itself.
func (r *reaching) isFor(p *definitions.Policy) bool {
	for name := range r.exchanges {
		if p.Covers(definitions.OfExchange, name) {
			return true
		}
	}
	for name := range r.queues {
		if q := r.here.queues[name]; q != nil && p.Covers(q.Type(), name) {
			return true
		}
	}
	for name := range r.names {
		if name != "" && r.here.queues[name] == nil && r.here.exchanges[name] == nil && slices.ContainsFunc(kinds, func(kind string) bool { return p.Covers(kind, name) }) {
			return true
		}
	}
	return false
}

func (r *reaching) reachName(name string, how int) {
	if r.here.queues[name] != nil {
		r.reachQueue(name, how)
	}
	if name != "" {
		r.reachExchange(name, how)
	}
}

func (r *reaching) reachQueue(name string, how int) {
	q := r.here.queues[name]
	if q == nil || r.queues[name] >= how || how == byPublish && r.narrowed != nil && !r.narrowed[name] {
		return
	}
	r.queues[name] = how
	if exchange, ok := r.of.QueueSetting(q, "dead-letter-exchange").Value.(string); ok && exchange != "" {
		r.reachExchange(exchange, byDeath)
	}
	if key, ok := r.of.QueueSetting(q, "dead-letter-routing-key").Value.(string); ok {
		r.reachQueue(key, byDeath)
	}
}

// reachExchange reaches an exchange, which may be one that is not in the definitions: one of the broker's own, or
// one that has only bindings there.
func (r *reaching) reachExchange(name string, how int) {
	if r.exchanges[name] >= how {
		return
	}
	r.exchanges[name] = how
	for _, b := range r.here.from[name] {
		if b.ToExchange {
			r.reachExchange(b.Destination, how)
		} else {
			r.reachQueue(b.Destination, how)
		}
	}
	if e := r.here.exchanges[name]; e != nil {
		if alternate, ok := r.of.Alternate(e).Value.(string); ok && alternate != "" {
			r.reachExchange(alternate, how)
		}
	}
}

// provide makes a topology of what is reached, and notes the rest.
func (r *reaching) provide() {
	for _, e := range r.of.Exchanges {
		if r.exchanges[e.Name] == 0 {
			r.ignore(e.Pos, "exchange", e.Name)
			continue
		}
		if !slices.Contains(ExchangeTypes(), e.Type) {
			r.cannot(e.Pos, "exchange %s is of type %s", e.Name, e.Type)
		}
		r.to.Exchanges = append(r.to.Exchanges, &TopologyExchange{
			Pos: Position(e.Pos), Name: e.Name, Type: ExchangeType(e.Type), Durable: &e.Durable, AutoDelete: e.AutoDelete,
			Internal: e.Internal, Arguments: e.Arguments, Bind: r.bindings(e.Name, true),
		})
	}
	for _, q := range r.of.Queues {
		if r.queues[q.Name] == 0 {
			r.ignore(q.Pos, "queue", q.Name)
			continue
		}
		if strings.HasPrefix(q.Name, "amq.") {
			r.cannot(q.Pos, "the name of queue %s is of the broker's making", q.Name)
		}
		r.to.Queues = append(r.to.Queues, &TopologyQueue{
			Pos: Position(q.Pos), Name: q.Name, Durable: &q.Durable, AutoDelete: q.AutoDelete, Arguments: q.Arguments,
			Bind: r.bindings(q.Name, false),
		})
	}
	r.hidden()
	r.rules()
	for _, p := range r.of.Parameters {
		r.ignore(p.Pos, "parameter", p.Component+" "+p.Name)
	}
	if of := r.of.Vhosts; len(of) == 1 && of[0].DefaultQueueType != "" && of[0].DefaultQueueType != "classic" {
		r.ignore(of[0].Pos, "default queue type", of[0].DefaultQueueType)
	}
}

func (r *reaching) ignore(pos definitions.Position, kind, name string) {
	r.to.Ignored = append(r.to.Ignored, Ignored{Position(pos), kind, name})
}

// cannot reports something that the act reaches and that cannot be provided.
func (r *reaching) cannot(pos definitions.Position, format string, args ...any) {
	args = append(args, r.to.fromPos)
	r.wrong(Position(pos), format+", which no act can have (the act reaches it, whose topology is from these definitions: %v)", args...)
}

// bindings are those of something that is reached, as far as their source is, and is there.
func (r *reaching) bindings(name string, isExchange bool) (all []*TopologyBinding) {
	for _, b := range r.here.to[end{name, isExchange}] {
		if r.exchanges[b.Source] > 0 && !r.isHidden(b.Source) {
			all = append(all, &TopologyBinding{Pos: Position(b.Pos), From: b.Source, Key: b.Key, Arguments: b.Arguments})
		}
	}
	return all
}

// hidden reports the exchanges that the act reaches and that are not in the definitions, though something is bound
// to them.
func (r *reaching) hidden() {
	for _, b := range r.of.Bindings {
		if r.exchanges[b.Source] == 0 || !r.isHidden(b.Source) {
			continue
		}
		if to := b.Destination; b.ToExchange && r.exchanges[to] == 0 || !b.ToExchange && r.queues[to] == 0 {
			continue
		}
		r.wrong(Position(b.Pos), "exchange %s has a binding in these definitions, but is not in them: RabbitMQ leaves internal exchanges out of an export. "+
			"Write it into the topology (%v): exchanges: [{name: %s, type: …, internal: true}]", b.Source, r.to.fromPos, b.Source)
	}
}

// isHidden reports whether nothing is known of an exchange but its name: it is neither the broker's own, nor in the
// definitions, nor in the topology beside them.
func (r *reaching) isHidden(name string) bool {
	return !strings.HasPrefix(name, "amq.") && r.here.exchanges[name] == nil &&
		!slices.ContainsFunc(r.to.Exchanges, func(e *TopologyExchange) bool { return e.Name == name })
}

// rules provides the policies that are for something that is there.
func (r *reaching) rules() {
	for _, p := range r.of.Policies {
		if !slices.Contains(r.policies, p) {
			r.ignore(p.Pos, "policy", p.Name)
			continue
		}
		if p.Priority < 0 {
			r.cannot(p.Pos, "policy %s has a priority below 0", p.Name)
		}
		r.to.Policies = append(r.to.Policies, &Policy{
			Pos: Position(p.Pos), Name: p.Name, Pattern: p.Pattern, ApplyTo: ApplyTo(cmp.Or(p.ApplyTo, "all")), Definition: p.Definition, Priority: p.Priority,
		})
	}
	for _, p := range r.of.OperatorPolicies {
		if r.isFor(p) {
			r.cannot(p.Pos, "policy %s is an operator's", p.Name)
		} else {
			r.ignore(p.Pos, "operator policy", p.Name)
		}
	}
}
