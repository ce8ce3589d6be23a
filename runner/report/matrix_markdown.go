package report

import (
	"fmt"
	"io"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/transcript"
)

// MatrixMarkdown writes what [Matrix] prints as Markdown (with the tables of GitHub's flavour).
func MatrixMarkdown(w io.Writer, reports []*outcome.Report) error {
	g := newGrid(reports)
	if len(g.targets) == 0 {
		return nil
	}
	p := &page{width: prose}
	g.markdownTable(p)
	for _, row := range g.acts {
		for _, f := range row.failures {
			p.blank()
			g.markdownFailure(p, row, f)
		}
		for _, d := range row.differences {
			p.blank()
			g.markdownDifference(p, row, d)
		}
	}
	for _, l := range g.left {
		p.blank()
		p.line(mark(outcome.LeftOut), " ", escaped(l))
	}
	p.blank()
	p.line(escaped(g.summary()))
	if _, err := io.WriteString(w, p.bare()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

func (g *grid) markdownTable(p *page) {
	head, rule := "| scenario | act |", "| --- | --- |"
	for _, t := range g.targets {
		head += " " + escaped(t.name)
		if t.broker != "" {
			head += "<br>" + escaped(t.broker)
		}
		head += " |"
		rule += " --- |"
	}
	p.line(head)
	p.line(rule)
	for _, row := range g.acts {
		line := fmt.Sprintf("| %s | %s |", escaped(row.scenario.Title), escaped(row.act.Name))
		for i := range g.targets {
			line += " " + escaped(row.verdict(i)) + " |"
		}
		p.line(line)
	}
}

func (g *grid) markdownFailure(p *page, row played, f failure) {
	p.line(mark(f.report.Verdict), " **", escaped(row.name()), "** on ", escaped(g.names(f.targets)))
	for _, m := range f.report.Mismatches {
		p.blank()
		p.line(escaped(m.Subject), ", ", escaped(m.Pos.String()), " (- expected, + observed)")
		p.blank()
		fenced(p, m.Diff)
	}
	if f.report.Err != nil {
		p.blank()
		fence(p, "text", escape.Lines(f.report.Err.Error())+"\n")
	}
}

func (g *grid) markdownDifference(p *page, row played, d difference) {
	p.line(`\* **`, escaped(row.name()), "**: - on ", escaped(g.names([]int{0})), ", + on ", escaped(g.names(d.targets)))
	for _, part := range d.parts {
		p.blank()
		p.line(escaped(part.Subject))
		p.blank()
		fenced(p, part.Diff)
	}
}

// fenced sets a diff as a block of code.
func fenced(p *page, lines []transcript.DiffLine) {
	var body page
	for _, l := range shortened(lines) {
		op := string(l.Op)
		if l.Op == skipped {
			op = " "
		}
		body.line(op, " ", clip(l.Text, diffChars))
	}
	fence(p, "diff", body.String())
}

// fence sets a text as a block of code, with a fence longer than any in it.
func fence(p *page, language, text string) {
	mark := "```"
	for strings.Contains(text, mark) {
		mark += "`"
	}
	p.line(mark, language)
	p.WriteString(text)
	p.line(mark)
}

// escaped makes a text harmless that stands in Markdown.
func escaped(s string) string {
	return strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`, "#", `\#`, "~", `\~`,
	).Replace(escape.Text(s))
}
