package lab

import (
	"fmt"
	"time"

	"tutor/runner"
	"tutor/runner/scenario"
)

// Limits are what the acts of a request may use. Zero is no limit.
type Limits struct {
	// Text is how many bytes a scenario may have.
	Text int
	// Time is how long an act may go on, by the wall clock.
	Time time.Duration
}

func (l Limits) checkText(text string) error {
	if l.Text > 0 && len(text) > l.Text {
		return fmt.Errorf("the scenario has %d bytes, and at most %d are played here", len(text), l.Text)
	}
	return nil
}

// check is an error if the acts are written to use more than they may.
func (l Limits) check(*scenario.Scenario, func(*scenario.Act) bool) error { return nil }

func (l Limits) runner(acts func(*scenario.Act) bool) runner.Runner {
	return runner.Runner{Acts: acts, Timeout: scenario.Duration(l.Time)}
}
