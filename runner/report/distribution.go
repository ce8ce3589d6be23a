package report

import (
	"fmt"
	"io"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/transcript"
)

// distribution says how an act came out in several plays, and where the rarer outcomes differ from the most
// frequent one.
func distribution(p *page, outcomes []outcome.Way) {
	if len(outcomes) == 0 {
		return
	}
	plays := 0
	for _, o := range outcomes {
		plays += o.Plays
	}
	p.blank()
	if len(outcomes) == 1 {
		p.line("  ", aside.of(fmt.Sprintf("alike in %s", Counted(plays, "play"))))
		return
	}
	p.line("  ", strong.of(fmt.Sprintf("%d outcomes in %s: what comes out is not determined", len(outcomes), Counted(plays, "play"))))
	for i, o := range outcomes {
		p.line("  ", verdictStyle(o.Report.Verdict).of(mark(o.Report.Verdict)), " ", fmt.Sprintf("%s of %d", Grouped(o.Plays), plays))
		if i > 0 {
			diff(p, transcript.Compare(outcomes[0].Lines, o.Lines, false), 4)
		}
	}
}

// Changes prints what a file would say in place of what it says.
func Changes(w io.Writer, o Options, name string, before, after []string) error {
	p := &page{width: o.width()}
	p.line(strong.of(escape.Text(name)), aside.of("  (- as it is, + as it would be)"))
	diff(p, transcript.Compare(before, after, false), 2)
	return p.writeTo(w, o.Color)
}
