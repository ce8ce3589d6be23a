package runner_test

import (
	"testing"

	"tutor/runner"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// What a quorum queue keeps back comes back in its time, and is accounted for until then. Where RabbitMQ knows no such
// thing there is nothing to see.
func TestRetrying(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		if target.Name() != "embedded" && !specified.Fits("rabbitmq", versionOf(t, target)) {
			t.Skipf("%s keeps nothing back", target.Name())
		}
		r := runner.Run(t.Context(), decode(t, "testdata/retrying.yaml"), target)
		passes(t, r)
		for _, a := range r.Acts {
			if !a.Books.Balanced() || target.Name() == "embedded" && a.Clock != scenario.Virtual {
				t.Errorf("%s: %v, at the %s clock", a.Act.Name, a.Books.Doubts, a.Clock)
			}
		}
	})
}
