package runner_test

import (
	"testing"
)

// What a quorum queue holds against a message differs between versions, so that there is no golden file.
func TestCounting(t *testing.T) {
	passesEverywhere(t, "testdata/counting.yaml")
}
