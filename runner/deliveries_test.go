package runner_test

import (
	"testing"

	"tutor/runner"
	"tutor/runner/stage"
)

// What is expected of deliveries, deaths and queues holds on every target.
func TestDeliveries(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(t.Context(), decode(t, "testdata/deliveries.yaml"), target))
	})
}
