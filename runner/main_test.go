package runner_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/outcome/outcometest"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/targettest"
)

// targets are what the tests of this package run on.
var targets targettest.Targets

func TestMain(m *testing.M) { os.Exit(targettest.Main(m, &targets)) }

// decode reads a scenario; tests name files as they are seen from this directory.
func decode(t testing.TB, path string) *scenario.Scenario {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.DecodeFile(path, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func inline(t testing.TB, text string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Decode("inline.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tutorials(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("../scenarios/*.yaml")
	if err != nil || len(paths) < 6 {
		t.Fatalf("%d scenarios (%v)", len(paths), err)
	}
	return paths
}

// leakless fails the test if goroutines are left when it is over, but for those that were there when
// it began: a booted target has some.
func leakless(t testing.TB) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, append(leftRunning(), before)...) })
}

// leftRunning are goroutines of a target that was booted, or restarted, by the test.
func leftRunning() []goleak.Option {
	var options []goleak.Option
	for _, f := range []string{
		"net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop",
		"tutor/runner/target/management.(*givingBack).work",
		"tutor/runner/target/management.(*Provision).removeUsers.func1",
		"tutor/runner/target/local.(*run).follow", "tutor/runner/target/local.(*guardian).start.func1",
	} {
		options = append(options, goleak.IgnoreAnyFunction(f))
	}
	return options
}

// passes fails the test unless every act has passed.
func passes(t testing.TB, r *outcome.Report) {
	t.Helper()
	for _, a := range r.Acts {
		if a.Verdict != outcome.Pass {
			t.Errorf("%s: %s, %v", a.Act.Name, a.Verdict, a.Err)
		}
		for _, m := range a.Mismatches {
			t.Errorf("%v: %s: %v", m.Pos, m.Subject, m.Diff)
		}
		outcometest.Folds(t, a.Books)
		outcometest.Predicts(t, a)
	}
	if len(r.Acts) != len(r.Scenario.Acts) || len(r.Acts) == 0 {
		t.Errorf("%d of %d acts were played", len(r.Acts), len(r.Scenario.Acts))
	}
}

// passesEverywhere plays a scenario on every target that the tests run on. What must be the same on all of them is what
// it expects.
func passesEverywhere(t *testing.T, path string) {
	t.Helper()
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(t.Context(), decode(t, path), target))
	})
}

func act(t testing.TB, s *scenario.Scenario, name string) *scenario.Act {
	t.Helper()
	i := slices.IndexFunc(s.Acts, func(a *scenario.Act) bool { return a.Name == name })
	if i < 0 {
		t.Fatalf("there is no act %q", name)
	}
	return s.Acts[i]
}
