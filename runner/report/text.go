package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"tutor/runner/escape"
	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/report/picture"
	"tutor/runner/scenario"
)

// Text prints reports for a person, act by act. It is not safe for concurrent use.
type Text struct {
	w       io.Writer
	options Options
	begun   bool
	// introduced is the act whose text was printed before its report.
	introduced *scenario.Act
	err        error
}

// NewText returns a Text that prints to a writer.
func NewText(w io.Writer, o Options) *Text { return &Text{w: w, options: o} }

// Err is the first error that printing has met. After it nothing more is printed.
func (t *Text) Err() error { return t.err }

// Scenario prints what a scenario is about, ahead of its acts.
func (t *Text) Scenario(s *scenario.Scenario) {
	if t.options.Quiet {
		return
	}
	p := t.page()
	p.line(title.of(escape.Text(s.Title)))
	if s.About != "" {
		p.paragraphs(s.About, 0, normal)
	}
	t.print(p)
}

// Act prints the outcome of an act.
func (t *Text) Act(a *outcome.Act) {
	if t.options.Quiet && a.Verdict == outcome.Pass {
		return
	}
	p := t.page()
	heading(p, a, a.Act != t.introduced)
	if len(a.Lines) > 0 {
		p.blank()
		terminals(p, a, t.options.Verbose)
	}
	if t.options.Verbose && len(a.Frames) > 0 {
		p.blank()
		frames(p, a)
	}
	if len(a.Notes()) > 0 {
		p.blank()
		notes(p, a.Notes())
	}
	for i, m := range a.Mismatches {
		p.blank()
		mismatch(p, m, i == 0)
	}
	if a.Err != nil {
		p.blank()
		failed(p, a.Err)
	}
	distribution(p, a.Outcomes)
	deprecated(p, a.Act)
	ignored(p, a.Act)
	whyReal(p, a.WhyReal)
	summary(p, a)
	t.print(p)
}

// End prints the total of a run, if it had more than one act, and lists what has not passed.
func (t *Text) End(reports []*outcome.Report) {
	p := t.page()
	total(p, reports, t.options.Quiet)
	if p.Len() > 0 {
		t.print(p)
	}
}

func (t *Text) page() *page { return &page{width: t.options.width()} }

// print writes a page, with a blank line between it and the one before.
func (t *Text) print(p *page) {
	if t.err != nil {
		return
	}
	text := page{width: p.width}
	if t.begun {
		text.blank()
	}
	t.begun = true
	text.WriteString(p.String())
	if err := text.writeTo(t.w, t.options.Color); err != nil {
		t.err = fmt.Errorf("writing the report: %w", err)
	}
}

// heading is an act's verdict and name, and its teaching text if that is wanted.
func heading(p *page, a *outcome.Act, about bool) {
	name := escape.Text(a.Act.Name)
	switch a.Verdict {
	case outcome.Fail:
		name += " (failed)"
	case outcome.Error:
		name += " (could not be played)"
	}
	p.hanging(verdictStyle(a.Verdict).of(mark(a.Verdict))+" ", name, 2, strong)
	if about && a.Act.About != "" {
		p.paragraphs(a.Act.About, 2, normal)
	}
}

// failed says why an act could not be played.
func failed(p *page, err error) {
	p.hanging("  "+bad.of("error")+"  ", escape.Lines(err.Error()), 9, normal)
}

// deprecated says what an act uses that the newest RabbitMQ denies by default.
func deprecated(p *page, a *scenario.Act) {
	all := a.Deprecated()
	if len(all) > 0 {
		p.blank()
	}
	for _, d := range all {
		p.hanging("  "+trouble.of("deprecated")+"  ", escape.Text(d.String()), 14, normal)
	}
}

// ignored says what an act is played without, of the definitions that its topology is from.
func ignored(p *page, a *scenario.Act) {
	if text := a.Before().IgnoredText(); text != "" {
		p.blank()
		p.hanging("  "+faint.of("ignored")+"  ", escape.Text(text), 11, normal)
	}
}

// whyReal says why an act was played at the real clock, where nobody has asked for that.
func whyReal(p *page, why string) {
	if why != "" {
		p.blank()
		p.hanging("  "+trouble.of("real clock")+"  ", escape.Text(why), 14, normal)
	}
}

// summary is the last line of an act, below a blank one: messages, time, broker.
func summary(p *page, a *outcome.Act) {
	parts := []string{}
	if a.Books != nil {
		parts = append(parts, counts(a.Books))
	}
	if a.Act.IsOpen() && a.Verdict == outcome.Pass {
		parts = append(parts, "played to its end, nothing else is expected")
	}
	if a.Elapsed > 0 {
		parts = append(parts, duration(a))
	}
	if broker := strings.TrimSpace(a.Product + " " + a.Version); broker != "" {
		parts = append(parts, escape.Text(broker))
	}
	if len(parts) > 0 {
		p.blank()
		p.hanging("  ", strings.Join(parts, " · "), 2, faint)
	}
}

// counts says how many messages were sent, and how many copies met each fate.
func counts(b *outcome.Books) string {
	parts := []string{Grouped(b.Sent) + " sent"}
	for _, f := range fate.All() {
		if n := b.Counts[f]; n > 0 {
			parts = append(parts, Grouped(n)+" "+string(f))
		}
	}
	if n := b.Counts[""]; n > 0 {
		parts = append(parts, Grouped(n)+" "+outcome.Unaccounted)
	}
	return strings.Join(parts, ", ")
}

func duration(a *outcome.Act) string {
	if a.Clock == scenario.Real {
		return elapsed(a.Elapsed) + " by the real clock"
	}
	return picture.Moment(a.Span) + " on the clock, " + elapsed(a.Elapsed)
}

// total sums a run up.
func total(p *page, reports []*outcome.Report, always bool) {
	tally := map[outcome.Verdict]int{}
	acts := 0
	var took time.Duration
	for _, r := range reports {
		took += r.Elapsed
		for _, a := range r.Acts {
			tally[a.Verdict]++
			acts++
		}
	}
	left := leftOut(reports)
	if acts < 2 && len(left) == 0 && !always {
		return
	}
	p.line(strong.of(totals(len(reports), acts, tally)), faint.of(" · "+elapsed(took)))
	for _, r := range left {
		p.hanging("  "+mark(outcome.LeftOut)+" ", escape.Text(r.Scenario.Title)+": "+nothingPlayed, 4, normal)
	}
	for _, r := range reports {
		for _, a := range r.Acts {
			if a.Verdict != outcome.Pass {
				p.hanging("  "+bad.of(mark(a.Verdict))+" ", complaint(r, a), 4, normal)
			}
		}
	}
}

// nothingPlayed says what is wrong with a run that has no acts.
const nothingPlayed = "left out, none of its acts was played"

// leftOut are the runs in which no act was played.
func leftOut(reports []*outcome.Report) []*outcome.Report {
	var left []*outcome.Report
	for _, r := range reports {
		if r.Verdict() == outcome.LeftOut {
			left = append(left, r)
		}
	}
	return left
}

func totals(scenarios, acts int, tally map[outcome.Verdict]int) string {
	what := Counted(acts, "act")
	if scenarios > 1 {
		what = Counted(scenarios, "scenario") + ", " + what
	}
	return what + ": " + outcomes(tally)
}

// outcomes lists how often each verdict was given.
func outcomes(tally map[outcome.Verdict]int) string {
	var all []string
	for _, o := range []struct {
		verdict outcome.Verdict
		words   string
	}{{outcome.Pass, "passed"}, {outcome.Fail, "failed"}, {outcome.Error, "could not be played"}, {outcome.LeftOut, "left out"}} {
		if n := tally[o.verdict]; n > 0 {
			all = append(all, Grouped(n)+" "+o.words)
		}
	}
	if len(all) == 0 {
		return "nothing was played"
	}
	return strings.Join(all, ", ")
}

// complaint names an act that has not passed, its place, and what is wrong with it.
func complaint(r *outcome.Report, a *outcome.Act) string {
	return fmt.Sprintf("%v: %s › %s: %s", a.Act.Pos, escape.Text(r.Scenario.Title), escape.Text(a.Act.Name), reason(a))
}

// reason says in a few words why an act has not passed.
func reason(a *outcome.Act) string {
	if a.Err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(a.Err.Error()), "\n")
		return clip(first, 200)
	}
	subjects := make([]string, len(a.Mismatches))
	for i, m := range a.Mismatches {
		subjects[i] = escape.Text(m.Subject)
	}
	return strings.Join(subjects, ", ")
}
