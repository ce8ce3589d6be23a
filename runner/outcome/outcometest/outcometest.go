// Package outcometest holds for tests that what a run proved is in accord with itself.
package outcometest

import (
	"testing"

	"tutor/runner/outcome"
)

// Folds fails the test if the fates in the books do not follow from their events. What is unaccounted for has none
// to compare.
func Folds(t testing.TB, b *outcome.Books) {
	t.Helper()
	if b == nil || b.Truncated {
		return
	}
	s := outcome.NewState()
	for e := range b.Events {
		s.Apply(e)
	}
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

// history is what the events tell of a copy.
func history(b *outcome.Books, n int) (text string) {
	for e := range b.Events {
		if e.Copy == n || e.Copy == 0 && (e.Kind == outcome.Delete || e.Kind == outcome.Purge) {
			text += "\n\t" + e.Kind.String() + " " + e.Actor + " " + e.Queue
		}
	}
	return text
}
