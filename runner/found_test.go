package runner_test

import (
	"context"
	"testing"

	"tutor/runner"
	"tutor/runner/stage"
)

// What scenarios that were made up have found (see TestGenerated) stays mended.
func TestFound(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(context.Background(), decode(t, "testdata/found.yaml"), target))
	})
}
