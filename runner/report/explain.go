package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/transcript"
)

// noteMessage is how many characters of a message a note names it by.
const noteMessage = 40

// notes prints what became of messages, a sentence each.
func notes(p *page, all []outcome.Note) {
	width := 0
	for _, n := range all {
		width = max(width, ansi.StringWidth(n.Event))
	}
	for _, n := range all {
		label := "  " + trouble.of(n.Event) + strings.Repeat(" ", width-ansi.StringWidth(n.Event)+2)
		named := named(n)
		text := escape.Text(n.Text)
		if named != "" {
			text = named + "  " + text
		}
		p.hanging(label, text, width+4, normal)
	}
}

// named lists the messages that a note is about.
func named(n outcome.Note) string {
	names := make([]string, len(n.Messages))
	for i, m := range n.Messages {
		names[i] = clip(m, noteMessage)
	}
	list := strings.Join(names, ", ")
	if more := n.Count - len(names); more > 0 && len(names) > 0 {
		list += fmt.Sprintf(" and %s more", Grouped(more))
	}
	return list
}

// mismatch prints where the observation differs from the expectation.
func mismatch(p *page, m outcome.Mismatch, legend bool) {
	text := escape.Text(m.Subject)
	if m.Pos.Line > 0 {
		text += "  " + m.Pos.String()
	}
	if legend {
		text += "  (- expected, + observed)"
	}
	p.hanging("  "+bad.of(mark(outcome.Fail))+" ", text, 4, strong)
	diff(p, m.Diff, 4)
}

const (
	// around is how many lines that agree are shown on each side of one that does not.
	around = 2
	// differing is how many lines of a diff are shown; of more, the first and last.
	differing = 60
	// diffChars is how many characters of a line are shown in a diff.
	diffChars = 1000
)

// diff prints a diff, shortened.
func diff(p *page, all []transcript.DiffLine, indent int) {
	for _, l := range shortened(all) {
		diffLine(p, l, indent)
	}
}

// shortened is a diff without the long runs of lines that agree, and without its middle if it is
// still long.
func shortened(all []transcript.DiffLine) []transcript.DiffLine {
	lines := condense(all)
	first, last := ends(len(lines), differing, differing)
	if first == last {
		return lines
	}
	words := fmt.Sprintf("… %s …", Counted(last-first, "more line"))
	return slices.Concat(lines[:first], []transcript.DiffLine{{Op: skipped, Text: words}}, lines[last:])
}

func diffLine(p *page, l transcript.DiffLine, indent int) {
	blank := strings.Repeat(" ", indent)
	switch l.Op {
	case transcript.Missing:
		p.hanging(blank+bad.of("-")+" ", clip(l.Text, diffChars), indent+2, bad)
	case transcript.Extra:
		p.hanging(blank+good.of("+")+" ", clip(l.Text, diffChars), indent+2, good)
	case transcript.Same:
		p.hanging(blank+"  ", clip(l.Text, diffChars), indent+2, normal)
	default:
		p.line(blank, "  ", aside.of(l.Text))
	}
}

// skipped is the op of lines that stand for a run of lines that agree.
const skipped transcript.Op = 0

// condense replaces runs of lines that agree, but for those next to ones that do not.
func condense(all []transcript.DiffLine) []transcript.DiffLine {
	var out []transcript.DiffLine
	for at := 0; at < len(all); {
		end := at
		for end < len(all) && (all[end].Op == transcript.Same) == (all[at].Op == transcript.Same) {
			end++
		}
		run := all[at:end]
		from, to := around, len(run)-around
		if at == 0 {
			from = 0
		}
		if end == len(all) {
			to = len(run)
		}
		if run[0].Op != transcript.Same || to-from < 2 {
			out = append(out, run...)
		} else {
			out = append(out, run[:from]...)
			words := fmt.Sprintf("… %s alike …", Counted(to-from, "line"))
			out = append(out, transcript.DiffLine{Op: skipped, Text: words})
			out = append(out, run[to:]...)
		}
		at = end
	}
	return out
}

// ends says which of n things are shown where no more than most are: all, or of more the first and
// the last, some in all. Shown are those before first, and those from last on.
func ends(n, most, some int) (first, last int) {
	if n <= most {
		return n, n
	}
	return some / 2, n - some/2
}
