package runner_test

import (
	"context"
	"testing"

	"tutor/runner"
	"tutor/runner/stage"
)

// What a quorum queue holds against a message differs between versions, so that there is no golden file.
func TestCounting(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(context.Background(), decode(t, "testdata/counting.yaml"), target))
	})
}
