package runner_test

import (
	"testing"
)

// What scenarios that were made up have found (see TestGenerated) stays mended.
func TestFound(t *testing.T) {
	passesEverywhere(t, "testdata/found.yaml")
}
