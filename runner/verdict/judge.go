// Package verdict is the one judge: it holds what was observed of an act against what was expected.
package verdict

import (
	"fmt"
	"maps"
	"slices"
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
	printed := transcript.Each(a.Lines, len(a.Act.Cast))
	for i, member := range a.Act.Cast {
		want := expected.Transcript[member.Name()]
		if want == nil {
			continue
		}
		if diff := transcript.Compare(want.Lines, printed[i], want.Unordered); diff != nil {
			j.mismatch(want.Pos, "transcript of "+member.Name(), diff)
		}
	}
	if diff := compareFates(expected.Fates, a.Books); diff != nil {
		j.mismatch(expected.FatesPos, "fates", diff)
	}
	if !a.Books.Balanced() {
		j.mismatch(expected.Pos, "the books do not balance", unaccounted(a.Books))
	}
	if checksNothing(expected, a.Books) {
		j.mismatch(expected.Pos, "nothing is checked: no message was sent, and no transcript is expected", j.printed())
	}
	a.Verdict = outcome.Pass
	if len(a.Mismatches) > 0 {
		a.Verdict = outcome.Fail
	}
	return nil
}

// judge enters in an act's outcome where it differs from what was expected.
type judge struct{ act *outcome.Act }

// checksNothing reports whether an expectation holds whatever the actors do: that there are no fates is true
// of an act in which nothing was sent.
func checksNothing(expected *scenario.Expectation, books *outcome.Books) bool {
	return expected.IsBlank() && books.Sent == 0
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

// compareFates lists the copies whose fate is not the expected one, or nothing if none are expected.
func compareFates(expected map[fate.Fate]*scenario.Messages, books *outcome.Books) []transcript.DiffLine {
	if expected == nil {
		return nil
	}
	var got []string
	for c := range books.Copies {
		if e := expected[c.Fate]; c.Fate != "" && (e == nil || e.Copies != nil) {
			got = append(got, met(c.Fate, c.Message))
		}
	}
	seen := counts(got)
	var want []string
	for _, f := range fate.All() {
		e := expected[f]
		if e != nil && e.Copies == nil {
			want = append(want, total(f, e.Total))
			got = append(got, total(f, books.Counts[f]))
			continue
		}
		if e != nil {
			for _, body := range slices.Sorted(maps.Keys(e.Copies)) {
				want = append(want, wanted(met(f, body), e.Copies[body], seen)...)
			}
		}
	}
	return transcript.Compare(want, got, true)
}

// wanted is a line for each copy that must be there. Of those that are not, it has a few, and one that says
// how many there are more.
func wanted(line string, copies int, seen map[string]int) []string {
	const few = 20
	there := seen[line]
	if strings.Contains(line, transcript.Any) {
		there = seen[anyLine]
	}
	if copies <= there+few {
		return slices.Repeat([]string{line}, copies)
	}
	return append(slices.Repeat([]string{line}, there+few-1), fmt.Sprintf("%s (%d times more)", line, copies-there-few+1))
}

// anyLine counts all lines.
const anyLine = ""

func counts(lines []string) map[string]int {
	n := map[string]int{anyLine: len(lines)}
	for _, l := range lines {
		n[l]++
	}
	return n
}

func met(f fate.Fate, body string) string { return fmt.Sprintf("%s: %s", f, body) }

func total(f fate.Fate, n int) string { return fmt.Sprintf("%s: %d", f, n) }

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
