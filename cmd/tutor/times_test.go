package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"tutor/runner/report/document"
)

const timesScenario = `title: T
acts:
  - name: a
    cast:
      - consumer: c
        queue: {name: q, declare: true, durable: true}
      - publisher: p
        routing_key: q
        message: m
    expect:
      fates: {acked: [m]}
`

// Acts are played as often as it was asked for, and how they came out is told.
func TestTimes(t *testing.T) {
	path := write(t, timesScenario)
	code, stdout, stderr := run(t, "run", path, "--times", "3")
	if code != 0 || !strings.Contains(stdout, "alike in 3 plays") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	_, stdout, _ = run(t, "run", path, "--times", "3", "--format", "json")
	var d document.Document
	if err := json.Unmarshal([]byte(stdout), &d); err != nil {
		t.Fatal(err)
	}
	outcomes := d.Runs[0].Acts[0].Outcomes
	if len(outcomes) != 1 || outcomes[0].Plays != 3 || strings.Join(outcomes[0].Lines, "; ") != "c: Created queue: q; c: Received: m; p: Sent: m; acked: m" {
		t.Errorf("%+v", outcomes)
	}
}

// --dry-run shows what --update would write, and writes nothing.
func TestDryRun(t *testing.T) {
	text := strings.Replace(timesScenario, "acked", "queued", 1)
	path := write(t, text)
	code, _, stderr := run(t, path, "--update", "--dry-run")
	if code != 1 || !strings.Contains(stderr, "-       fates: {queued: [m]}") || !strings.Contains(stderr, "+         acked: [m]") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != text {
		t.Errorf("%v\n%s", err, now)
	}
}
