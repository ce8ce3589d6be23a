package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/report/picture"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

const (
	// narrowest is the least width of a column, in cells, with which columns can still be read.
	narrowest = 18
	// rowsMost is up to how many lines of an act are shown, rowsSome how many of more than that.
	rowsMost, rowsSome = 80, 40
	// rowsVerbose is both for those who want to see more.
	rowsVerbose = 1000
	// lineChars is how many characters of a line are shown.
	lineChars = 240
)

// row is a line of a transcript, ready to be shown.
type row struct {
	// at is the time, empty where it is that of the row above.
	at    string
	actor int
	text  string
	// lead stands before the text of lines that are not just what an actor printed.
	lead  string
	style style
}

// terminals prints what the actors printed, side by side like terminals, in the order of time.
// Where there is no room for that, one below the other.
func terminals(p *page, a *outcome.Act, verbose bool) {
	first, last := ends(len(a.Lines), rowsMost, rowsSome)
	if verbose {
		first, last = ends(len(a.Lines), rowsVerbose, rowsVerbose)
	}
	head, tail := rows(a.Lines[:first]), rows(a.Lines[last:])
	cut := ""
	if last > first {
		cut = missing(a.Lines[first:last])
	}
	t := newTable(a.Act.Cast, slices.Concat(head, tail))
	draw := t.list
	if t.fit(p.width) {
		t.header(p)
		draw = t.columns
	}
	draw(p, head)
	if cut != "" {
		p.line(strings.Repeat(" ", t.gutter()), aside.of(cut))
	}
	draw(p, tail)
}

// missing says what the rows that are not shown are.
func missing(lines []transcript.Line) string {
	troubles := 0
	for _, l := range lines {
		if l.Trouble {
			troubles++
		}
	}
	words := fmt.Sprintf("… %s", Counted(len(lines), "more row"))
	if troubles > 0 {
		words += fmt.Sprintf(", %s of them trouble", Grouped(troubles))
	}
	return words + " …"
}

func rows(lines []transcript.Line) []row {
	out := make([]row, len(lines))
	before := ""
	for i, l := range lines {
		r := row{actor: int(l.Actor), text: clip(l.String(), lineChars), style: lineStyle(l)}
		switch {
		case l.Trouble:
			r.lead = "! "
		case l.Kind == transcript.Remark:
			r.lead = "· "
		}
		if at := picture.Moment(l.At); at != before {
			r.at, before = at, at
		}
		out[i] = r
	}
	return out
}

// table is the layout of rows.
type table struct {
	names []string
	// times is the width of the column of times.
	times int
	// wanted are the widths that the actors' columns need, widths the ones they get.
	wanted, widths []int
}

func newTable(cast []*scenario.Actor, rows []row) *table {
	t := &table{}
	for _, a := range cast {
		name := escape.Text(a.Name())
		t.names = append(t.names, name)
		t.wanted = append(t.wanted, ansi.StringWidth(name))
	}
	for _, r := range rows {
		t.times = max(t.times, len(r.at))
		t.wanted[r.actor] = max(t.wanted[r.actor], ansi.StringWidth(r.lead+r.text))
	}
	return t
}

// bar is the width of what stands between columns.
const bar = 3

// gutter is the width of all that is left of the columns.
func (t *table) gutter() int { return 2 + t.times + bar }

// fit shares a line's width among the columns, and says whether that is enough for them.
func (t *table) fit(width int) bool {
	bars := bar * (len(t.wanted) - 1)
	t.widths = share(width-t.gutter()-bars, t.wanted)
	for i, w := range t.widths {
		if w < t.wanted[i] && w < narrowest {
			return false
		}
	}
	return true
}

// share gives each of those who want something as much of a total as they want, as far as it goes:
// those who want most get less, and equally much.
func share(total int, wanted []int) []int {
	got := slices.Clone(wanted)
	order := make([]int, len(wanted))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return wanted[a] - wanted[b] })
	for n, i := range order {
		got[i] = max(0, min(wanted[i], total/(len(order)-n)))
		total -= got[i]
	}
	return got
}

func (t *table) header(p *page) {
	names := []cell{{}}
	for i, name := range t.names {
		names = append(names, cell{wrap(name, t.widths[i]), strong})
	}
	p.row(t.between(), t.all(), names)
	rule := strings.Repeat("─", t.times+1)
	for i, w := range t.widths {
		rule += "┼" + strings.Repeat("─", w+1)
		if i < len(t.widths)-1 {
			rule += "─"
		}
	}
	p.line("  ", faint.of(rule))
}

// columns prints rows, each in the column of its actor.
func (t *table) columns(p *page, rows []row) {
	for _, r := range rows {
		cells := make([]cell, 1+len(t.widths))
		cells[0] = cell{[]string{t.indented(r.at)}, faint}
		cells[1+r.actor] = cell{r.wrapped(t.widths[r.actor]), r.style}
		p.row(t.between(), t.all(), cells)
	}
}

func (t *table) between() string { return " " + faint.of("│") + " " }

// all are the widths of the column of times and the actors' columns.
func (t *table) all() []int { return append([]int{2 + t.times}, t.widths...) }

// indented is a time, set to the right in its column.
func (t *table) indented(at string) string { return fmt.Sprintf("%*s", 2+t.times, at) }

// wrapped is the text of a row in lines, the further ones below the first one's text.
func (r row) wrapped(width int) []string {
	indent := ansi.StringWidth(r.lead)
	lines := wrap(r.text, width-indent)
	for i := range lines {
		if i == 0 {
			lines[i] = r.lead + lines[i]
		} else {
			lines[i] = strings.Repeat(" ", indent) + lines[i]
		}
	}
	return lines
}

// list prints rows one below the other, each with its actor's name.
func (t *table) list(p *page, rows []row) {
	width := 0
	for _, name := range t.names {
		width = max(width, ansi.StringWidth(name))
	}
	width = min(width, narrowest)
	indent := 2 + t.times + 2 + width + bar
	for _, r := range rows {
		name := pad(ansi.Truncate(t.names[r.actor], width, "…"), width)
		at := t.indented(r.at)
		for i, line := range r.wrapped(max(p.width-indent, narrowest)) {
			if i > 0 {
				name, at = strings.Repeat(" ", width), t.indented("")
			}
			p.line(faint.of(at), "  ", strong.of(name), t.between(), r.style.of(line))
		}
	}
}
