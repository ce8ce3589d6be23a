package runner_test

import (
	"testing"
)

// What actors bind takes messages as on RabbitMQ, on every target.
func TestBindings(t *testing.T) {
	passesEverywhere(t, "testdata/bindings.yaml")
}
