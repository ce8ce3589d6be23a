package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"tutor/runner/escape"
	"tutor/runner/outcome"
)

// Matrix prints the verdicts of acts that were played on several targets, side by side, how they
// failed, and where what happened on a target is not what happened on the first one, how it differs.
// Reports are those of all targets; the first one's target is the first.
func Matrix(w io.Writer, o Options, reports []*outcome.Report) error {
	g := newGrid(reports)
	p := &page{width: o.width()}
	if len(g.targets) == 0 {
		return nil
	}
	g.table(p)
	for _, row := range g.acts {
		for _, f := range row.failures {
			p.blank()
			g.failure(p, row, f)
		}
		for _, d := range row.differences {
			p.blank()
			g.difference(p, row, d)
		}
	}
	p.blank()
	for _, l := range g.left {
		p.hanging(mark(outcome.LeftOut)+" ", escape.Text(l), 2, normal)
	}
	p.hanging("", escape.Text(g.summary()), 0, strong)
	if err := p.writeTo(w, o.Color); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

const (
	// cellWidth is the width of a verdict in words, with its marks.
	cellWidth = len("x error *")
	// actWidth is the least width of the acts' names.
	actWidth = 20
	// columnGap stands between columns.
	columnGap = "  "
)

// verdict is a verdict as the tables show it. A star says that something else happened than on the
// first target.
func (row played) verdict(target int) string {
	a := row.reports[target]
	if a == nil {
		return "–"
	}
	text := mark(a.Verdict) + " " + string(a.Verdict)
	if row.differs(target) {
		text += " *"
	}
	return text
}

func (row played) differs(target int) bool {
	return slices.ContainsFunc(row.differences, func(d difference) bool {
		return slices.Contains(d.targets, target)
	})
}

// table prints a row for each act and a column for each target.
func (g *grid) table(p *page) {
	widths := g.layout(p.width)
	names, brokers := []cell{{}}, []cell{{}}
	for i, t := range g.targets {
		names = append(names, cell{wrapName(t.name, widths[i+1]), strong})
		brokers = append(brokers, cell{wrap(escape.Text(t.broker), widths[i+1]), faint})
	}
	p.row(columnGap, widths, names)
	p.row(columnGap, widths, brokers)
	title := ""
	for i, row := range g.acts {
		if i == 0 || row.scenario.Title != title {
			title = row.scenario.Title
			p.hanging("", escape.Text(title), 0, strong)
		}
		p.row(columnGap, widths, g.verdicts(row, widths[0]))
	}
}

// verdicts are the cells of an act's row.
func (g *grid) verdicts(row played, width int) []cell {
	name := wrap(escape.Text(row.act.Name), width-2)
	for i := range name {
		name[i] = "  " + name[i]
	}
	cells := []cell{{name, normal}}
	for i := range g.targets {
		look := faint
		if a := row.reports[i]; a != nil {
			look = verdictStyle(a.Verdict)
		}
		cells = append(cells, cell{[]string{row.verdict(i)}, look})
	}
	return cells
}

// layout shares a line's width among the acts' names and the targets.
func (g *grid) layout(width int) []int {
	wanted := []int{actWidth}
	for _, row := range g.acts {
		wanted[0] = max(wanted[0], 2+ansi.StringWidth(escape.Text(row.act.Name)))
	}
	for _, t := range g.targets {
		w := max(cellWidth, ansi.StringWidth(escape.Text(t.name)), ansi.StringWidth(escape.Text(t.broker)))
		wanted = append(wanted, w)
	}
	widths := share(width-len(g.targets)*len(columnGap), wanted)
	widths[0] = max(widths[0], actWidth)
	for i := range g.targets {
		widths[i+1] = max(widths[i+1], cellWidth)
	}
	return widths
}

// wrapName breaks a target's name between its parts.
func wrapName(name string, width int) []string {
	return fill(func(yield func(string) bool) {
		for rest := escape.Text(name); rest != ""; {
			end := 1 + strings.IndexAny(rest, ":/@,-")
			if end == 0 {
				end = len(rest)
			}
			if !yield(rest[:end]) {
				return
			}
			rest = rest[end:]
		}
	}, width)
}

// failure prints how an act failed.
func (g *grid) failure(p *page, row played, f failure) {
	p.hanging(bad.of(mark(f.report.Verdict))+" ", row.name(), 2, strong)
	p.hanging("  ", "on "+g.names(f.targets), 2, faint)
	for i, m := range f.report.Mismatches {
		mismatch(p, m, i == 0)
	}
	if f.report.Err != nil {
		failed(p, f.report.Err)
	}
}

// difference prints how what happened on some targets differs from what happened on the first.
func (g *grid) difference(p *page, row played, d difference) {
	p.hanging(trouble.of("*")+" ", row.name(), 2, strong)
	p.hanging("  ", fmt.Sprintf("- on %s  + on %s", g.names([]int{0}), g.names(d.targets)), 2, faint)
	for _, part := range d.parts {
		p.hanging("  ", escape.Text(part.Subject), 2, normal)
		diff(p, part.Diff, 4)
	}
}

func (row played) name() string { return escape.Text(row.scenario.Title + " › " + row.act.Name) }

func (g *grid) names(targets []int) string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = escape.Text(g.targets[t].name)
	}
	return strings.Join(names, ", ")
}

// summary says how many acts came out how.
func (g *grid) summary() string {
	tally := map[outcome.Verdict]int{}
	differing := 0
	for _, row := range g.acts {
		for _, a := range row.reports {
			if a != nil {
				tally[a.Verdict]++
			}
		}
		if len(row.differences) > 0 {
			differing++
		}
	}
	text := fmt.Sprintf("%s on %s: %s", Counted(len(g.acts), "act"), Counted(len(g.targets), "target"), outcomes(tally))
	if differing > 0 {
		text += fmt.Sprintf("; %s not everywhere alike (*: not as on %s)", Counted(differing, "act"), g.targets[0].name)
	}
	return text
}
