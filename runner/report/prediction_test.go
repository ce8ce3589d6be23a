package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/scenario"
)

// predicted is an act with all that is shown around it to who predicts it: what is chosen is the first of the choices.
func predicted(a *outcome.Act, o report.Options) string {
	var out bytes.Buffer
	text := report.NewText(&out, o)
	text.Introduce(a.Act, "  producer\n  └─▶ task_queue\n")
	var guesses []report.Guess
	for _, q := range a.Predictions() {
		text.Ask(q)
		guesses = append(guesses, report.Guess{Prediction: q, Chosen: []int{0}})
	}
	text.Compare(guesses)
	text.Score(1, len(guesses))
	return out.String()
}

// asked has an act asked all that may be asked of its third message.
func asked(a *outcome.Act) *outcome.Act {
	act := *a.Act
	message := ""
	n := 0
	for c := range a.Books.Copies {
		if n++; n <= 3 {
			message = c.Message
		}
	}
	act.Ask = []*scenario.Question{{WhatBecomesOf: &message}, {WhoGets: &message}, {HowOftenDelivered: &message}}
	a.Act = &act
	return a
}

func TestPredictionsInText(t *testing.T) {
	s := testScenario(t)
	for name, a := range map[string]*outcome.Act{"pass": asked(lazy(s)), "harmful": asked(acts(s)["harmful"]), "long": asked(acts(s)["long"])} {
		for _, width := range []int{60, 80, 120} {
			got := predicted(a, report.Options{Width: width})
			compare(t, fmt.Sprintf("predict-%s-%d.txt", name, width), got)
			for line := range strings.Lines(got) {
				line = strings.TrimSuffix(line, "\n")
				if w := ansi.StringWidth(line); w > width {
					t.Errorf("%s: %d cells wide: %s", name, w, line)
				}
				if line != escape.Text(line) || strings.HasSuffix(line, " ") {
					t.Errorf("%s: %q", name, line)
				}
			}
			colourful := predicted(a, report.Options{Width: width, Color: colorprofile.ANSI})
			if !strings.Contains(colourful, "\x1b[") || ansi.Strip(colourful) != got {
				t.Errorf("%s: with colours:\n%s\nwithout:\n%s", name, ansi.Strip(colourful), got)
			}
		}
	}
}

// What is only concluded says so, beside what is right.
func TestConcludedPredictions(t *testing.T) {
	a := asked(lazy(testScenario(t)))
	q := a.Predictions()[0]
	for inferred, want := range map[bool]string{true: "no consumer done with it (inferred)", false: "no consumer done with it\n"} {
		var out bytes.Buffer
		q.Inferred = inferred
		report.NewText(&out, report.Options{}).Compare([]report.Guess{{Prediction: q, Chosen: []int{5}}})
		if !strings.Contains(out.String(), want) {
			t.Errorf("inferred %v:\n%s", inferred, out.String())
		}
	}
}
