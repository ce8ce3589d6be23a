package diagram

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Text draws the graph as lines that branch to the right.
func (g *Graph) Text() string {
	var b strings.Builder
	reached, drawn := map[string]bool{}, map[string]bool{}
	for _, e := range g.edges {
		reached[e.to] = true
	}
	for _, kind := range []nodeKind{publisherNode, exchangeNode, queueNode, consumerNode} {
		for _, n := range g.nodes {
			if n.kind == kind && !reached[n.id] {
				fmt.Fprintf(&b, "  %s\n", n.full())
				g.branches(&b, n.id, "  ", drawn)
			}
		}
	}
	return b.String()
}

// branches draws what a node leads to, once.
func (g *Graph) branches(b *strings.Builder, id, margin string, drawn map[string]bool) {
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
		fmt.Fprintf(b, "%s%s%s▶ %s%s\n", margin, branch, label, g.node(e.to).full(), again)
		g.branches(b, e.to, margin+next+strings.Repeat(" ", ansi.StringWidth(label)), drawn)
	}
}

// leads reports whether a node leads anywhere.
func (g *Graph) leads(id string) bool {
	for _, e := range g.edges {
		if e.from == id {
			return true
		}
	}
	return false
}

func (g *Graph) node(id string) node {
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

// DOT is the graph in Graphviz's language.
func (g *Graph) DOT(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %q {\n\trankdir=LR\n\tlabel=%q\n", title, title)
	for _, n := range g.nodes {
		fmt.Fprintf(&b, "\t%q [label=%q shape=%s]\n", n.id, n.full(), shapes[n.kind].dot)
	}
	for _, e := range g.edges {
		fmt.Fprintf(&b, "\t%q -> %q%s\n", e.from, e.to, dotLook(e))
	}
	g.dotLegend(&b)
	return b.String() + "}\n"
}

func dotLook(e edge) string {
	var look []string
	if e.label != "" {
		look = append(look, fmt.Sprintf("label=%q", e.label))
	}
	if e.kind != flow {
		look = append(look, "style="+styles[e.kind].dot)
	}
	if len(look) == 0 {
		return ""
	}
	return " [" + strings.Join(look, " ") + "]"
}

// dotLegend explains shapes and arrows, of those that the graph has.
func (g *Graph) dotLegend(b *strings.Builder) {
	b.WriteString("\tsubgraph cluster_legend {\n\t\tlabel=legend\n")
	last := ""
	for _, l := range g.legend() {
		id := "legend:" + l.word
		fmt.Fprintf(b, "\t\t%q [label=%q shape=%s]\n", id, l.word, l.dot)
		if last != "" {
			fmt.Fprintf(b, "\t\t%q -> %q [style=invis]\n", last, id)
		}
		last = id
	}
	b.WriteString("\t}\n")
}

// legendLine is a word, and the shape or style that stands for it.
type legendLine struct{ word, dot, mermaid string }

func (g *Graph) legend() (all []legendLine) {
	for kind, word := range [...]string{publisherNode: "publisher", exchangeNode: "exchange", queueNode: "queue", consumerNode: "consumer"} {
		s := shapes[nodeKind(kind)]
		if slices.ContainsFunc(g.nodes, func(n node) bool { return n.kind == nodeKind(kind) }) {
			all = append(all, legendLine{word, s.dot, s.open + mermaidText(word) + s.close})
		}
	}
	for _, kind := range []edgeKind{deadLetters, alternate} {
		s := styles[kind]
		if slices.ContainsFunc(g.edges, func(e edge) bool { return e.kind == kind }) {
			all = append(all, legendLine{s.dot + ": " + s.word, "plaintext", "[" + mermaidText(s.mermaid+": "+s.word) + "]"})
		}
	}
	return all
}

// styles are those of the arrows.
var styles = map[edgeKind]struct{ word, dot, mermaid, arrow string }{
	flow:        {"routing or binding key", "solid", "solid", "-->"},
	deadLetters: {"dead letters", "dashed", "dotted", "-.->"},
	alternate:   {"what no binding takes", "dotted", "thick", "==>"},
}

// Mermaid is the graph in Mermaid's language, whose ids are words.
func (g *Graph) Mermaid(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %q\n---\nflowchart LR\n", title)
	ids := map[string]string{}
	for i, n := range g.nodes {
		ids[n.id] = fmt.Sprintf("n%d", i+1)
		fmt.Fprintf(&b, "    %s%s%s%s\n", ids[n.id], shapes[n.kind].open, mermaidText(n.full()), shapes[n.kind].close)
	}
	for _, e := range g.edges {
		fmt.Fprintf(&b, "    %s %s", ids[e.from], styles[e.kind].arrow)
		if e.label != "" {
			fmt.Fprintf(&b, "|%s|", mermaidText(e.label))
		}
		fmt.Fprintf(&b, " %s\n", ids[e.to])
	}
	b.WriteString("    subgraph legend\n")
	for i, l := range g.legend() {
		fmt.Fprintf(&b, "        k%d%s\n", i+1, l.mermaid)
	}
	b.WriteString("    end\n")
	return b.String()
}

// mermaidText quotes a label; quotation marks have a name there.
func mermaidText(s string) string { return `"` + strings.ReplaceAll(s, `"`, "#quot;") + `"` }
