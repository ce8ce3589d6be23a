package runner_test

import (
	"testing"

	"tutor/runner"
	"tutor/runner/stage"
)

// What actors bind takes messages as on RabbitMQ, on every target.
func TestBindings(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(t.Context(), decode(t, "testdata/bindings.yaml"), target))
	})
}
