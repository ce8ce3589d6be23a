// Package verdict is the one judge: it holds what was observed of an act against what was expected.
package verdict

import (
	"fmt"
	"strings"

	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// Judge compares what was observed of an act with what it expects on the broker it was played on, and enters
// the verdict. It is an error if no expectation is for that broker.
func Judge(a *outcome.Act) error {
	expected, err := expectation(a.Act, a.Product, a.Version)
	if err != nil {
		return err
	}
	a.Expected = expected
	j := judge{a}
	if a.Act.IsOpen() {
		a.Mismatches = nil // of what steps have checked, it speaks of the act as it is written
		j.balance()
		j.give()
		return nil
	}
	for i, member := range a.Act.Cast {
		want := expected.Transcript[member.Name()]
		if want == nil {
			continue
		}
		// Only what is compared is put into words: there may be a million lines.
		if diff := want.Diff(transcript.Of(a.Lines, i)); diff != nil {
			j.mismatch(want.Pos, "transcript of "+member.Name(), diff)
		}
	}
	if diff := expected.Diff(fates(a.Books)); diff != nil {
		j.mismatch(expected.FatesPos, "fates", diff)
	}
	j.deliveries()
	j.deaths()
	j.queues()
	j.confirms()
	j.balance()
	if expected.ProvesNothing(a.Books.Sent) {
		j.mismatch(expected.Pos, "nothing is checked: no message was sent, and no transcript is expected", j.printed())
	}
	j.give()
	return nil
}

// Stop enters that an act was played up to a step only, and what that step has waited for in vain. The rest of
// what is expected is not compared: it speaks of an act that was played to its end.
func Stop(a *outcome.Act, m outcome.Mismatch) error {
	expected, err := expectation(a.Act, a.Product, a.Version)
	if err != nil {
		return err
	}
	a.Expected, a.Stopped, a.Verdict = expected, true, outcome.Fail
	a.Mismatches = append(a.Mismatches, m)
	return nil
}

// judge enters in an act's outcome where it differs from what was expected.
type judge struct{ act *outcome.Act }

// balance enters what keeps the books from balancing.
func (j judge) balance() {
	if !j.act.Books.Balanced() {
		j.mismatch(j.act.Expected.Pos, "the books do not balance", unaccounted(j.act.Books))
	}
}

// give enters the verdict.
func (j judge) give() {
	j.act.Verdict = outcome.Pass
	if len(j.act.Mismatches) > 0 {
		j.act.Verdict = outcome.Fail
	}
}

// printed lists what the actors have printed.
func (j judge) printed() []transcript.DiffLine {
	var diff []transcript.DiffLine
	for _, l := range j.act.Lines {
		if l.Kind != transcript.Remark {
			diff = append(diff, transcript.DiffLine{Op: transcript.Extra, Text: j.act.Act.Cast[l.Actor].Name() + ": " + l.String()})
		}
	}
	return diff
}

// expectation is the first that fits the broker.
func expectation(act *scenario.Act, product, version string) (*scenario.Expectation, error) {
	for _, e := range act.Expect {
		if e.On.Fits(product, version) {
			return e, nil
		}
	}
	return nil, fmt.Errorf("%v: no expectation fits %s %s", act.Pos, product, version)
}

func (j judge) mismatch(pos scenario.Position, subject string, diff []transcript.DiffLine) {
	j.act.Mismatches = append(j.act.Mismatches, outcome.Mismatch{Pos: pos, Subject: subject, Diff: diff})
}

// fates are what the books say of the copies.
func fates(books *outcome.Books) scenario.Fates {
	return scenario.Fates{Counts: books.Counts, Copies: func(yield func(fate.Fate, string) bool) {
		for c := range books.Copies {
			if !yield(c.Fate, c.Message) {
				return
			}
		}
	}}
}

// unaccounted lists what keeps the books from balancing.
func unaccounted(books *outcome.Books) []transcript.DiffLine {
	var diff []transcript.DiffLine
	for _, n := range books.Notes {
		if n.Event != outcome.Unaccounted {
			continue
		}
		text := n.Text
		if len(n.Messages) > 0 {
			text = strings.Join(n.Messages, ", ") + ": " + text
		}
		diff = append(diff, transcript.DiffLine{Op: transcript.Extra, Text: text})
	}
	return diff
}
