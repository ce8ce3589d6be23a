package runner_test

import (
	"bytes"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/report/document"
)

const notDetermined = "; RabbitMQ may notice either first, so what comes of it there is not determined"

// ties are what the acts of testdata/ties.yaml say of times that are over together.
var ties = map[string][]string{
	"a message expires when its consumer is free": {
		"at 3s both the time to live of a message in tasks and the work of worker are over" + notDetermined + "."},
	"each message expires when the next one comes": {
		"at 1s both the time to live of a message in tasks and the pause of shop before its next message are over" + notDetermined +
			" (3 times, for the last time at 3s)."},
	"a queue goes when it is asked for a message": {
		"at 1s both the time that tasks may be unused and the step wait: 1s are over" + notDetermined + "."},
	"a consumer has taken too long when it is done": {
		"at 3s both the time that a consumer of tasks may take for a message and the work of worker are over" + notDetermined + "."},
	"an actor comes when a message expires": {
		"at 2s both the time to live of a message in tasks and the delay of worker are over" + notDetermined + "."},
	"a dead letter comes when its consumer is free": {
		"at 2s both the time to live of a message in tasks and the work of doctor are over" + notDetermined + "."},
}

func tiesOf(a *outcome.Act) (texts []string) {
	for _, n := range a.Notes() {
		if n.Event == outcome.Undetermined {
			texts = append(texts, n.Text)
		}
	}
	return texts
}

// Where a time of the broker's own and one of an actor are over together, the act says that RabbitMQ may do
// otherwise, and else it does not.
func TestTies(t *testing.T) {
	leakless(t)
	r := runner.Run(t.Context(), decode(t, "testdata/ties.yaml"), embeddedTarget(t))
	passes(t, r)
	for _, a := range r.Acts {
		if diff := gocmp.Diff(ties[a.Act.Name], tiesOf(a)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", a.Act.Name, diff)
		}
		if !a.Books.Balanced() {
			t.Errorf("%s: a tie must not unbalance the books: %v", a.Act.Name, a.Books.Doubts)
		}
	}
	var text, data bytes.Buffer
	must(t, document.Write(&data, []*outcome.Report{r}))
	printed := report.NewText(&text, report.Options{})
	for _, a := range r.Acts {
		printed.Act(a)
	}
	for format, got := range map[string]string{"text": strings.Join(strings.Fields(text.String()), " "), "JSON": data.String()} {
		for name, want := range ties {
			if !strings.Contains(got, want[0]) || !strings.Contains(got, outcome.Undetermined) {
				t.Errorf("%s: %s lacks %q", name, format, want[0])
			}
		}
	}
}

// The outcome of every lesson is determined.
func TestLessonsHaveNoTies(t *testing.T) {
	for _, path := range tutorials(t) {
		for _, a := range runner.Run(t.Context(), decode(t, path), embeddedTarget(t)).Acts {
			if found := tiesOf(a); len(found) > 0 {
				t.Errorf("%s, %s: %q", path, a.Act.Name, found)
			}
		}
	}
}
