// Package diagram shows who is connected with what in an act: publishers, exchanges, bindings, queues and
// consumers, as the cast declares and uses them. Nothing is played for it.
//
// [Of] makes the [Graph] of an act, which writes itself as text, in Graphviz's language and in Mermaid's.
package diagram

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/scenario"
)

// Graph is who is connected with what in an act.
type Graph struct {
	nodes []node
	edges []edge
}

type node struct {
	id, label string
	kind      nodeKind
}

type nodeKind int

const (
	publisherNode nodeKind = iota
	exchangeNode
	queueNode
	consumerNode
)

// edge leads from a publisher to an exchange, from there to queues, and on to consumers.
type edge struct{ from, to, label string }

// Of draws an act from what its cast declares and uses.
func Of(a *scenario.Act) *Graph {
	g := &Graph{}
	g.before(a.Before())
	for _, actor := range a.Cast {
		c := actor.Common()
		queue := g.queue(actor)
		g.bindings(c, queue)
		switch {
		case actor.Consumer != nil:
			g.add(node{"c:" + actor.Name(), actor.Name() + traits(actor.Consumer), consumerNode})
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
	g.add(node{id, a.Name(), consumerNode})
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
			g.add(node{"q:" + name, name, queueNode})
			g.connect("q:"+name, id, "")
		}
	}
}

// queue adds the queue that an actor declares or consumes from, and returns its id.
func (g *Graph) queue(a *scenario.Actor) string {
	q := a.Common().Queue
	switch {
	case q.Name != "":
		g.add(node{"q:" + q.Name, q.Name, queueNode})
		return "q:" + q.Name
	case q.Declare:
		id := "q:of " + a.Name()
		g.add(node{id, "amq.gen-… of " + a.Name(), queueNode})
		return id
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
		g.add(node{"x:", "default exchange", exchangeNode})
		return "x:"
	}
	id := "x:" + e.Name
	g.add(node{id, e.Name, exchangeNode})
	if e.Type != "" { // which others may not have said
		at := slices.IndexFunc(g.nodes, func(n node) bool { return n.id == id })
		g.nodes[at].label = escape.Text(e.Name + " (" + string(e.Type) + ")")
	}
	return id
}

func (g *Graph) publisher(p *scenario.Publisher) {
	if p.Count != nil && *p.Count == 0 {
		return
	}
	id := "p:" + p.Name
	g.add(node{id, p.Name, publisherNode})
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
	g.add(node{"q:" + name, label, queueNode})
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
		n.label = escape.Text(n.label)
		g.nodes = append(g.nodes, n)
	}
}

func (g *Graph) connect(from, to, label string) {
	label = escape.Text(label)
	for _, e := range g.edges {
		if e == (edge{from, to, label}) {
			return
		}
	}
	g.edges = append(g.edges, edge{from, to, label})
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
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
