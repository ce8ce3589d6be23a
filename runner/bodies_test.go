package runner_test

import (
	"testing"
)

// Bodies are published, looked at and compared alike on every target.
func TestBodies(t *testing.T) {
	passesEverywhere(t, "testdata/bodies.yaml")
}
