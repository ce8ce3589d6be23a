// Package diagram shows who is connected with what in an act: publishers, exchanges, bindings, queues and
// consumers, as the cast declares and uses them. Nothing is played for it.
//
// [Of] makes the [Graph] of an act, which writes itself as text, in Graphviz's language, in Mermaid's and as SVG.
package diagram

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/scenario"
	"tutor/runner/topology"
)

// Graph is who is connected with what in an act.
type Graph struct {
	nodes []node
	edges []edge
	// written are the arguments that the act gives the queues of the vhost /, and policies are what adds to them.
	written  map[string]scenario.Arguments
	policies []topology.Policy
}

type node struct {
	id, label string
	kind      nodeKind
	// traits are what a reader should know beside the name, and losses how messages get lost there.
	traits, losses string
}

// full is the name with what a reader should know.
func (n node) full() string { return n.label + behind(n.traits) }

func behind(traits string) string {
	if traits == "" {
		return ""
	}
	return " (" + traits + ")"
}

type nodeKind int

const (
	publisherNode nodeKind = iota
	exchangeNode
	queueNode
	consumerNode
)

// edge leads from a publisher to an exchange, from there to queues, and on to consumers.
type edge struct {
	from, to, label string
	kind            edgeKind
}

type edgeKind int

const (
	// flow is the way of messages that are published, routed and delivered, deadLetters that of those that have
	// died, and alternate that of those that an exchange has no binding for.
	flow edgeKind = iota
	deadLetters
	alternate
)

// Of draws an act from what its cast declares and uses.
func Of(a *scenario.Act) *Graph {
	g := &Graph{policies: policiesOf(a.Before()), written: writtenIn(a)}
	g.before(a.Before())
	for _, actor := range a.Cast {
		c := actor.Common()
		queue := g.queue(actor)
		g.bindings(c, queue)
		switch {
		case actor.Consumer != nil:
			g.add(node{id: "c:" + actor.Name(), label: actor.Name(), kind: consumerNode, traits: traits(actor.Consumer)})
			g.connect(queue, "c:"+actor.Name(), "")
			g.republishes(actor)
		case actor.Client != nil:
			g.client(actor, a.Steps)
		default:
			g.publisher(actor.Publisher)
		}
	}
	g.defaultBindings()
	return g
}

// republishes draws where a consumer publishes what it has got, as far as that is written.
func (g *Graph) republishes(a *scenario.Actor) {
	id := "c:" + a.Name()
	for _, rule := range a.Answers {
		p := rule.Do.Publish
		if p == nil || p.Exchange == nil {
			continue
		}
		key := ""
		if p.RoutingKey != nil {
			key = *p.RoutingKey
		}
		g.connect(id, g.exchange(&scenario.Exchange{Name: *p.Exchange}), key)
	}
	if a.Reply != nil {
		g.connect(id, g.exchange(&scenario.Exchange{}), "reply_to")
	}
}

// client draws where steps have a client publish to and take from.
func (g *Graph) client(a *scenario.Actor, steps []*scenario.Step) {
	id := "c:" + a.Name()
	g.add(node{id: id, label: a.Name(), kind: consumerNode})
	for _, s := range steps {
		if s.By != a.Name() {
			continue
		}
		common := a.Common()
		if s.Publish != nil {
			exchange, key := common.Exchange, common.RoutingKey
			if s.Exchange != nil {
				exchange = scenario.Exchange{Name: *s.Exchange}
			}
			if s.RoutingKey != nil {
				key = *s.RoutingKey
			}
			g.connect(id, g.exchange(&exchange), key)
		}
		if name := cmp.Or(s.Get, s.Consume); name != "" {
			g.connect(g.addQueue("q:"+name, name, g.written[name], a.Vhost()), id, "")
		}
	}
}

// queue adds the queue that an actor declares or consumes from, and returns its id.
func (g *Graph) queue(a *scenario.Actor) string {
	q := a.Common().Queue
	switch {
	case q.Name != "":
		arguments := q.Arguments
		if !q.Declare && a.Vhost() == "/" {
			arguments = g.written[q.Name]
		}
		return g.addQueue("q:"+q.Name, q.Name, arguments, a.Vhost())
	case q.Declare:
		return g.addQueue("q:of "+a.Name(), "amq.gen-… of "+a.Name(), q.Arguments, a.Vhost())
	}
	return ""
}

// bindings draws those of an actor's exchange, and of its queue.
func (g *Graph) bindings(c *scenario.Common, queue string) {
	for _, b := range c.Exchange.Bindings() {
		g.connect(g.from(b.From, c), g.exchange(&c.Exchange), bindingLabel(b.Key, b.Arguments))
	}
	for _, b := range c.Bindings() {
		g.connect(g.from(b.From, c), queue, bindingLabel(b.Key, b.Arguments))
	}
}

// from is the exchange that an actor binds something to.
func (g *Graph) from(name string, c *scenario.Common) string {
	if name == c.Exchange.Name {
		return g.exchange(&c.Exchange)
	}
	return g.exchange(&scenario.Exchange{Name: name})
}

func (g *Graph) exchange(e *scenario.Exchange) string {
	if e.Name == "" {
		g.add(node{id: "x:", label: "default exchange", kind: exchangeNode})
		return "x:"
	}
	id := "x:" + e.Name
	g.add(node{id: id, label: e.Name, kind: exchangeNode})
	if e.Type != "" { // which others may not have said
		at := slices.IndexFunc(g.nodes, func(n node) bool { return n.id == id })
		g.nodes[at].traits = escape.Text(string(e.Type))
	}
	if to, ok := e.Arguments["alternate-exchange"].(string); ok {
		g.join(edge{id, g.exchange(&scenario.Exchange{Name: to}), "what no binding takes", alternate})
	}
	return id
}

func (g *Graph) publisher(p *scenario.Publisher) {
	if p.Count != nil && *p.Count == 0 {
		return
	}
	id := "p:" + p.Name
	g.add(node{id: id, label: p.Name, kind: publisherNode})
	exchange := g.exchange(&p.Exchange)
	for _, key := range p.RoutingKeys() {
		g.connect(id, exchange, key)
	}
	if p.Replies == nil {
		return
	}
	name := p.Replies.Name()
	label := name
	if name == "" {
		name = "of " + p.Name
		label = "amq.gen-… " + name
	}
	g.add(node{id: "q:" + name, label: label, kind: queueNode})
	g.connect("q:"+name, id, "")
}

// defaultBindings are those that every queue has to the default exchange, where somebody publishes
// with its name.
func (g *Graph) defaultBindings() {
	for _, e := range g.edges {
		if e.to == "x:" && g.has("q:"+e.label) {
			g.connect("x:", "q:"+e.label, e.label)
		}
	}
}

func (g *Graph) has(id string) bool {
	for _, n := range g.nodes {
		if n.id == id {
			return true
		}
	}
	return false
}

func (g *Graph) add(n node) {
	if !g.has(n.id) {
		n.label, n.traits, n.losses = escape.Text(n.label), escape.Text(n.traits), escape.Text(n.losses)
		g.nodes = append(g.nodes, n)
	}
}

func (g *Graph) connect(from, to, label string) { g.join(edge{from, to, label, flow}) }

func (g *Graph) join(e edge) {
	e.label = escape.Text(e.label)
	if !slices.Contains(g.edges, e) {
		g.edges = append(g.edges, e)
	}
}

// traits are what a reader should know of a consumer.
func traits(c *scenario.Consumer) string {
	var parts []string
	if c.Ack.Mode == scenario.AckAuto {
		parts = append(parts, "auto-ack")
	}
	if c.Prefetch > 0 {
		parts = append(parts, fmt.Sprintf("prefetch %d", c.Prefetch))
	}
	if c.Lazy > 0 {
		parts = append(parts, fmt.Sprintf("dies after %v", c.Lazy))
	}
	return strings.Join(parts, ", ")
}
