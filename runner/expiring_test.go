package runner_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"tutor/runner"
	"tutor/runner/fate"
	"tutor/runner/transcript"
)

// What the broker does while time passes happens at its own time, and those whom it concerns go on at
// once. How long all that takes varies, so there is no golden file.
func TestExpiring(t *testing.T) {
	targets.Each(t, func(t *testing.T, target runner.Target) {
		leakless(t)
		r := runner.Run(context.Background(), decode(t, "testdata/expiring.yaml"), target)
		passes(t, r)
		lines := r.Acts[0].Lines
		if !slices.IsSortedFunc(lines, func(a, b transcript.Line) int { return int(a.At - b.At) }) {
			t.Errorf("lines are not in the order of their time: %v", lines)
		}
		loop := r.Acts[2].Books
		if deaths := loop.Count(fate.DeadLettered); deaths < 4 || loop.Count(fate.Queued) != 1 {
			t.Errorf("dead-lettered %d times, %d queued", deaths, loop.Count(fate.Queued))
		}
		for _, l := range lines {
			if l.String() == "Received: 1:m" && (l.At == 0 || l.At > 2*time.Second) {
				t.Errorf("the message expired after %v of a wait, its time to live is 200 ms", l.At)
			}
		}
	})
}
