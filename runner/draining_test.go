package runner_test

import (
	"testing"
)

// A consumer that drains works off what it was sent on every target, and leaves nothing of it behind.
func TestDraining(t *testing.T) {
	passesEverywhere(t, "testdata/draining.yaml")
}
