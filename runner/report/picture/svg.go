package picture

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/svg"
)

//go:embed picture.css
var style string

// Style is the style sheet of the pictures. [SVG] and [WriteSVG] have it in them; a page that has several
// pictures of [Inline] has it once.
func Style() string { return svg.Palette + style }

// SVG is an act as a picture of its own.
func SVG(a *outcome.Act, title string) string { return draw(a, title).Document(Style()) }

// Inline is an act as a picture in a page, which has the heading and the [Style] already.
func Inline(a *outcome.Act) string { return draw(a, "").Element() }

func draw(a *outcome.Act, title string) *svg.Picture {
	d := &drawing{scene: newScene(a, title)}
	d.all()
	return &svg.Picture{Name: "Sequence diagram", Title: title, Desc: d.desc, Width: d.width, Height: d.height, Body: d.String()}
}

// drawing writes a scene.
type drawing struct {
	*scene
	strings.Builder
}

func (d *drawing) line(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

func (d *drawing) all() {
	d.kinds()
	for i := range d.lanes {
		d.lane(i)
	}
	d.axis()
	for _, h := range d.holds {
		d.hold(h)
	}
	for i := range d.heads {
		d.head(i)
	}
	for i, r := range d.rows {
		d.row(i, r)
	}
	for _, l := range d.labels {
		if l.row == none {
			d.text(l)
		}
	}
	for _, item := range d.legend {
		d.sign(item)
	}
}

// kinds writes above the lanes what they are.
func (d *drawing) kinds() {
	titles := map[laneKind][2]string{publisherLane: {"publisher", "publishers"}, queueLane: {"queue", "queues"}, consumerLane: {"consumer", "consumers"}}
	for i, l := range d.lanes {
		if i > 0 && d.lanes[i-1].kind == l.kind {
			continue
		}
		many := 0
		if i+1 < len(d.lanes) && d.lanes[i+1].kind == l.kind {
			many = 1
		}
		d.line(`<text class="small kind" x="%s" y="%s">%s</text>`, svg.Num(d.xs[i]), svg.Num(d.top-6), titles[l.kind][many])
	}
}

// lane draws a lane, apart where time goes on, and faint where who is there has gone.
func (d *drawing) lane(i int) {
	var there, gone, jump strings.Builder
	away := false
	from := d.top + headHeight
	for n, r := range d.rows {
		if r.goes && r.lane == i {
			away = true
			segment(&there, d.xs[i], from, d.y(n))
			from = d.y(n)
		}
		if r.comes && away && (r.lane == i || slices.Contains(r.arrows, i)) {
			segment(&gone, d.xs[i], from, d.y(n))
			away, from = false, d.y(n)
		}
		if r.jump && !away {
			segment(&there, d.xs[i], from, d.tops[n]+2)
			segment(&jump, d.xs[i], d.tops[n]+2, d.tops[n+1]-2)
			from = d.tops[n+1] - 2
		}
	}
	last := &there
	if away {
		last = &gone
	}
	segment(last, d.xs[i], from, d.bottom)
	for _, part := range []struct {
		class string
		path  *strings.Builder
	}{{"lane", &there}, {"lane jump", &jump}, {"lane gone", &gone}} {
		if part.path.Len() > 0 {
			d.line(`<path class="%s" d="%s"/>`, part.class, part.path)
		}
	}
}

func segment(b *strings.Builder, x, from, to float64) {
	if to > from {
		fmt.Fprintf(b, "M%s %sV%s", svg.Num(x), svg.Num(from), svg.Num(to))
	}
}

// axis draws time, at the left edge: a line that is broken where time goes on.
func (d *drawing) axis() {
	if len(d.rows) == 0 {
		return
	}
	x := timeWidth
	var path strings.Builder
	from := d.tops[0] - 6
	for i, r := range d.rows {
		if r.jump {
			top, y := d.tops[i], d.y(i)
			segment(&path, x, from, top+3)
			fmt.Fprintf(&path, "M%s %sl4 3l-8 6l4 3", svg.Num(x), svg.Num(y-6))
			from = d.tops[i+1] - 3
		}
		if r.jump || i == 0 {
			d.line(`<text class="time" x="%s" y="%s">%s</text>`, svg.Num(x-9), svg.Num(d.y(i)+4), svg.Text(Moment(r.at)))
		}
	}
	segment(&path, x, from, d.bottom)
	d.line(`<path class="axis" d="%s"/>`, &path)
}

func (d *drawing) hold(h hold) {
	from := d.y(h.from)
	to := d.bottom
	if h.to < len(d.rows) {
		to = d.y(h.to)
	}
	d.line(`<rect class="hold m%d" data-first="%d" x="%s" y="%s" width="7" height="%s" rx="2"/>`, colour(h.message), d.rows[h.from].first, svg.Num(d.xs[h.lane]-3.5-5*float64(h.slot)), svg.Num(from), svg.Num(max(to-from, 4)))
}

// head draws the name of a lane in a box, whose form tells queues from actors.
func (d *drawing) head(i int) {
	h := d.heads[i]
	kind := d.lanes[i%len(d.lanes)].kind
	class, radius := [...]string{"publisher", "queue", "consumer"}[kind], [...]float64{13, 0, 4}[kind]
	d.line(`<g class="%s">%s<rect x="%s" y="%s" width="%s" height="%s" rx="%s"/>`, class, svg.Tooltip(h.full),
		svg.Num(h.x-9), svg.Num(h.y-headHeight/2-4.5), svg.Num(h.w+18), svg.Num(headHeight), svg.Num(radius))
	if kind == queueLane {
		d.line(`<path d="M%s %sv%s"/>`, svg.Num(h.x-5), svg.Num(h.y-headHeight/2-4.5), svg.Num(headHeight))
	}
	d.line(`<text class="head" x="%s" y="%s">%s</text></g>`, svg.Num(h.x+h.w/2), svg.Num(h.y), svg.Text(h.body))
}

// colour is that of a message, as the style sheet counts them.
func colour(message int) int { return (message + colours - 1) % colours }

const colours = 8

// WriteSVG writes the acts of runs as one picture, one below the other.
func WriteSVG(w io.Writer, reports []*outcome.Report) error {
	if _, err := io.WriteString(w, stack(reports)); err != nil {
		return fmt.Errorf("writing the picture: %w", err)
	}
	return nil
}

// stack is the pictures of all acts, one below the other.
func stack(reports []*outcome.Report) string {
	var all []*svg.Picture
	for _, r := range reports {
		if len(r.Acts) == 0 {
			nothing := &outcome.Act{Act: &scenario.Act{}, Verdict: outcome.LeftOut}
			all = append(all, draw(nothing, fmt.Sprintf("%s (%s): left out, none of its acts was played", r.Scenario.Title, r.Target)))
		}
		for _, a := range r.Acts {
			all = append(all, draw(a, fmt.Sprintf("%s: %s (%s, %s)", r.Scenario.Title, a.Act.Name, r.Target, a.Verdict)))
		}
	}
	return svg.Stack(all, Style())
}
