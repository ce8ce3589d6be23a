package runner_test

import (
	"testing"

	"tutor/runner"
	"tutor/runner/stage"
)

// Bodies are published, looked at and compared alike on every target.
func TestBodies(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(t.Context(), decode(t, "testdata/bodies.yaml"), target))
	})
}
