package runner_test

import (
	"testing"
)

// What a quorum queue holds against a message differs between versions, so that there is no golden file.
func TestCounting(t *testing.T) {
	passesEverywhere(t, "testdata/counting.yaml")
}

// RabbitMQ answers how many messages a queue has before it looks at those that have just come to it. Who asks in an act
// is told of all.
func TestBursts(t *testing.T) {
	passesEverywhere(t, "testdata/bursts.yaml")
}
