package diagram

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"tutor/runner/svg"
)

// Style is the style sheet of the pictures, beside [svg.Palette].
//
//go:embed diagram.css
var Style string

// SVG is graphs as a picture that needs no other program, one below the other, each with its title.
func SVG(graphs []*Graph, titles []string) string {
	var all []*svg.Picture
	for i, g := range graphs {
		all = append(all, g.picture(titles[i]))
	}
	return svg.Stack(all, svg.Palette+Style)
}

// Inline is a graph as a picture in a page, which has the heading and the [Style] already.
func Inline(g *Graph) string { return g.picture("").Element() }

func (g *Graph) picture(title string) *svg.Picture {
	d := newDrawing(g, title)
	d.all()
	return &svg.Picture{
		Name: "Topology", Title: title, Class: "topology", Desc: g.describe(), Width: d.width, Height: d.height, Body: d.String(),
	}
}

// describe tells those who do not see the picture who is connected with what.
func (g *Graph) describe() string {
	if len(g.edges) == 0 {
		return "Nobody is connected with anything."
	}
	parts := make([]string, len(g.edges))
	for i, e := range g.edges {
		parts[i] = g.node(e.from).label + " to " + g.node(e.to).label
		if e.label != "" {
			parts[i] += " (" + e.label + ")"
		}
	}
	return "Topology: " + strings.Join(parts, "; ") + "."
}

// drawing writes a graph in four columns.
type drawing struct {
	*layout
	strings.Builder
}

func newDrawing(g *Graph, title string) *drawing { return &drawing{layout: newLayout(g, title)} }

func (d *drawing) line(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

func (d *drawing) all() {
	for column, x := range d.lefts {
		if len(d.columns[column]) > 0 {
			d.line(`<text class="small" text-anchor="middle" x="%s" y="%s">%s</text>`, svg.Num(x+d.widths[column]/2), svg.Num(d.top-8), columnNames[column])
		}
	}
	for i := range d.strands {
		d.strand(&d.strands[i])
	}
	for _, b := range d.boxes {
		d.box(b)
	}
	for _, t := range d.texts {
		d.text(t)
	}
	for _, s := range d.signs {
		d.sign(s)
	}
}

var columnNames = [...]string{"publishers", "exchanges", "queues", "consumers"}

// strand draws an arrow as a curve: it leaves its box to one side, goes straight under its label, and comes to
// the other box. Where it comes back to the side that it has left, it turns behind its label.
func (d *drawing) strand(w *strand) {
	out, end := w.from.x+w.from.side*w.run, w.to.x+w.to.side*8
	first, second := out+(end-out)/2, out+(end-out)/2
	if w.from.side == w.to.side {
		first = max(out, end) + turn
		second = first
	}
	d.line(`<path class="wire %s" d="M%s %sH%sC%s %s %s %s %s %s"/>`, edgeClasses[w.kind], svg.Num(w.from.x), svg.Num(w.from.y), svg.Num(out),
		svg.Num(first), svg.Num(w.from.y), svg.Num(second), svg.Num(w.to.y), svg.Num(end), svg.Num(w.to.y))
	d.line(`<path class="head %s" d="M%s %sl%s -4v8z"/>`, edgeClasses[w.kind], svg.Num(w.to.x+w.to.side), svg.Num(w.to.y), svg.Num(w.to.side*8))
}

// turn is how far an arrow goes to turn around.
const turn = 44.0

var edgeClasses = map[edgeKind]string{flow: "flow", deadLetters: "dead", alternate: "alternate"}

func (d *drawing) box(b box) {
	d.line(`<g class="%s">%s`, nodeClasses[b.kind], svg.Tooltip(b.full()))
	switch b.kind {
	case exchangeNode:
		d.line(`<path class="body" d="M%s %sl10 %sh%sl10 %sl-10 %sh%sz"/>`, svg.Num(b.x-10), svg.Num(b.y+b.h/2), svg.Num(-b.h/2), svg.Num(b.w),
			svg.Num(b.h/2), svg.Num(b.h/2), svg.Num(-b.w))
	default:
		radius := map[nodeKind]float64{publisherNode: 14, consumerNode: 4}[b.kind]
		d.line(`<rect class="body" x="%s" y="%s" width="%s" height="%s" rx="%s"/>`, svg.Num(b.x), svg.Num(b.y), svg.Num(b.w), svg.Num(b.h), svg.Num(radius))
	}
	if b.kind == queueNode {
		d.line(`<path class="bar" d="M%s %sv%s"/>`, svg.Num(b.x+4), svg.Num(b.y), svg.Num(b.h))
	}
	d.line("</g>")
}

var nodeClasses = [...]string{"publisher", "exchange", "queue", "consumer"}

func (d *drawing) text(t text) {
	x, anchor := t.x, ""
	if t.middle {
		x, anchor = t.x+t.w/2, ` text-anchor="middle"`
	}
	d.line(`<text class="%s"%s x="%s" y="%s">%s%s</text>`, t.class, anchor, svg.Num(x), svg.Num(t.y), svg.Tooltip(t.full), svg.Text(t.text))
	if t.cross {
		d.line(`<path class="cross" d="M%s %sl7 7m0 -7l-7 7"/>`, svg.Num(t.x-13), svg.Num(t.y-7.5))
	}
}

// sign draws what the legend explains, left of its text.
func (d *drawing) sign(s sign) {
	x, y := s.x, s.y-4
	switch s.what {
	case "cross":
		d.line(`<path class="cross" d="M%s %sl7 7m0 -7l-7 7"/>`, svg.Num(x+8), svg.Num(y-3.5))
	default:
		d.line(`<path class="wire %s" d="M%s %sh20"/>`, s.what, svg.Num(x), svg.Num(y))
		d.line(`<path class="head %s" d="M%s %sl-8 -4v8z"/>`, s.what, svg.Num(x+26), svg.Num(y))
	}
}

// legendOf are the signs that a graph has, with their words.
func (g *Graph) legendOf() (all []sign) {
	for _, kind := range []edgeKind{flow, deadLetters, alternate} {
		if slices.ContainsFunc(g.edges, func(e edge) bool { return e.kind == kind }) {
			all = append(all, sign{what: edgeClasses[kind], words: styles[kind].word})
		}
	}
	if slices.ContainsFunc(g.nodes, func(n node) bool { return n.losses != "" }) {
		all = append(all, sign{what: "cross", words: "how messages are lost there"})
	}
	return all
}
