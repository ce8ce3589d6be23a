package lab

import (
	"cmp"

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
	run.MoreEvents = max(0, len(run.Events)-Events)
	run.Events = run.Events[:min(len(run.Events), Events)]
	if a.Books == nil {
		return run
	}
	for e := range a.Books.Events {
		if len(run.Sentences) == len(run.Events) {
			break
		}
		run.Sentences = append(run.Sentences, picture.Sentence(e))
	}
	return run
}
