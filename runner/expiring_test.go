package runner_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"tutor/runner"
	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/transcript"
)

// What the broker does while time passes happens at its own time, and those whom it concerns go on at
// once. How long all that takes varies, so there is no golden file, and a machine that is too busy for the
// acts' waits gets longer ones.
func TestExpiring(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		s := decode(t, "testdata/expiring.yaml")
		const deaths = 4
		r := runner.Run(context.Background(), s, target)
		for factor := 2; factor <= 16 && (r.Verdict() != outcome.Pass || r.Acts[2].Books.Counts[fate.DeadLettered] < deaths); factor *= 2 {
			t.Logf("%s; the waits are doubled", r.Verdict())
			waitTwiceAsLong(s)
			r = runner.Run(context.Background(), s, target)
		}
		passes(t, r)
		lines := r.Acts[0].Lines
		if !slices.IsSortedFunc(lines, func(a, b transcript.Line) int { return int(a.At - b.At) }) {
			t.Errorf("lines are not in the order of their time: %v", lines)
		}
		loop := r.Acts[2].Books
		if n := loop.Counts[fate.DeadLettered]; n < deaths || loop.Counts[fate.Queued] != 1 {
			t.Errorf("dead-lettered %d times, %d queued", n, loop.Counts[fate.Queued])
		}
		expired, stopped := at(lines, "Received: 1:m"), at(lines, "Stopped")
		if expired <= 0 || expired >= stopped {
			t.Errorf("the message came %v after the beginning of a wait that ended after %v", expired, stopped)
		}
	})
}

// at is when a line was printed.
func at(lines []transcript.Line, text string) time.Duration {
	for _, l := range lines {
		if l.String() == text {
			return l.At
		}
	}
	return 0
}

func waitTwiceAsLong(s *scenario.Scenario) {
	for _, a := range s.Acts {
		for _, step := range a.Steps {
			step.Wait *= 2
		}
	}
}
