package main

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/report"
	"tutor/runner/scenario"
)

func newShow(t terminal) *cobra.Command {
	format, acts := "text", []string{}
	cmd := &cobra.Command{
		Use:   "show FILE|NAME",
		Short: "Show a scenario: its text, and who is connected with what",
		Long: `show prints the teaching text of a scenario and the topology of each act: publishers, exchanges,
bindings, queues and consumers, as the cast declares them.`,
		Example: `  tutor show topic
  tutor show scenarios/workqueue.yaml --act 2
  tutor show fanout --act 1 --format dot | dot -Tsvg > fanout.svg
  tutor show fanout --format mermaid`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(format, "text", "dot", "mermaid"); err != nil {
				return err
			}
			sources, err := load(cmd.Context(), t, args)
			if err != nil {
				return err
			}
			if err := (&playFlags{acts: acts}).choose(sources); err != nil {
				return err
			}
			for _, s := range sources {
				show(t, s, format)
			}
			return nil
		},
		ValidArgsFunction: completeScenarios,
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, dot (Graphviz) or mermaid")
	cmd.Flags().StringArrayVar(&acts, "act", nil, "show only the act of this number, or the acts whose name contains this text")
	complete(cmd, "format", "text", "dot", "mermaid")
	return cmd
}

func checkFormat(format string, known ...string) error {
	for _, k := range known {
		if format == k {
			return nil
		}
	}
	return fmt.Errorf("--format %q: want one of %s", format, strings.Join(known, ", "))
}

func show(t terminal, s *source, format string) {
	width := 80
	if o := report.For(t.out, t.environ); o.Width > 0 {
		width = min(100, o.Width)
	}
	if format == "text" {
		fmt.Fprintf(t.out, "%s\n%s\n", escape.Text(s.scenario.Title), wrapped(s.scenario.About, width, 0))
	}
	for _, a := range s.scenario.Acts {
		if !s.chosen[a] {
			continue
		}
		g := graphOf(a)
		switch format {
		case "dot":
			fmt.Fprint(t.out, g.dot(a.Name))
		case "mermaid":
			fmt.Fprint(t.out, g.mermaid(a.Name))
		default:
			fmt.Fprintf(t.out, "\n%s\n", escape.Text(a.Name))
			if a.About != "" {
				fmt.Fprintln(t.out, wrapped(a.About, width, 2))
			}
			fmt.Fprintf(t.out, "\n%s", g.text())
		}
	}
}

// wrapped fills paragraphs into lines.
func wrapped(text string, width, indent int) string {
	margin := strings.Repeat(" ", indent)
	lines := strings.Split(ansi.Wordwrap(escape.Lines(text), width-indent, ""), "\n")
	return margin + strings.Join(lines, "\n"+margin)
}

// graph is who is connected with what in an act.
type graph struct {
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

// graphOf draws an act from what its cast declares and uses.
func graphOf(a *scenario.Act) *graph {
	g := &graph{}
	for _, actor := range a.Cast {
		c := actor.Common()
		queue := g.queue(actor)
		if c.Queue.Bind.Wanted {
			g.bind(c, queue)
		}
		switch {
		case actor.Consumer != nil:
			g.add(node{"c:" + actor.Name(), actor.Name() + traits(actor.Consumer), consumerNode})
			g.connect(queue, "c:"+actor.Name(), "")
		default:
			g.publisher(actor.Publisher)
		}
	}
	g.defaultBindings()
	return g
}

// queue adds the queue that an actor declares or consumes from, and returns its id.
func (g *graph) queue(a *scenario.Actor) string {
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

func (g *graph) bind(c *scenario.Common, queue string) {
	exchange := g.exchange(&c.Exchange)
	keys := c.Queue.Bind.Keys
	if len(keys) == 0 {
		keys = []string{c.RoutingKey}
	}
	for _, key := range keys {
		g.connect(exchange, queue, key)
	}
}

func (g *graph) exchange(e *scenario.Exchange) string {
	if e.Name == "" {
		g.add(node{"x:", "default exchange", exchangeNode})
		return "x:"
	}
	label := e.Name
	if e.Type != "" {
		label += " (" + string(e.Type) + ")"
	}
	g.add(node{"x:" + e.Name, label, exchangeNode})
	return "x:" + e.Name
}

func (g *graph) publisher(p *scenario.Publisher) {
	if p.Count != nil && *p.Count == 0 {
		return
	}
	id := "p:" + p.Name
	g.add(node{id, p.Name, publisherNode})
	exchange := g.exchange(&p.Exchange)
	g.connect(id, exchange, p.RoutingKey)
}

// defaultBindings are those that every queue has to the default exchange, where somebody publishes
// with its name.
func (g *graph) defaultBindings() {
	for _, e := range g.edges {
		if e.to == "x:" && g.has("q:"+e.label) {
			g.connect("x:", "q:"+e.label, e.label)
		}
	}
}

func (g *graph) has(id string) bool {
	for _, n := range g.nodes {
		if n.id == id {
			return true
		}
	}
	return false
}

func (g *graph) add(n node) {
	if !g.has(n.id) {
		n.label = escape.Text(n.label)
		g.nodes = append(g.nodes, n)
	}
}

func (g *graph) connect(from, to, label string) {
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
	if c.Ack == scenario.AckAuto {
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

// text draws the graph as lines that branch to the right.
func (g *graph) text() string {
	var b strings.Builder
	reached, drawn := map[string]bool{}, map[string]bool{}
	for _, e := range g.edges {
		reached[e.to] = true
	}
	for _, kind := range []nodeKind{publisherNode, exchangeNode, queueNode, consumerNode} {
		for _, n := range g.nodes {
			if n.kind == kind && !reached[n.id] {
				fmt.Fprintf(&b, "  %s\n", n.label)
				g.branches(&b, n.id, "  ", drawn)
			}
		}
	}
	return b.String()
}

// branches draws what a node leads to, once.
func (g *graph) branches(b *strings.Builder, id, margin string, drawn map[string]bool) {
	if drawn[id] {
		return
	}
	drawn[id] = true
	var out []edge
	for _, e := range g.edges {
		if e.from == id {
			out = append(out, e)
		}
	}
	for i, e := range out {
		branch, next := "├─", "│ "
		if i == len(out)-1 {
			branch, next = "└─", "  "
		}
		label := ""
		if e.label != "" {
			label = " " + e.label + " ─"
		}
		again := ""
		if drawn[e.to] && g.leads(e.to) {
			again = ", as above"
		}
		fmt.Fprintf(b, "%s%s%s▶ %s%s\n", margin, branch, label, g.node(e.to).label, again)
		g.branches(b, e.to, margin+next+strings.Repeat(" ", ansi.StringWidth(label)), drawn)
	}
}

// leads says whether a node leads anywhere.
func (g *graph) leads(id string) bool {
	for _, e := range g.edges {
		if e.from == id {
			return true
		}
	}
	return false
}

func (g *graph) node(id string) node {
	for _, n := range g.nodes {
		if n.id == id {
			return n
		}
	}
	return node{}
}

var shapes = map[nodeKind]struct{ dot, open, close string }{
	publisherNode: {"ellipse", "([", "])"},
	exchangeNode:  {"diamond", "{{", "}}"},
	queueNode:     {"cds", "[[", "]]"},
	consumerNode:  {"box", "[", "]"},
}

// dot is the graph in Graphviz's language.
func (g *graph) dot(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %q {\n\trankdir=LR\n\tlabel=%q\n", title, title)
	for _, n := range g.nodes {
		fmt.Fprintf(&b, "\t%q [label=%q shape=%s]\n", n.id, n.label, shapes[n.kind].dot)
	}
	for _, e := range g.edges {
		fmt.Fprintf(&b, "\t%q -> %q", e.from, e.to)
		if e.label != "" {
			fmt.Fprintf(&b, " [label=%q]", e.label)
		}
		b.WriteString("\n")
	}
	return b.String() + "}\n"
}

// mermaid is the graph in Mermaid's language, whose ids are words.
func (g *graph) mermaid(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %q\n---\nflowchart LR\n", title)
	ids := map[string]string{}
	for i, n := range g.nodes {
		ids[n.id] = fmt.Sprintf("n%d", i+1)
		fmt.Fprintf(&b, "    %s%s%s%s\n", ids[n.id], shapes[n.kind].open, mermaidText(n.label), shapes[n.kind].close)
	}
	for _, e := range g.edges {
		fmt.Fprintf(&b, "    %s -->", ids[e.from])
		if e.label != "" {
			fmt.Fprintf(&b, "|%s|", mermaidText(e.label))
		}
		fmt.Fprintf(&b, " %s\n", ids[e.to])
	}
	return b.String()
}

// mermaidText quotes a label; quotation marks have a name there.
func mermaidText(s string) string { return `"` + strings.ReplaceAll(s, `"`, "#quot;") + `"` }
