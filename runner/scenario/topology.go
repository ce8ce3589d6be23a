package scenario

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"tutor/runner/definitions"
)

// Topology is what is there before the cast starts: exchanges, queues, bindings and policies of the vhost /. The
// runner declares it, so that it is in nobody's transcript.
type Topology struct {
	// Pos is where it is written.
	Pos Position `yaml:"-"`
	// From is a file of RabbitMQ's own definitions (rabbitmqctl export_definitions, or the management's), in the
	// directory of the scenario or below it. What the act can reach of them is there, too, with the users that its
	// cast connects as; the rest is ignored.
	From string `yaml:"from"`
	// Vhost is the one of the definitions that is meant. Default: the only one that has something in it.
	Vhost string `yaml:"vhost"`
	// Exchanges that are declared, all of them before anything is bound.
	Exchanges []*TopologyExchange `yaml:"exchanges"`
	// Queues that are declared, in this order. One that is just a name is a queue of the definitions: then only
	// those are there that are named so, and those that dead letters of theirs get into.
	Queues []*TopologyQueue `yaml:"queues"`
	// Policies that are set before anything is declared. They need the right to set policies.
	Policies []*Policy `yaml:"policies"`
	// Ignored is what the definitions have beside what the act can reach.
	Ignored []Ignored `yaml:"-"`

	// defined are the definitions of the vhost that is meant, fromPos is where it is written which.
	defined *definitions.Definitions
	fromPos Position
}

// TopologyExchange is an exchange that is there before the cast starts.
type TopologyExchange struct {
	// Pos is where it is written.
	Pos Position `yaml:"-"`
	// Name of the exchange.
	Name string `yaml:"name" jsonschema:"required"`
	// Type is direct (default), fanout, topic, headers, or that of a plugin.
	Type ExchangeType `yaml:"type"`
	// Durable exchanges survive a restart of the broker. Default: true.
	Durable *bool `yaml:"durable"`
	// AutoDelete exchanges go with their last binding.
	AutoDelete bool `yaml:"auto_delete"`
	// Internal exchanges take no publishes, only bindings from other exchanges.
	Internal bool `yaml:"internal"`
	// Bind the exchange to others.
	Bind []*TopologyBinding `yaml:"bind"`
	// Arguments of exchange.declare, such as alternate-exchange.
	Arguments Arguments `yaml:"arguments"`
}

// TopologyQueue is a queue that is there before the cast starts.
type TopologyQueue struct {
	// Pos is where it is written.
	Pos Position `yaml:"-"`
	// Name of the queue.
	Name string `yaml:"name" jsonschema:"required"`
	// Durable queues survive a restart of the broker. Default: true.
	Durable *bool `yaml:"durable"`
	// AutoDelete queues go with their last consumer.
	AutoDelete bool `yaml:"auto_delete"`
	// Bind the queue to exchanges.
	Bind []*TopologyBinding `yaml:"bind"`
	// Arguments of queue.declare, such as x-queue-type.
	Arguments Arguments `yaml:"arguments"`

	// bare is set where there is nothing but a name.
	bare bool
}

// TopologyBinding is where a queue or an exchange gets messages from.
type TopologyBinding struct {
	// Pos is where it is written.
	Pos Position `yaml:"-"`
	// From is the exchange.
	From string `yaml:"from" jsonschema:"required"`
	// Key to bind with.
	Key string `yaml:"key"`
	// Arguments of the binding, such as x-match.
	Arguments Arguments `yaml:"arguments"`
}

// Policy adds to what the queues and exchanges whose names match were declared with. Of several that match only
// the one of the highest priority applies.
type Policy struct {
	// Pos is where it is written.
	Pos Position `yaml:"-"`
	// Name of the policy.
	Name string `yaml:"name" jsonschema:"required"`
	// Pattern is a regular expression for names.
	Pattern string `yaml:"pattern" jsonschema:"required"`
	// ApplyTo is all (default), queues, exchanges or, from RabbitMQ 3.12 on, classic_queues, quorum_queues or
	// streams.
	ApplyTo ApplyTo `yaml:"apply_to"`
	// Definition is what the policy adds, such as message-ttl or dead-letter-exchange.
	Definition Arguments `yaml:"definition" jsonschema:"required"`
	// Priority of the policy.
	Priority int `yaml:"priority" jsonschema:"minimum=0,maximum=1000000"`
}

// ApplyTo is what a policy is for, in RabbitMQ's words.
type ApplyTo string

// What a policy can be for.
const (
	ApplyToAll       ApplyTo = "all"
	ApplyToQueues    ApplyTo = "queues"
	ApplyToExchanges ApplyTo = "exchanges"
	ApplyToClassic   ApplyTo = "classic_queues"
	ApplyToQuorum    ApplyTo = "quorum_queues"
	ApplyToStreams   ApplyTo = "streams"
)

func (ApplyTo) words() []string {
	return []string{"all", "queues", "exchanges", "classic_queues", "quorum_queues", "streams"}
}

// IsDurable reports whether the exchange is durable.
func (e *TopologyExchange) IsDurable() bool { return e.Durable == nil || *e.Durable }

// IsDurable reports whether the queue is durable.
func (q *TopologyQueue) IsDurable() bool { return q.Durable == nil || *q.Durable }

// Before is what is there before the cast starts.
func (a *Act) Before() *Topology {
	if a.Topology == nil {
		return &Topology{}
	}
	return a.Topology
}

// Adds is what the policy defines, by the names of the arguments that it stands for.
func (p *Policy) Adds() Arguments {
	all := Arguments{}
	for key, value := range p.Definition {
		if key != "alternate-exchange" {
			key = "x-" + key
		}
		all[key] = value
	}
	return all
}

// IsEmpty reports whether there is nothing before the cast starts.
func (t *Topology) IsEmpty() bool {
	return len(t.Exchanges) == 0 && len(t.Queues) == 0 && len(t.Policies) == 0
}

// with is a topology and what an act adds to it. Either may be nil.
func (t *Topology) with(more *Topology) *Topology {
	all := &Topology{}
	for _, t := range []*Topology{t, more} {
		if t != nil {
			all.Pos = t.Pos
			if t.From != "" {
				all.From, all.Vhost, all.defined, all.fromPos = t.From, t.Vhost, t.defined, t.fromPos
			}
			all.Exchanges = append(all.Exchanges, t.Exchanges...)
			all.Queues = append(all.Queues, t.Queues...)
			all.Policies = append(all.Policies, t.Policies...)
		}
	}
	all.Exchanges = slices.DeleteFunc(all.Exchanges, func(e *TopologyExchange) bool { return e == nil })
	all.Queues = slices.DeleteFunc(all.Queues, func(q *TopologyQueue) bool { return q == nil })
	all.Policies = slices.DeleteFunc(all.Policies, func(p *Policy) bool { return p == nil })
	return all
}

// policyKeys are what a policy may define, of what RabbitMQ (3.10 to 4.3) knows.
var policyKeys = []string{
	"alternate-exchange", "consumer-timeout", "dead-letter-exchange", "dead-letter-routing-key", "dead-letter-strategy",
	"delayed-retry-max", "delayed-retry-min", "delayed-retry-type", "delivery-limit", "expires", "max-age",
	"max-length", "max-length-bytes", "message-ttl", "overflow", "queue-mode", "queue-version", "stream-max-segment-size-bytes",
}

// before checks the topology of a scenario or an act by itself.
func (c *checker) before(t *Topology, path string) {
	if t == nil {
		return
	}
	c.fromDefinitions(t, path)
	for i, e := range t.Exchanges {
		if e != nil {
			at := fmt.Sprintf("%s.exchanges[%d]", path, i)
			c.declarable("an exchange", e.Name, at)
			c.arguments(e.Arguments, at+".arguments", exchangeArguments)
		}
	}
	for i, q := range t.Queues {
		if q != nil {
			at := fmt.Sprintf("%s.queues[%d]", path, i)
			c.declarable("a queue", q.Name, at)
			c.arguments(q.Arguments, at+".arguments", queueArguments)
		}
	}
	for i, p := range t.Policies {
		if p != nil {
			c.policy(p, fmt.Sprintf("%s.policies[%d]", path, i))
		}
	}
}

func (c *checker) declarable(kind, name, path string) {
	switch {
	case !c.given(path + ".name"):
	case name == "":
		c.at(path+".name", "%s of the topology needs a name", kind)
	case strings.HasPrefix(name, "amq."):
		c.at(path+".name", "names that begin with amq. are the broker's own")
	}
}

func (c *checker) policy(p *Policy, path string) {
	if c.given(path+".name") && p.Name == "" {
		c.at(path+".name", "a policy needs a name")
	}
	if c.given(path+".definition") && len(p.Definition) == 0 {
		c.at(path+".definition", "a policy has to define something")
	}
	for _, key := range slices.Sorted(maps.Keys(p.Definition)) {
		if !slices.Contains(policyKeys, key) {
			c.at(path+".definition."+key, "no policy defines %s%s", key, c.didYouMean(strings.TrimPrefix(key, "x-"), policyKeys))
		}
	}
	if p.Priority < 0 {
		c.at(path+".priority", "a priority is 0 or more here: below are the runner's own policies")
	}
	if wrong := badExpression(p.Pattern); wrong != nil {
		c.at(path+".pattern", "%s is no regular expression: %s", strconv.Quote(p.Pattern), wrong.Code)
	}
}

// badExpression is what is wrong with an expression of Erlang's, as far as Go can tell.
func badExpression(text string) *syntax.Error {
	_, err := regexp.Compile(text)
	wrong, ok := err.(*syntax.Error) //nolint:errorlint // it is documented to be of this type, not wrapped
	if !ok || onlyGo(wrong) {
		return nil
	}
	return wrong
}

// wrong reports a mistake at the place of something that is written in more than one path.
func (c *checker) wrong(pos Position, format string, args ...any) {
	e := Error{Pos: pos, Msg: fmt.Sprintf(format, args...)}
	if !slices.Contains(c.errs, e) {
		c.errs = append(c.errs, e)
	}
}

// together checks the topology of an act, with what the scenario says for all acts, and holds against it what the
// cast declares.
func (c *checker) together(a *Act) {
	exchanges, queues, policies := map[string]*TopologyExchange{}, map[string]*TopologyQueue{}, map[string]*Policy{}
	for _, e := range a.Topology.Exchanges {
		if there := exchanges[e.Name]; there != nil {
			c.wrong(e.Pos, "exchange %s is there already: %v", e.Name, there.Pos)
		}
		exchanges[e.Name] = e
	}
	for _, q := range a.Topology.Queues {
		if there := queues[q.Name]; there != nil {
			c.wrong(q.Pos, "queue %s is there already: %v", q.Name, there.Pos)
		}
		queues[q.Name] = q
	}
	for _, p := range a.Topology.Policies {
		if there := policies[p.Name]; there != nil {
			c.wrong(p.Pos, "policy %s is there already: %v", p.Name, there.Pos)
		}
		policies[p.Name] = p
	}
	for _, e := range a.Topology.Exchanges {
		c.bound(e.Bind, exchanges)
	}
	for _, q := range a.Topology.Queues {
		c.bound(q.Bind, exchanges)
	}
	for i, actor := range a.Cast {
		if actor != nil && !actor.isNone() && actor.Vhost() == "/" {
			c.agrees(a, i, exchanges, queues)
		}
	}
}

// bound checks that the exchanges exist that something is bound to.
func (c *checker) bound(bindings []*TopologyBinding, exchanges map[string]*TopologyExchange) {
	for _, b := range bindings {
		switch {
		case b == nil:
		case b.From == "":
			c.wrong(b.Pos, "binding needs an exchange: every queue is bound to the default exchange already")
		case exchanges[b.From] == nil && !strings.HasPrefix(b.From, "amq."):
			c.wrong(b.Pos, "the topology has no exchange %s%s", b.From, c.didYouMean(b.From, slices.Sorted(maps.Keys(exchanges))))
		}
	}
}

// agrees holds what an actor declares against what is there before: the broker refuses what differs.
func (c *checker) agrees(a *Act, who int, exchanges map[string]*TopologyExchange, queues map[string]*TopologyQueue) {
	common := a.Cast[who].Common()
	if e, there := &common.Exchange, exchanges[common.Exchange.Name]; e.Declare && there != nil {
		c.same(a.Place(who, "exchange"), "exchange "+e.Name, there.Pos, []setting{
			{"type", kindOfExchange(e.Type), kindOfExchange(there.Type)}, {"durable", e.Durable, there.IsDurable()},
			{"auto_delete", e.AutoDelete, there.AutoDelete}, {"internal", e.Internal, there.Internal},
		}, e.Arguments, there.Arguments)
	}
	if q, there := &common.Queue, queues[common.Queue.Name]; q.Declare && there != nil {
		c.same(a.Place(who, "queue"), "queue "+q.Name, there.Pos, []setting{
			{"durable", q.Durable, there.IsDurable()}, {"exclusive", q.Exclusive, false}, {"auto_delete", q.AutoDelete, there.AutoDelete},
		}, q.Arguments, there.Arguments)
	}
}

func kindOfExchange(t ExchangeType) ExchangeType {
	if t == "" {
		return Direct
	}
	return t
}

func kindOfQueue(value any) any {
	if value == nil {
		return "classic"
	}
	return value
}

// setting is what two declarations say of one thing.
type setting struct {
	key         string
	here, there any
}

func (c *checker) same(pos Position, what string, before Position, settings []setting, here, there Arguments) {
	names := append(slices.Collect(maps.Keys(here)), slices.Collect(maps.Keys(there))...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		settings = append(settings, setting{name, here[name], there[name]})
	}
	for _, s := range settings {
		if s.key == "x-queue-type" { // RabbitMQ takes a declaration without it for one of the default
			s.here, s.there = kindOfQueue(s.here), kindOfQueue(s.there)
		}
		if !reflect.DeepEqual(s.here, s.there) {
			c.wrong(pos, "%s is declared with %s: %s here, and in the topology with %s: %s (%v): the broker refuses that", what, s.key, written(s.here), s.key, written(s.there), before)
		}
	}
}

func written(value any) string {
	if value == nil {
		return "nothing"
	}
	return fmt.Sprint(value)
}
