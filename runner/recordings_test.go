package runner_test

import (
	"path/filepath"
	"testing"

	"tutor/runner"
	"tutor/runner/lab/recorded"
	"tutor/runner/outcome"
)

// asRecorded holds what came of a chapter on RabbitMQ against what the pages of the laboratory show of it, beside the
// embedded broker. There is a file for each version.
func asRecorded(t *testing.T, chapter string, r *outcome.Report) {
	t.Helper()
	version := verdictsOf(r.Acts[0])
	if version == "embedded" {
		return
	}
	file, err := recorded.Open(filepath.Join("lab", "recorded", "data", version+".json"))
	if err != nil {
		t.Fatal(err)
	}
	now := toKeep(t, r)
	if *update {
		if err := file.Replace(chapter, now); err != nil {
			t.Fatal(err)
		}
		if err := file.Write(); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, a := range r.Acts {
		kept, err := file.Act(recorded.Key(chapter, a.Act.Name))
		if err != nil {
			t.Fatal(err)
		}
		if kept == nil {
			t.Errorf("%s: not recorded (make course)", a.Act.Name)
		} else if differs := kept.Differs(a.Act, now[a.Act.Name]); differs != "" {
			t.Errorf("%s: make course records this:\n%s", a.Act.Name, differs)
		}
	}
}

// toKeep is what is to be kept of acts, by their names.
func toKeep(t *testing.T, r *outcome.Report) map[string]*recorded.Act {
	t.Helper()
	embedded := runner.Run(t.Context(), r.Scenario, embeddedTarget(t))
	acts := map[string]*recorded.Act{}
	for i, a := range r.Acts {
		act, err := recorded.Played(a, embedded.Acts[i])
		if err != nil {
			t.Fatal(err)
		}
		acts[a.Act.Name] = act
	}
	return acts
}
