// Package update makes of what acts showed what their expectations would have to say. It decides what can be
// written down at all, and for which brokers; how it is written into a file is [scenario.Update]'s.
package update

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// Observed is what an act showed in all of its plays, or why that cannot be written down.
func Observed(a *outcome.Act) (o scenario.Observed, why string) {
	first := a.Outcomes[0].Report
	var differing []string
	for _, way := range a.Outcomes {
		r := way.Report
		if r.Stopped {
			return o, "it waits in vain: " + r.Mismatches[len(r.Mismatches)-1].Subject
		}
		if at := slices.IndexFunc(r.Mismatches, func(m outcome.Mismatch) bool { return m.Step }); at >= 0 {
			return o, fmt.Sprintf("a step of it compares with something else than was observed, and steps are not rewritten: %s (%v)", r.Mismatches[at].Subject, r.Mismatches[at].Pos)
		}
		if r.Books == nil || !r.Books.Balanced() {
			return o, "its books do not balance"
		}
		if !sameSets(a.Outcomes[0].Lines, way.Lines) {
			return o, fmt.Sprintf("it came out in %d ways (tutor run --times shows them)", len(a.Outcomes))
		}
		for i, member := range a.Act.Cast {
			if transcript.Compare(transcript.Of(first.Lines, i), transcript.Of(r.Lines, i), false) != nil {
				differing = append(differing, member.Name())
			}
		}
	}
	o = shown(first)
	o.Unordered = map[string]bool{}
	for _, name := range differing {
		o.Unordered[name] = true
	}
	return o, ""
}

// sameSets reports whether two outcomes differ in the order of their lines only.
func sameSets(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// ownCondition is the broker that an act was played on, where the expectation that has counted is not that
// broker's alone: what others show is not lost. An expectation that says nothing is whoever's comes first,
// and one without a condition is the embedded broker's.
func ownCondition(a *outcome.Act) scenario.Condition {
	expected := a.Expected
	own := scenario.Condition{Product: strings.ToLower(a.Product)}
	if own.Product == "rabbitmq" {
		parsed, err := scenario.ParseCondition("rabbitmq =" + majorMinor(a.Version))
		if err != nil {
			return scenario.Condition{}
		}
		own = parsed
	}
	unconditional := expected.On.Product == "" && own.Product == "embedded"
	if expected.IsBlank() || unconditional || expected.On.String() == own.String() {
		return scenario.Condition{}
	}
	return own
}

// majorMinor is the part of a version that conditions name.
func majorMinor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// shown is what a play showed, as far as an expectation can say it.
func shown(a *outcome.Act) scenario.Observed {
	o := scenario.Observed{Act: a.Act, Expect: a.Expected, On: ownCondition(a), Lines: map[string][]string{}, Fates: map[fate.Fate]map[string]int{}}
	for i, member := range a.Act.Cast {
		// An act that is about fates alone remains so, if there are any.
		if a.Expected.Transcript != nil || a.Expected.Fates == nil || a.Books.Sent == 0 {
			o.Lines[member.Name()] = transcript.Of(a.Lines, i)
		}
	}
	for c := range a.Books.Copies {
		if o.Fates[c.Fate] == nil {
			o.Fates[c.Fate] = map[string]int{}
		}
		o.Fates[c.Fate][c.Message]++
	}
	o.Deliveries, o.Deaths, o.Queues, o.Confirms = a.Books.Deliveries, a.Books.DeathsOf(a.Expected), a.Books.Queues, a.Books.Confirms
	return o
}
