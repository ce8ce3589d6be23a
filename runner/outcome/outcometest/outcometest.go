// Package outcometest holds for tests that what a run proved is in accord with itself.
package outcometest

import (
	"slices"
	"testing"

	"tutor/runner/outcome"
)

// Folds fails the test if the fates, deliveries and confirms in the books do not follow from their events. What is unaccounted for has none
// to compare.
func Folds(t testing.TB, b *outcome.Books) {
	t.Helper()
	if b == nil || b.Truncated {
		return
	}
	s := outcome.NewState()
	came := map[string][]string{}
	for e := range b.Events {
		s.Apply(e)
		if e.Kind == outcome.Deliver || e.Kind == outcome.Get {
			came[e.Actor] = append(came[e.Actor], e.Body)
		}
	}
	delivered(t, b, came)
	confirmed(t, b)
	folded := s.End()
	n := 0
	for c := range b.Copies {
		n++
		if c.Fate != "" && folded[n] != c.Fate {
			t.Errorf("%s in %s (copy %d) is %q in the books, and %q by the events:%s", c.Message, c.Queue, n, c.Fate, folded[n], history(b, n))
		}
		delete(folded, n)
	}
	for n, f := range folded {
		t.Errorf("the events have a copy %d that is %s, and the books have none", n, f)
	}
}

// delivered fails the test if the deliveries in the books are not those of the events.
func delivered(t testing.TB, b *outcome.Books, came map[string][]string) {
	t.Helper()
	for name, deliveries := range b.Deliveries {
		var bodies []string
		for _, d := range deliveries {
			bodies = append(bodies, d.Message)
		}
		if !slices.Equal(bodies, came[name]) {
			t.Errorf("%s got %q by the books, and %q by the events", name, bodies, came[name])
		}
	}
}

// confirmed fails the test if what the books have the broker tell publishers is not what the events do. What was
// published without asking no event tells from what is missing.
func confirmed(t testing.TB, b *outcome.Books) {
	t.Helper()
	told := map[string]map[outcome.EventKind][]string{}
	for e := range b.Events {
		if told[e.Actor] == nil {
			told[e.Actor] = map[outcome.EventKind][]string{}
		}
		if e.Kind == outcome.Confirm || e.Kind == outcome.Refuse && e.Copy == 0 {
			told[e.Actor][e.Kind] = append(told[e.Actor][e.Kind], e.Body)
		}
	}
	for name, c := range b.Confirms {
		for kind, bodies := range map[outcome.EventKind][]string{outcome.Confirm: c.Confirmed, outcome.Refuse: c.Nacked} {
			if !slices.Equal(bodies, told[name][kind]) {
				t.Errorf("%s is told %v of %q by the books, and of %q by the events", name, kind, bodies, told[name][kind])
			}
		}
	}
}

// history is what the events tell of a copy.
func history(b *outcome.Books, n int) (text string) {
	for e := range b.Events {
		if e.Copy == n || e.Copy == 0 && (e.Kind == outcome.Delete || e.Kind == outcome.Purge) {
			text += "\n\t" + e.Kind.String() + " " + e.Actor + " " + e.Queue
		}
	}
	return text
}
