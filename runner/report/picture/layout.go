package picture

import (
	"cmp"
	"fmt"
	"slices"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/svg"
)

// Sizes in pixels, of letters and of what is around them.
const (
	headSize, labelSize, smallSize = 13.0, 12.0, 10.5

	timeWidth   = 58.0
	headHeight  = 26.0
	arrowHeight = 32.0
	markHeight  = 23.0
	jumpHeight  = 24.0
	// leastGap is the least distance of two lanes.
	leastGap = 70.0
	// headMost is the greatest width of a lane's name, labelMost and labelCrowded those of labels, the second
	// where there are more lanes than crowd.
	headMost                = 150.0
	labelMost, labelCrowded = 250.0, 185.0
	crowd                   = 6
	// leastWidth is the least width of a picture, remarkMost how wide a remark below it may make it.
	leastWidth, remarkMost = 320.0, 620.0
	// beside is how far a label is from its lane, stubLength how long an arrow is that comes to no lane.
	beside, stubLength = 10.0, 18.0
	chipHeight         = 15.0
)

// scene is a picture of an act, with a place for everything.
type scene struct {
	*sequence
	title, desc string
	// xs are the lanes' places, and tops those of the rows; bottom is where the lanes end.
	xs, tops      []float64
	top, bottom   float64
	width, height float64
	heads         []label
	labels        []label
	chips         []label
	legend        []legendItem
}

// label is a text at a place: x is its left edge, y its base line.
type label struct {
	x, y, w, size float64
	// message is the number in front of it, if there is one.
	message int
	// body is in the usual letters, words in those of what happens.
	body, words string
	class       string
	// full is what has been cut.
	full string
	// row is the one that it belongs to, or none; note is set on texts that go across lanes.
	row  int
	note bool
	// gap is between which lanes it is: right of the lane of that number.
	gap int
}

// newScene places everything of an act.
func newScene(a *outcome.Act, title string) *scene {
	s := &scene{sequence: newSequence(a), title: title, desc: ""}
	s.desc = s.describe(a)
	for i, r := range s.rows {
		s.rowLabels(i, r)
	}
	s.placeLanes()
	for _, n := range s.remarks(a) {
		s.width = max(s.width, timeWidth+2*svg.Margin+min(svg.Width(escape.Text(n), labelSize), remarkMost))
	}
	s.placeRows(a)
	return s
}

// rowLabels makes the labels of a row, and says beside which lanes they are.
func (s *scene) rowLabels(i int, r row) {
	if r.jump || r.lane == none {
		return
	}
	l := s.newLabel(i, r)
	if len(r.arrows) == 0 {
		l.gap, l.x = r.lane, beside
		if r.stub {
			l.x += stubLength
		}
		s.labels = append(s.labels, l)
		return
	}
	arrows := slices.Clone(r.arrows)
	slices.SortFunc(arrows, func(a, b int) int { return cmp.Compare(distance(a, r.lane), distance(b, r.lane)) })
	queue, other := arrows[0], r.lane
	if s.lanes[r.lane].kind == queueLane {
		queue, other = r.lane, arrows[0]
	}
	s.labels = append(s.labels, l.toward(queue, other))
	for _, to := range arrows {
		chip := label{row: i, message: r.message, size: labelSize}
		chip.w = chipWidth(r.message)
		chip = chip.toward(to, r.lane)
		chip.x *= 1.5
		if r.message > 0 && chip.gap != s.labels[len(s.labels)-1].gap && !slices.ContainsFunc(s.chips, func(c label) bool { return c.row == i && c.gap == chip.gap }) {
			s.chips = append(s.chips, chip)
		}
	}
}

func distance(a, b int) int { return max(a-b, b-a) }

// toward puts a label beside a lane, on the side of another. Its x is meant from that lane: what is left of it
// ends there.
func (l label) toward(lane, other int) label {
	l.gap, l.x = lane, beside
	if other < lane {
		l.gap, l.x = lane-1, -beside
	}
	return l
}

// newLabel makes the label of a row, cut to what there is room for.
func (s *scene) newLabel(i int, r row) label {
	most := labelMost
	if len(s.lanes) > crowd {
		most = labelCrowded
	}
	l := label{row: i, message: r.message, size: labelSize}
	room := most - chipWidth(r.message)
	doubt := ""
	for _, d := range r.doubt() {
		doubt = " " + d
	}
	scale := 1.0
	if r.loss {
		l.class, scale = "loss", svg.Bold
	}
	room -= svg.Width(doubt, labelSize) * scale
	words, body := escape.Text(r.words), escape.Text(r.body)
	whole := words
	words = svg.Fit(words, labelSize, wordsRoom(r, room, body)/scale)
	room -= svg.Width(words, labelSize) * scale
	l.body = svg.Fit(body, labelSize, max(room-svg.Width(" ", labelSize), 0))
	if l.body == "…" {
		l.body = ""
	}
	if l.body != body || words != whole {
		l.full = joined(body, whole)
	}
	l.words = words + doubt
	l.w = l.textX() + svg.Width(l.body, labelSize) + svg.Width(l.words, labelSize)*scale
	if l.body != "" && l.words != "" {
		l.w += svg.Width(" ", labelSize)
	}
	return l
}

// wordsRoom is how much of a label's room the words may take: half of it, more where the message needs less, and
// all where it is lost.
func wordsRoom(r row, room float64, body string) float64 {
	if r.loss {
		return room
	}
	return max(room/2, room-svg.Width(body+" ", labelSize))
}

func chipWidth(message int) float64 {
	if message == 0 {
		return 0
	}
	return max(chipHeight, svg.Width(fmt.Sprint(message), smallSize)+8)
}

// textX is where the text begins, behind the number.
func (l label) textX() float64 {
	if l.message == 0 {
		return 0
	}
	return chipWidth(l.message) + 4
}

// placeLanes finds out how far the lanes are from each other, and makes their heads.
func (s *scene) placeLanes() {
	n := len(s.lanes)
	gaps := make([]float64, n)
	for _, l := range s.labels {
		gaps[l.gap] = max(gaps[l.gap], l.w+max(l.x, -l.x)+beside)
	}
	for _, l := range s.chips {
		gaps[l.gap] = max(gaps[l.gap], l.w+4*beside)
	}
	x := timeWidth + svg.Margin
	for i, l := range s.lanes {
		name := escape.Text(l.name)
		h := label{body: svg.Fit(name, headSize, headMost-20), size: headSize, class: "head", row: none}
		if h.body != name {
			h.full = name
		}
		h.w = max(svg.Width(h.body, headSize)*svg.Bold, 34)
		if i == 0 {
			x += h.w/2 + 10
		} else {
			x += max(leastGap, gaps[i-1], s.heads[i-1].w/2+h.w/2+34)
		}
		s.xs, s.heads = append(s.xs, x), append(s.heads, h)
	}
	s.width = x + svg.Margin
	if n > 0 {
		s.width = x + max(gaps[n-1], s.heads[n-1].w/2+10) + svg.Margin
	}
	s.width = max(s.width, leastWidth, svg.TitleWidth(s.title))
}

// placeRows gives everything its height.
func (s *scene) placeRows(a *outcome.Act) {
	y := svg.Margin
	if s.title != "" {
		y += svg.TitleSize + 12
	}
	s.top = y + smallSize + 6
	y = s.top + headHeight + 10
	for _, r := range s.rows {
		s.tops = append(s.tops, y)
		y += r.height()
	}
	s.tops = append(s.tops, y)
	s.bottom = y + 4
	s.placeLabels()
	y = s.placeHeads(y + 4)
	for _, n := range s.remarks(a) {
		y += markHeight
		s.labels = append(s.labels, s.note(n, y-6, none))
	}
	s.height = s.placeLegend(y+8) + svg.Margin
}

func (r row) height() float64 {
	switch {
	case r.jump:
		return jumpHeight
	case len(r.arrows) > 0:
		return arrowHeight
	}
	return markHeight
}

// y is the height at which the arrows and marks of a row are.
func (s *scene) y(i int) float64 {
	switch r := s.rows[i]; {
	case len(r.arrows) > 0:
		return s.tops[i] + arrowHeight - 8
	default:
		return s.tops[i] + r.height()/2
	}
}

func (s *scene) placeLabels() {
	for i := range s.labels {
		s.placeLabel(&s.labels[i], -7)
	}
	for i := range s.chips {
		s.placeLabel(&s.chips[i], 4)
	}
	for i, r := range s.rows {
		if r.lane == none && !r.jump {
			s.labels = append(s.labels, s.note(r.text(), s.y(i)+4, i))
		}
	}
}

// placeLabel turns a place beside a lane into one in the picture; above says how far the label of an arrow is
// from it.
func (s *scene) placeLabel(l *label, above float64) {
	l.y = s.y(l.row) + 4
	if len(s.rows[l.row].arrows) > 0 {
		l.y = s.y(l.row) + above
	}
	if l.x < 0 {
		l.x = s.xs[l.gap+1] + l.x - l.w
	} else {
		l.x = s.xs[l.gap] + l.x
	}
}

// note is a text across all lanes.
func (s *scene) note(text string, y float64, row int) label {
	text = escape.Text(text)
	left := timeWidth + svg.Margin
	l := label{x: left, y: y, size: labelSize, words: svg.Fit(text, labelSize, s.width-left-svg.Margin), class: "note", row: row, note: true}
	if l.words != text {
		l.full = text
	}
	l.w = svg.Width(l.words, labelSize)
	return l
}

// placeHeads puts the names of the lanes above them, and below them where the picture is long.
func (s *scene) placeHeads(y float64) float64 {
	below := slices.Clone(s.heads)
	for i := range s.heads {
		s.heads[i].x, s.heads[i].y = s.xs[i]-s.heads[i].w/2, s.top+headHeight/2+4.5
		below[i].x, below[i].y = s.heads[i].x, y+headHeight/2+4.5
	}
	if len(s.rows) <= longRows {
		return y
	}
	s.heads = append(s.heads, below...)
	return y + headHeight
}

// longRows is from how many rows on a picture has the names of its lanes below, too.
const longRows = 24
