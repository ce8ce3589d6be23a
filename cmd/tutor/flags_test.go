package main

import (
	"strings"
	"testing"
)

const twoActs = `title: T
acts:
  - &act
    name: first (of two)
    cast:
      - consumer: c
        queue: {name: q, declare: true, durable: true}
      - publisher: p
        routing_key: q
        message: m
    expect: {fates: {acked: [m]}}
  - <<: *act
    name: second
    expect: {fates: {queued: [m]}}
`

// --quiet prints what has not passed, and the summary, also of a single act.
func TestQuiet(t *testing.T) {
	path := write(t, twoActs)
	code, stdout, _ := run(t, path, "--quiet")
	if code != exitFail || strings.Contains(stdout, "first (of two)") || !strings.Contains(stdout, "✗ second") || !strings.Contains(stdout, "1 passed, 1 failed") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
	code, stdout, _ = run(t, path, "--quiet", "--act", "1")
	if code != exitPass || !strings.HasPrefix(strings.TrimSpace(stdout), "1 act: 1 passed") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}

// Acts are found by number, name, a part of it, or a regular expression; a name is what it is.
func TestActByExpression(t *testing.T) {
	path := write(t, twoActs)
	for wish, code := range map[string]int{
		"1": exitPass, "first (of two)": exitPass, "(of": exitPass, "^FIRST": exitPass, "f.*o$|two\\)$": exitPass,
		"second": exitFail, "^s": exitFail, "t|s": exitFail, "(": exitPass, "[": exitError, "3": exitError, "^two": exitError,
	} {
		if got, _, stderr := run(t, path, "--act", wish); got != code {
			t.Errorf("%s: exit code %d, %s", wish, got, stderr)
		}
	}
}

// TUTOR_BROKER says which broker to take, unless --broker does.
func TestBrokerFromTheEnvironment(t *testing.T) {
	path := write(t, twoActs)
	var out strings.Builder
	term := terminal{in: strings.NewReader(""), out: &out, err: &out, environ: []string{brokerVariable + "=nothing of the kind"}}
	if code := execute(t.Context(), []string{path, "--act", "1"}, term); code != exitError || !strings.Contains(out.String(), "nothing of the kind") {
		t.Errorf("exit code %d: %s", code, out.String())
	}
	if code := execute(t.Context(), []string{path, "--act", "1", "-b", "embedded"}, term); code != exitPass {
		t.Errorf("exit code %d: %s", code, out.String())
	}
}

// The version can be asked for in two ways, and says the same.
func TestVersion(t *testing.T) {
	_, command, _ := run(t, "version")
	_, flag, _ := run(t, "--version")
	if command != flag || !strings.HasPrefix(command, "tutor ") {
		t.Errorf("%q, %q", command, flag)
	}
}

// Without arguments, and in the list, one is told where to begin.
func TestWhereToBegin(t *testing.T) {
	if _, stdout, _ := run(t); !strings.HasPrefix(stdout, "Begin with:  tutor hello\n") {
		t.Error(stdout)
	}
	if _, stdout, _ := run(t, "list"); !strings.HasPrefix(stdout, "hello ") {
		t.Error(stdout)
	}
}

// No report is written over a scenario that is played.
func TestOutputIsNoScenario(t *testing.T) {
	path := write(t, twoActs)
	if code, _, stderr := run(t, path, "-o", path); code != exitError || !strings.Contains(stderr, "is a scenario that is to be played") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
