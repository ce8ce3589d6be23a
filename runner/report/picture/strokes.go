package picture

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/svg"
)

// row draws the arrows, marks and labels of a row.
func (d *drawing) row(i int, r row) {
	class := "row"
	if r.inferred {
		class += " inferred"
	}
	d.line(`<g class="%s" data-first="%d" data-last="%d"><title>%s</title>`, class, r.first, r.last, r.title())
	d.line(`<rect class="band" y="%s" width="%s" height="%s"/>`, svg.Num(d.tops[i]), svg.Num(d.width), svg.Num(r.height()))
	if r.lane != none {
		d.arrows(i, r)
		d.mark(i, r)
	}
	for _, l := range d.labels {
		if l.row == i {
			d.text(l)
		}
	}
	for _, c := range d.chips {
		if c.row == i {
			d.chip(c.x, c.y, c.message)
		}
	}
	d.line("</g>")
}

// title is what is shown of a row that the pointer is at: its sentences, a line each. Pages read them from there.
func (r *row) title() string {
	lines := make([]string, len(r.sentences))
	for i, sentence := range r.sentences {
		lines[i] = svg.Text(sentence)
	}
	return strings.Join(lines, "\n")
}

// arrows draws the arrows of a row, from lane to lane on each side, interrupted where they cross other lanes.
func (d *drawing) arrows(i int, r row) {
	y, class := d.y(i), fmt.Sprintf("m%d", colour(r.message))
	if r.message == 0 {
		class = "plain"
	}
	if r.stub && len(r.arrows) == 0 {
		d.line(`<path class="arrow %s" d="M%s %sh%s"/>`, class, svg.Num(d.xs[r.lane]), svg.Num(y), svg.Num(stubLength-4))
		return
	}
	for _, side := range []int{-1, 1} {
		from := r.lane
		for to := r.lane + side; to >= 0 && to < len(d.lanes); to += side {
			if slices.Contains(r.arrows, to) {
				d.arrow(from, to, y, class, r.loss)
				from = to
			}
		}
	}
}

// crossing is how much of an arrow is left out on each side of a lane that it crosses.
const crossing = 5

func (d *drawing) arrow(from, to int, y float64, class string, lost bool) {
	side := 1
	if to < from {
		side = -1
	}
	step := float64(side)
	path := fmt.Sprintf("M%s %s", svg.Num(d.xs[from]), svg.Num(y))
	for at := from + side; at != to; at += side {
		path += fmt.Sprintf("H%sM%s %s", svg.Num(d.xs[at]-step*crossing), svg.Num(d.xs[at]+step*crossing), svg.Num(y))
	}
	tip := d.xs[to]
	if lost {
		d.line(`<path class="arrow %s" d="%sH%s"/>`, class, path, svg.Num(tip-step*12))
		d.cross(tip-step*8, y)
		return
	}
	d.line(`<path class="arrow %s" d="%sH%s"/>`, class, path, svg.Num(tip-step*7))
	d.line(`<path class="tip %s" d="M%s %sl%s -4v8z"/>`, class, svg.Num(tip-step), svg.Num(y), svg.Num(-step*8))
}

// mark draws what happens at one place.
func (d *drawing) mark(i int, r row) {
	x, y := d.xs[r.lane], d.y(i)
	class := fmt.Sprintf("m%d", colour(r.message))
	if r.message == 0 {
		class = "plain"
	}
	switch {
	case r.mark == cross && len(r.arrows) > 0, r.mark == noMark:
	case r.mark == cross && r.stub:
		d.cross(x+stubLength, y)
	case r.mark == cross:
		d.cross(x, y)
	case r.mark == tick:
		d.line(`<path class="tick %s" d="M%s %sl3 4l6 -8"/>`, class, svg.Num(x-4), svg.Num(y))
	case r.mark == end:
		d.line(`<path class="end" d="M%s %sh14"/>`, svg.Num(x-7), svg.Num(y))
	case len(r.arrows) == 0:
		d.line(`<circle class="dot %s" cx="%s" cy="%s" r="3.5"/>`, class, svg.Num(x), svg.Num(y))
	}
}

func (d *drawing) cross(x, y float64) {
	d.line(`<path class="cross" d="M%s %sl9 9m0 -9l-9 9"/>`, svg.Num(x-4.5), svg.Num(y-4.5))
}

// text draws a label, with the number of its message in front.
func (d *drawing) text(l label) {
	if l.message > 0 {
		d.chip(l.x, l.y, l.message)
	}
	if l.body == "" && l.words == "" {
		return
	}
	body, space := "", ""
	if l.body != "" {
		body = svg.Text(l.body)
		if l.words != "" {
			space = " "
		}
	}
	words := ""
	if l.words != "" {
		words = fmt.Sprintf(`<tspan class="words">%s%s</tspan>`, space, svg.Text(l.words))
	}
	class := "label"
	if l.class != "" {
		class += " " + l.class
	}
	d.line(`<text class="%s" x="%s" y="%s">%s%s%s</text>`, class, svg.Num(l.x+l.textX()), svg.Num(l.y), svg.Tooltip(l.full), body, words)
}

// chip draws the number of a message, in its colour.
func (d *drawing) chip(x, y float64, message int) {
	w := chipWidth(message)
	d.line(`<rect class="chip m%d" x="%s" y="%s" width="%s" height="%s" rx="4"/>`, colour(message), svg.Num(x), svg.Num(y-11.5), svg.Num(w), svg.Num(chipHeight))
	d.line(`<text class="number" x="%s" y="%s">%d</text>`, svg.Num(x+w/2), svg.Num(y-0.2), message)
}

// sign draws an item of the legend.
func (d *drawing) sign(item legendItem) {
	x, y := item.x-signWidth, item.y-4
	switch item.sign {
	case "chip":
		d.chip(x+4, item.y, 1)
	case "hold":
		d.line(`<rect class="hold m0" x="%s" y="%s" width="7" height="14" rx="2"/>`, svg.Num(x+8), svg.Num(y-7))
	case "cross":
		d.cross(x+12, y)
	case "dashed":
		d.line(`<path class="arrow plain" stroke-dasharray="5 3" d="M%s %sh22"/>`, svg.Num(x), svg.Num(y))
	case "jump":
		d.line(`<path class="axis" d="M%s %sl4 3l-8 6l4 3"/>`, svg.Num(x+12), svg.Num(y-6))
	case "gone":
		d.line(`<path class="lane gone" d="M%s %sv14"/>`, svg.Num(x+12), svg.Num(y-7))
	}
	d.text(item.label)
}
