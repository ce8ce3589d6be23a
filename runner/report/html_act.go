package report

import (
	"fmt"
	"html/template"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/report/picture"
	"tutor/runner/transcript"
)

// siteAct is an act on a page.
type siteAct struct {
	ID string
	// Key says where in the document the act is; empty if there is nothing to step through.
	Key                   string
	Scenario, Name, About string
	On, How               string
	Mark, Class           string
	Verdict               outcome.Verdict
	Bad, Open             bool
	Error                 string
	Differences           []siteDifference
	Notes                 []siteNote
	Outcomes              []string
	Picture               template.HTML
	Lines                 []siteLine
	MoreLines             string
	Cut                   string
	steps                 bool
}

// siteDifference is a diff, its sides beside each other.
type siteDifference struct {
	Subject, Where, Left, Right string
	Lines                       []sitePair
}

type sitePair struct{ Left, LeftClass, Right, RightClass string }

type siteNote struct {
	Event, Named, Text string
	Inferred           bool
}

type siteLine struct{ At, Actor, Text string }

// rank orders acts: what could not be played, what failed, and the rest.
func (a siteAct) rank() int {
	switch a.Verdict {
	case outcome.Error:
		return 0
	case outcome.Fail:
		return 1
	}
	return 2
}

// newSiteAct is what came of an act on some targets, on all of them the same.
func newSiteAct(g *grid, row played, targets []int) siteAct {
	a := row.reports[targets[0]]
	act := siteAct{
		Scenario: escape.Text(row.scenario.Title), Name: escape.Text(row.act.Name), About: escape.Lines(row.act.About),
		On: g.names(targets), How: how(a), Verdict: a.Verdict, Mark: mark(a.Verdict), Class: verdictClass(a.Verdict),
		Bad: a.Verdict != outcome.Pass, Picture: template.HTML(picture.Inline(a)),
	}
	if a.Err != nil {
		act.Error = escape.Lines(a.Err.Error())
	}
	for _, m := range a.Mismatches {
		act.Differences = append(act.Differences, newSiteDifference(m.Subject, m.Pos.String(), "expected", "observed", m.Diff))
	}
	for _, d := range row.differences {
		if d.targets[0] != targets[0] {
			continue
		}
		for _, part := range d.parts {
			left, right := "on "+g.names([]int{0}), "on "+g.names(d.targets)
			act.Differences = append(act.Differences, newSiteDifference(part.Subject, "Not as on the first broker.", left, right, part.Diff))
		}
	}
	for _, n := range a.Notes() {
		act.Notes = append(act.Notes, siteNote{escape.Text(n.Event), named(n), escape.Text(n.Text), n.Inferred})
	}
	act.addOutcomes(a)
	act.addLines(a)
	act.addSteps(a)
	return act
}

// how says how an act was played.
func how(a *outcome.Act) string {
	text := fmt.Sprintf("%s on the clock, %s", picture.Moment(a.Span), elapsed(a.Elapsed))
	if a.WhyReal != "" {
		text += "; " + escape.Text(a.WhyReal)
	}
	if a.Books == nil {
		return text + "."
	}
	return text + fmt.Sprintf("; %s sent.", Counted(a.Books.Sent, "message"))
}

func newSiteDifference(subject, where, left, right string, diff []transcript.DiffLine) siteDifference {
	d := siteDifference{Subject: escape.Text(subject), Where: escape.Text(where), Left: left, Right: right}
	var minus, plus []string
	flush := func() {
		for i := range max(len(minus), len(plus)) {
			var p sitePair
			if i < len(minus) {
				p.Left, p.LeftClass = minus[i], "minus"
			}
			if i < len(plus) {
				p.Right, p.RightClass = plus[i], "plus"
			}
			d.Lines = append(d.Lines, p)
		}
		minus, plus = nil, nil
	}
	for _, l := range shortened(diff) {
		text := clip(l.Text, diffChars)
		switch l.Op {
		case transcript.Missing:
			minus = append(minus, text)
		case transcript.Extra:
			plus = append(plus, text)
		case transcript.Same:
			flush()
			d.Lines = append(d.Lines, sitePair{text, "", text, ""})
		default:
			flush()
			d.Lines = append(d.Lines, sitePair{text, "skip", "", "skip"})
		}
	}
	flush()
	return d
}

func (act *siteAct) addOutcomes(a *outcome.Act) {
	for _, o := range a.Outcomes {
		act.Outcomes = append(act.Outcomes, fmt.Sprintf("%s %s in %s", mark(o.Report.Verdict), o.Report.Verdict, Counted(o.Plays, "play")))
	}
}

func (act *siteAct) addLines(a *outcome.Act) {
	for i, l := range a.Lines {
		if i == pageLines {
			act.MoreLines = fmt.Sprintf("%s more are not shown.", Grouped(len(a.Lines)-i))
			break
		}
		act.Lines = append(act.Lines, siteLine{picture.Moment(l.At), escape.Text(a.Act.Cast[l.Actor].Name()), clip(l.String(), diffChars)})
	}
}

// addSteps says whether there is something to step through, and what is left out of it.
func (act *siteAct) addSteps(a *outcome.Act) {
	if a.Books == nil {
		return
	}
	events := 0
	for range a.Books.Events {
		events++
	}
	act.steps = events > 0
	var cut []string
	if events > pageEvents {
		cut = append(cut, fmt.Sprintf("Only the first %s of %s events can be stepped through here.", Grouped(pageEvents), Grouped(events)))
	}
	if a.Books.Truncated {
		cut = append(cut, fmt.Sprintf("Events were kept of the first %s messages only.", Grouped(outcome.EventMessages)))
	}
	act.Cut = strings.Join(cut, " ")
}
