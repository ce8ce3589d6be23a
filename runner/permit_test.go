package runner_test

import (
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// An act that asks for a broker which denies transient queues gets one, or is told that it cannot be had.
func TestDeniedTransientQueue(t *testing.T) {
	s := inline(t, `
title: T
broker: {permit: {transient_nonexcl_queues: false}}
acts:
  - name: a
    cast:
      - publisher: p
        queue: {name: q, declare: true}
        message: m
    expect:
      transcript: {p: "ERROR: 541 INTERNAL_ERROR - Feature `+"`transient_nonexcl_queues`"+` is deprecated.<any>"}
`)
	old, err := scenario.ParseCondition("rabbitmq <3.13")
	must(t, err)
	targets.Each(t, func(t *testing.T, target stage.Target) {
		a := runner.Run(t.Context(), s, target).Acts[0]
		without := strings.HasPrefix(target.Name(), "docker:rabbitmq:3.10") || target.Name() == "local" && old.Fits("rabbitmq", versionOf(t, target))
		switch {
		case !without && a.Verdict != outcome.Pass:
			t.Errorf("%s, %v, %v", a.Verdict, a.Err, a.Mismatches)
		case without && (a.Verdict != outcome.Error || !strings.Contains(a.Err.Error(), "inline.yaml:3:9: ")):
			t.Errorf("%s, %v", a.Verdict, a.Err)
		}
	})
}

func versionOf(t *testing.T, target stage.Target) string {
	t.Helper()
	stage, err := target.Prepare(t.Context(), nil)
	must(t, err)
	defer stage.Close(t.Context(), true)
	return stage.Version
}
