package runner_test

import (
	"testing"

	"tutor/runner"
	"tutor/runner/stage"
)

// A consumer on a further channel is apart from the channel that steps use, on every target.
func TestChannels(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(t.Context(), decode(t, "testdata/channels.yaml"), target))
	})
}
