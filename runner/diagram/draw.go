package diagram

import (
	"fmt"
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
				fmt.Fprintf(&b, "  %s\n", n.label)
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
		fmt.Fprintf(b, "%s%s%s▶ %s%s\n", margin, branch, label, g.node(e.to).label, again)
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

// Mermaid is the graph in Mermaid's language, whose ids are words.
func (g *Graph) Mermaid(title string) string {
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
