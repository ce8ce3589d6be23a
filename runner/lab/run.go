package lab

import (
	"cmp"
	"iter"
	"strings"

	"tutor/runner/lab/course"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
	"tutor/runner/report/picture"
)

// Run is what a page shows of an act that was played.
type Run struct {
	document.Act
	// Scenario is the title of the act's scenario.
	Scenario string `json:"scenario"`
	// Broker is the one that it was played on, and its version.
	Broker string `json:"broker"`
	// Sentences tell of the events, one each. They and the events are those of the first [Events].
	Sentences []string `json:"sentences"`
	// MoreEvents is how many more there were.
	MoreEvents int `json:"more_events,omitempty"`
	// Picture is the sequence diagram as SVG.
	Picture string `json:"picture"`
}

// Events is how many events of an act a page can step through.
const Events = 2000

// RunOf is what a page shows of an act.
func RunOf(report *outcome.Report, a *outcome.Act) Run {
	run := Run{
		Act: document.OfAct(a), Scenario: report.Scenario.Title, Broker: cmp.Or(a.Product, report.Target) + " " + a.Version,
		Sentences: []string{}, Picture: picture.Inline(a),
	}
	run.Frames = nil
	if a.Books != nil {
		run.tell(a.Books.Events)
	}
	return run
}

// Recalled is what a page shows of an act that was written down: its picture and its sentences are made of its events.
func Recalled(l *course.Lesson, a document.Act) Run {
	events := func(yield func(outcome.Event) bool) {
		for _, e := range a.Events {
			if !yield(e.Event()) {
				return
			}
		}
	}
	recalled := &outcome.Act{Act: l.Act, Product: a.Product, Version: a.Version, Verdict: a.Verdict}
	if a.Verdict != outcome.Error {
		recalled.Books = &outcome.Books{Events: events, Truncated: a.EventsTruncated}
	}
	run := Run{
		Act: a, Scenario: l.Scenario.Title, Broker: strings.TrimSpace(a.Product + " " + a.Version),
		Sentences: []string{}, Picture: picture.Inline(recalled),
	}
	run.Line, run.Frames = l.Act.Pos.Line, nil
	run.tell(events)
	return run
}

// tell cuts off the events that a page has no room for, and makes sentences of the others.
func (r *Run) tell(events iter.Seq[outcome.Event]) {
	r.MoreEvents = max(0, len(r.Events)-Events)
	r.Events = r.Events[:min(len(r.Events), Events)]
	for e := range events {
		if len(r.Sentences) == len(r.Events) {
			return
		}
		r.Sentences = append(r.Sentences, picture.Sentence(e))
	}
}
