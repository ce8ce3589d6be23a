package outcometest

import (
	"slices"
	"testing"

	"tutor/runner/outcome"
	"tutor/runner/scenario"
)

// Predicts fails the test if an act does not answer what it asks, or if what readers choose from is not in accord with
// the books.
func Predicts(t testing.TB, a *outcome.Act) {
	t.Helper()
	if a.Books == nil || a.Books.Truncated || !a.Books.Balanced() {
		return
	}
	answers, predictions := a.Answers(), a.Predictions()
	if len(predictions) != len(answers) {
		t.Errorf("%s: %d answers, and %d of them to predict", a.Act.Name, len(answers), len(predictions))
	}
	for _, p := range predictions {
		right := rightOf(p)
		if len(right) == 0 || !p.Several && len(right) > 1 || !p.IsRight(right) {
			t.Errorf("%s: %s has %d right answers in %v", a.Act.Name, p.Question, len(right), p.Choices)
		}
		if p.Ask == scenario.WhoGets {
			for _, name := range p.Actors {
				if !slices.Contains(p.Choices, outcome.Choice{Text: name, Right: true}) {
					t.Errorf("%s: %s cannot be answered with %s", a.Act.Name, p.Question, name)
				}
			}
		}
		explained(t, a, p)
	}
}

func rightOf(p outcome.Prediction) (right []int) {
	for i, c := range p.Choices {
		if c.Right {
			right = append(right, i)
		}
	}
	return right
}

// explained fails the test if nothing is said on a prediction, or the event that decided it is about another message.
func explained(t testing.TB, a *outcome.Act, p outcome.Prediction) {
	t.Helper()
	if p.Why == "" {
		t.Errorf("%s: nobody says why %s is %v", a.Act.Name, p.Question, p.Choices)
	}
	for e := range a.Books.Events {
		if e.N == p.Event && (e.Body == p.Message || e.Kind == outcome.Delete || e.Kind == outcome.Purge) {
			return
		}
	}
	t.Errorf("%s: %s was decided by event %d, which is not about it", a.Act.Name, p.Question, p.Event)
}
