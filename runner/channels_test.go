package runner_test

import (
	"testing"
)

// A consumer on a further channel is apart from the channel that steps use, on every target.
func TestChannels(t *testing.T) {
	passesEverywhere(t, "testdata/channels.yaml")
}
