package runner_test

import (
	"testing"

	"tutor/runner"
	"tutor/runner/stage"
)

// A consumer that drains works off what it was sent on every target, and leaves nothing of it behind.
func TestDraining(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(t.Context(), decode(t, "testdata/draining.yaml"), target))
	})
}
