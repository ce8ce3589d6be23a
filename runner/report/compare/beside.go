package compare

import (
	"maps"
	"slices"

	"tutor/runner/outcome"
	"tutor/runner/report/document"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// written are books with what a document has of them beside the fates. It lacks the deaths.
func written(a document.Act) *outcome.Books {
	books := &outcome.Books{
		Deliveries: map[string][]scenario.Delivered{}, Queues: map[string]scenario.QueueSeen{}, Confirms: map[string]scenario.ConfirmsSeen{},
	}
	for actor, came := range a.Deliveries {
		for _, d := range came {
			books.Deliveries[actor] = append(books.Deliveries[actor], scenario.Delivered(d))
		}
	}
	for name, q := range a.Queues {
		books.Queues[name] = scenario.QueueSeen(q)
	}
	for actor, c := range a.Confirms {
		books.Confirms[actor] = scenario.ConfirmsSeen(c)
	}
	return books
}

// beside are the parts beside transcripts and fates: what just one of the books has as some expectation of the act wants
// it. Headers, tags and moments differ from broker to broker; what counts is what the scenario names.
func beside(act *scenario.Act, first, other *outcome.Books) []Part {
	var all []Part
	add := func(p *Part) {
		if p != nil && !slices.ContainsFunc(all, func(q Part) bool { return q.Subject == p.Subject }) {
			all = append(all, *p)
		}
	}
	for _, e := range act.Expect {
		for _, actor := range slices.Sorted(maps.Keys(e.Deliveries)) {
			add(oneSided("deliveries to "+actor, e.Deliveries[actor].Diff, first.Deliveries[actor], other.Deliveries[actor]))
		}
		for _, body := range slices.Sorted(maps.Keys(e.Deaths)) {
			add(oneSided("deaths of "+body, e.Deaths[body].Diff, first.DeathsOf(e)[body], other.DeathsOf(e)[body]))
		}
		for _, name := range slices.Sorted(maps.Keys(e.Queues)) {
			add(oneSided("queue "+name, e.Queues[name].Diff, first.Queues[name], other.Queues[name]))
		}
		for _, actor := range slices.Sorted(maps.Keys(e.Confirms)) {
			add(oneSided("confirms to "+actor, e.Confirms[actor].Diff, first.Confirms[actor], other.Confirms[actor]))
		}
	}
	return all
}

// oneSided is a part if just one of the two is what is expected.
func oneSided[T any](subject string, diff func(T) []transcript.DiffLine, first, other T) *Part {
	toFirst, toOther := diff(first), diff(other)
	switch {
	case toFirst == nil && toOther != nil:
		return &Part{subject, toOther}
	case toFirst != nil && toOther == nil:
		return &Part{subject, reversed(toFirst)}
	}
	return nil
}

// reversed is a diff that leads back.
func reversed(diff []transcript.DiffLine) []transcript.DiffLine {
	var back, extra []transcript.DiffLine
	for _, line := range diff {
		switch line.Op {
		case transcript.Missing:
			extra = append(extra, transcript.DiffLine{Op: transcript.Extra, Text: line.Text})
		case transcript.Extra:
			back = append(back, transcript.DiffLine{Op: transcript.Missing, Text: line.Text})
		default:
			back, extra = append(append(back, extra...), line), nil
		}
	}
	return append(back, extra...)
}
