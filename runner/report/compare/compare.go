// Package compare tells in what two outcomes of an act differ, such as those on two brokers: in what its actors printed,
// in what became of the messages, and in what else the scenario speaks of. What the scenario leaves open may differ.
package compare

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/outcome"
	"tutor/runner/report/document"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// Seen is what is compared of an outcome.
type Seen struct {
	Verdict outcome.Verdict
	// lines are what each actor printed.
	lines map[string][]string
	// fates are those of the copies, with their messages.
	fates []string
	// books have the rest; nil where the act did not come to its end.
	books *outcome.Books
}

// Of is what is compared of an act that has just been played.
func Of(a *outcome.Act) Seen {
	s := Seen{Verdict: a.Verdict, lines: map[string][]string{}, books: a.Books}
	for i, lines := range transcript.Each(a.Lines, len(a.Act.Cast)) {
		s.lines[a.Act.Cast[i].Name()] = lines
	}
	if a.Books == nil {
		return s
	}
	for c := range a.Books.Copies {
		s.fates = append(s.fates, outcome.NameOf(c.Fate)+": "+c.Message)
	}
	return s
}

// OfDocument is what is compared of an act that was written down. A document does not name all copies of an act of many,
// nor why messages died on their way: it is only to be compared with another.
func OfDocument(a document.Act) Seen {
	s := Seen{Verdict: a.Verdict, lines: map[string][]string{}, books: written(a)}
	for _, l := range a.Lines {
		if l.Kind != transcript.Remark.String() {
			s.lines[l.Actor] = append(s.lines[l.Actor], l.Text)
		}
	}
	for name, f := range a.Fates {
		for _, m := range f.Messages {
			s.fates = append(s.fates, name+": "+m)
		}
		if f.Count != len(f.Messages) {
			s.fates = append(s.fates, fmt.Sprintf("%s: %d in all", name, f.Count))
		}
	}
	return s
}

// Part is one thing that differs.
type Part struct {
	// Subject is what differs, such as "transcript of lazy".
	Subject string
	// Diff leads from the first outcome to the other.
	Diff []transcript.DiffLine
}

// Alike reports whether the same came of an act both times. What was not played to its end is like nothing.
func Alike(act *scenario.Act, first, other Seen) bool {
	return first.Verdict != outcome.Error && first.Verdict == other.Verdict && len(Parts(act, first, other)) == 0
}

// Parts are what differs between two outcomes of an act, if it was played to its end both times.
func Parts(act *scenario.Act, first, other Seen) []Part {
	if first.Verdict == outcome.Error || other.Verdict == outcome.Error {
		return nil
	}
	var all []Part
	for _, actor := range actors(act, first, other) {
		open := openness{act, actor}
		if diff := transcript.Compare(open.lines(first), open.lines(other), open.unordered()); diff != nil {
			all = append(all, Part{"transcript of " + actor, diff})
		}
	}
	if diff := transcript.Compare(first.fates, other.fates, true); diff != nil {
		all = append(all, Part{"fates", diff})
	}
	if first.books == nil || other.books == nil {
		return all
	}
	return append(all, beside(act, first.books, other.books)...)
}

// actors are those of the act, and behind them any that only an outcome knows: it may be of an older scenario.
func actors(act *scenario.Act, outcomes ...Seen) []string {
	var names, others []string
	for _, a := range act.Cast {
		names = append(names, a.Name())
	}
	for _, s := range outcomes {
		for name := range s.lines {
			if !slices.Contains(names, name) && !slices.Contains(others, name) {
				others = append(others, name)
			}
		}
	}
	slices.Sort(others)
	return append(names, others...)
}

// openness is what the scenario leaves open of what an actor prints.
type openness struct {
	act   *scenario.Act
	actor string
}

// lines are what the actor printed, with the scenario's patterns in place of what matches them.
func (o openness) lines(s Seen) []string {
	lines := slices.Clone(s.lines[o.actor])
	for i, line := range lines {
		lines[i] = scenario.Generic(line)
		for _, e := range o.act.Expect {
			for _, want := range o.expected(e) {
				if strings.Contains(want, transcript.Any) && transcript.Matches(want, line) {
					lines[i] = want
				}
			}
		}
	}
	return lines
}

func (o openness) expected(e *scenario.Expectation) []string {
	if t := e.Transcript[o.actor]; t != nil {
		return t.Lines
	}
	return nil
}

// unordered reports whether the scenario leaves the order of the lines open.
func (o openness) unordered() bool {
	return slices.ContainsFunc(o.act.Expect, func(e *scenario.Expectation) bool {
		t := e.Transcript[o.actor]
		return t != nil && t.Unordered
	})
}
