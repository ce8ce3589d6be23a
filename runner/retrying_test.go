package runner_test

import (
	"testing"

	"tutor/runner"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// What a quorum queue keeps back comes back in its time, and is accounted for until then; so is what comes back at
// once, where RabbitMQ knows no such thing.
func TestRetrying(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		r := runner.Run(t.Context(), decode(t, "testdata/retrying.yaml"), target)
		if target.Name() == "embedded" || specified.Fits("rabbitmq", versionOf(t, target)) {
			passes(t, r)
		}
		for _, a := range r.Acts {
			if a.Books == nil {
				t.Errorf("%s: %v", a.Act.Name, a.Err)
				continue
			}
			if !a.Books.Balanced() || target.Name() == "embedded" && a.Clock != scenario.Virtual {
				t.Errorf("%s: %v, at the %s clock", a.Act.Name, a.Books.Doubts, a.Clock)
			}
		}
	})
}
