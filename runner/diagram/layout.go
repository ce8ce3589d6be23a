package diagram

import (
	"cmp"
	"math"
	"slices"

	"tutor/runner/svg"
)

// Sizes in pixels.
const (
	nameSize, traitSize, keySize, legendSize = 13.0, 11.0, 11.5, 10.5

	// leastHeight is that of a box with a name, traitHeight what a line below the name adds, portHeight what each
	// arrow needs on a side.
	leastHeight, traitHeight, portHeight = 30.0, 15.0, 20.0
	// between is what is between two boxes, and bendRoom what arrows need between columns, beside their labels.
	between, bendRoom = 22.0, 74.0
	// nose is how far an exchange goes beyond its box on each side.
	nose              = 10.0
	nameMost, keyMost = 240.0, 150.0
	signRoom          = 32.0
)

// layout is a graph with a place for everything.
type layout struct {
	*Graph
	columns       [4][]int
	widths, lefts [4]float64
	// boxes are those of the nodes, by their indices.
	boxes         []box
	strands       []strand
	texts         []text
	signs         []sign
	top           float64
	width, height float64
}

// box is a node at its place. Ports are its arrows: on the left, and on the right.
type box struct {
	node
	x, y, w, h float64
	ports      [2][]*port
}

// port is where an arrow leaves a box or comes to it. Side is -1 on the left, and 1 on the right.
type port struct {
	box        int
	side, x, y float64
	// other is the port at the arrow's other end.
	other *port
}

// strand is an arrow. It goes straight for a while, as far as its label goes.
type strand struct {
	edge
	from, to *port
	run      float64
}

// text is a text at its place: x is its left edge, y its base line. One with a cross has it on its left.
type text struct {
	x, y, w           float64
	text, class, full string
	// middle is set on what is drawn from its middle.
	cross, middle bool
}

// sign is something that the legend explains.
type sign struct {
	what, words string
	x, y        float64
}

func newLayout(g *Graph, title string) *layout {
	l := &layout{Graph: g, boxes: make([]box, len(g.nodes)), top: svg.Margin + legendSize + 10}
	if title != "" {
		l.top += svg.TitleSize + 10
	}
	l.addBoxes()
	l.addWires()
	l.order()
	l.placeColumns(title)
	l.placeBoxes()
	l.placePorts()
	l.placeTexts()
	l.placeLegend()
	return l
}

// addBoxes puts each node into its column. Who only publishes is left, whatever else he could do.
func (l *layout) addBoxes() {
	for i, n := range l.nodes {
		column := int(n.kind)
		takes := slices.ContainsFunc(l.edges, func(e edge) bool { return e.to == n.id })
		publishes := slices.ContainsFunc(l.edges, func(e edge) bool { return e.from == n.id })
		if n.kind == consumerNode && publishes && !takes {
			column = 0
		}
		w := max(svg.Width(n.label, nameSize)*svg.Bold, svg.Width(n.traits, traitSize), 40)
		if n.losses != "" {
			w = max(w, svg.Width(n.losses, traitSize)+14)
		}
		l.boxes[i] = box{node: n, w: min(w, nameMost) + 26}
		l.columns[column] = append(l.columns[column], i)
	}
}

func (l *layout) column(node int) int {
	return slices.IndexFunc(l.columns[:], func(c []int) bool { return slices.Contains(c, node) })
}

func (l *layout) index(id string) int {
	return slices.IndexFunc(l.nodes, func(n node) bool { return n.id == id })
}

// addWires gives each arrow its ports: it leaves toward the column that it goes to, and comes from the other
// side; within a column it goes around on the right.
func (l *layout) addWires() {
	for _, e := range l.edges {
		from, to := l.index(e.from), l.index(e.to)
		if from < 0 || to < 0 {
			continue
		}
		out, in := 1.0, -1.0
		switch a, b := l.column(from), l.column(to); {
		case a > b:
			out, in = -1, 1
		case a == b:
			in = 1
		}
		w := strand{edge: e, from: l.port(from, out), to: l.port(to, in)}
		w.from.other, w.to.other = w.to, w.from
		l.strands = append(l.strands, w)
	}
}

func (l *layout) port(node int, side float64) *port {
	p := &port{box: node, side: side}
	b := &l.boxes[node]
	b.ports[sideIndex(side)] = append(b.ports[sideIndex(side)], p)
	return p
}

func sideIndex(side float64) int {
	if side < 0 {
		return 0
	}
	return 1
}

// order has what is connected beside each other, so that arrows cross less.
func (l *layout) order() {
	for range 3 {
		for column := 1; column < len(l.columns); column++ {
			l.sort(column, -1)
		}
		for column := len(l.columns) - 2; column >= 0; column-- {
			l.sort(column, 1)
		}
	}
}

// sort puts the nodes of a column in the order of the middles of what they are connected with on a side.
func (l *layout) sort(column int, side float64) {
	weights := map[int]float64{}
	for place, n := range l.columns[column] {
		sum, count := 0.0, 0.0
		for _, p := range l.boxes[n].ports[sideIndex(side)] {
			if other := l.column(p.other.box); other != column {
				sum += (float64(slices.Index(l.columns[other], p.other.box)) + 0.5) / float64(len(l.columns[other]))
				count++
			}
		}
		weights[n] = (float64(place) + 0.5) / float64(len(l.columns[column]))
		if count > 0 {
			weights[n] = sum / count
		}
	}
	slices.SortStableFunc(l.columns[column], func(a, b int) int { return cmp.Compare(weights[a], weights[b]) })
}

// placeColumns finds out how wide the columns are, and what their arrows' labels need between them.
func (l *layout) placeColumns(title string) {
	var rights, lefts [4]float64
	for i := range l.strands {
		w := &l.strands[i]
		w.label = svg.Fit(w.label, keySize, keyMost)
		if w.label == "" {
			continue
		}
		w.run = svg.Width(w.label, keySize) + 14
		column := l.column(w.from.box)
		if w.from.side > 0 {
			rights[column] = max(rights[column], w.run)
		} else {
			lefts[column] = max(lefts[column], w.run)
		}
	}
	x := svg.Margin + 10
	for c, nodes := range l.columns {
		for _, n := range nodes {
			l.widths[c] = max(l.widths[c], l.boxes[n].w)
		}
		if len(nodes) == 0 {
			l.lefts[c] = x
			continue
		}
		x += lefts[c]
		l.lefts[c] = x
		x += l.widths[c] + rights[c] + bendRoom
	}
	l.width = max(x-bendRoom+svg.Margin+10, 320, svg.TitleWidth(title))
	for i := range l.strands {
		if w := &l.strands[i]; w.from.side == w.to.side {
			l.width = max(l.width, l.lefts[l.column(w.from.box)]+l.widths[l.column(w.from.box)]+w.run+bendRoom+svg.Margin)
		}
	}
}

// placeBoxes gives each box its place and its height, and has the columns in the middle.
func (l *layout) placeBoxes() {
	most := 0.0
	heights := [4]float64{}
	for c, nodes := range l.columns {
		for i, n := range nodes {
			b := &l.boxes[n]
			b.h = leastHeight
			for _, line := range []string{b.traits, b.losses} {
				if line != "" {
					b.h += traitHeight
				}
			}
			b.h = max(b.h, float64(max(len(b.ports[0]), len(b.ports[1])))*portHeight+8)
			b.x, b.w = l.lefts[c], l.widths[c]
			if i > 0 {
				heights[c] += between
			}
			heights[c] += b.h
		}
		most = max(most, heights[c])
	}
	for c, nodes := range l.columns {
		y := l.top + (most-heights[c])/2
		for _, n := range nodes {
			l.boxes[n].y = y
			y += l.boxes[n].h + between
		}
	}
	l.height = l.top + most + svg.Margin
}

// placePorts spreads the arrows over the sides of their boxes, in the order of what they lead to.
func (l *layout) placePorts() {
	middle := func(p *port) float64 {
		b := l.boxes[p.other.box]
		return b.y + b.h/2
	}
	for i := range l.boxes {
		b := &l.boxes[i]
		for _, ports := range b.ports {
			slices.SortStableFunc(ports, func(a, c *port) int { return cmp.Compare(middle(a), middle(c)) })
			for n, p := range ports {
				p.y = b.y + b.h/2 + (float64(n)-float64(len(ports)-1)/2)*portHeight
				p.x = b.x + b.w*(p.side+1)/2
				if b.kind == exchangeNode {
					p.x += p.side * nose * (1 - 2*math.Abs(p.y-b.y-b.h/2)/b.h)
				}
			}
		}
	}
}

// placeTexts puts names into the boxes, and labels where arrows leave them.
func (l *layout) placeTexts() {
	for _, b := range l.boxes {
		lines := []text{{text: svg.Fit(b.label, nameSize, nameMost/svg.Bold), class: "name", full: b.label}}
		lines[0].w = svg.Width(lines[0].text, nameSize) * svg.Bold
		if b.traits != "" {
			lines = append(lines, text{text: svg.Fit(b.traits, traitSize, nameMost), class: "trait", full: b.traits})
		}
		if b.losses != "" {
			lines = append(lines, text{text: svg.Fit(b.losses, traitSize, nameMost-14), class: "loss", full: b.losses, cross: true})
		}
		y := b.y + b.h/2 - float64(len(lines)-1)*traitHeight/2 + 4.5
		for i, line := range lines {
			if i > 0 {
				line.w = svg.Width(line.text, traitSize)
			}
			if line.text == line.full {
				line.full = ""
			}
			line.middle = !line.cross
			line.x, line.y = b.x+b.w/2-line.w/2, y+float64(i)*traitHeight
			if line.cross {
				line.x += 7
			}
			l.texts = append(l.texts, line)
		}
	}
	for _, w := range l.strands {
		if w.label == "" {
			continue
		}
		t := text{text: w.label, class: "key " + edgeClasses[w.kind], w: svg.Width(w.label, keySize), y: w.from.y - 5}
		t.x = w.from.x + 7
		if w.from.side < 0 {
			t.x = w.from.x - 7 - t.w
		}
		l.texts = append(l.texts, t)
	}
}

func (l *layout) placeLegend() {
	x, y := svg.Margin, l.height+10
	for _, s := range l.legendOf() {
		w := svg.Width(s.words, legendSize)
		if x+signRoom+w > l.width-svg.Margin && x > svg.Margin {
			x, y = svg.Margin, y+18
		}
		s.x, s.y = x, y
		l.signs = append(l.signs, s)
		l.texts = append(l.texts, text{x: x + signRoom, y: y, w: w, text: s.words, class: "small"})
		x += signRoom + w + 16
	}
	l.height = y + svg.Margin
}
