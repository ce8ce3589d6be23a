package lab_test

import (
	"encoding/json"
	"testing"

	"tutor/runner"
	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/report/document"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

// What a page shows of an act that was written down is what it would have shown of it when it was played.
func TestRecalled(t *testing.T) {
	target := embedded.New()
	defer target.Close()
	for _, name := range scenarios.Names() {
		chapter, err := course.Read(scenarios.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		report := runner.Run(t.Context(), chapter.Scenario, target)
		for i, l := range chapter.Lessons {
			played, recalled := lab.RunOf(report, report.Acts[i]), lab.Recalled(l, written(t, document.OfAct(report.Acts[i])))
			if played.Picture == "" || len(played.Sentences) != len(played.Events) {
				t.Errorf("%s: nothing to compare", l.Path)
			}
			if want, got := written(t, played), written(t, recalled); asJSON(t, got) != asJSON(t, want) {
				t.Errorf("%s is recalled as\n%s\nand not as\n%s", l.Path, asJSON(t, got), asJSON(t, want))
			}
		}
	}
}

// written is a value that was written down and read again.
func written[T any](t *testing.T, value T) (read T) {
	t.Helper()
	if err := json.Unmarshal([]byte(asJSON(t, value)), &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
