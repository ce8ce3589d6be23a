package tutortest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tutor/runner/target/embedded"
	"tutor/runner/tutortest"
)

// The tutorials are verified as any project would verify its own scenarios.
func TestTutorials(t *testing.T) { tutortest.Run(t, "../../scenarios/*.yaml") }

func TestOnATargetOfTheCaller(t *testing.T) {
	target := embedded.New()
	defer target.Close()
	tutortest.Run(t, "../../scenarios/hello.yaml", tutortest.On(target))
}

func TestAtTheRealClock(t *testing.T) {
	tutortest.Run(t, "../../scenarios/hello.yaml", tutortest.Broker(""), tutortest.RealClock())
}

const failing = `
title: T
acts:
  - name: wrong
    cast: [{publisher: p, routing_key: nowhere, message: m}]
    expect: {fates: {acked: [m]}}
`

// A scenario that does not hold must fail its test. The test is run in a process of its own, since it
// fails.
func TestFailing(t *testing.T) {
	if path := os.Getenv("TUTORTEST_FAILING"); path != "" {
		tutortest.Run(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "failing.yaml")
	if err := os.WriteFile(path, []byte(failing), 0o644); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]string{path: "unroutable: m", path + ".none": "no file matches"} {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestFailing$", "-test.v")
		cmd.Env = append(os.Environ(), "TUTORTEST_FAILING="+pattern)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) || !strings.Contains(string(out), "--- FAIL: TestFailing") {
			t.Errorf("%s: %v, want a failure with %q:\n%s", pattern, err, want, out)
		}
	}
}
