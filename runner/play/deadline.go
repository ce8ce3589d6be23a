package play

import (
	"fmt"
	"time"

	"tutor/runner/scenario"
)

// overdue is the error of an act that has gone on for longer than it may.
type overdue time.Duration

func (o overdue) Error() string {
	return fmt.Sprintf("the act has not come to its end within %v", time.Duration(o))
}

// timeout is how long an act may go on, by the wall clock. What somebody has written counts as it is;
// otherwise an act at the real clock has, beside the default, as long as it is written to take.
func (c Config) timeout(act *scenario.Act) time.Duration {
	switch {
	case c.Timeout > 0:
		return c.Timeout.Std()
	case act.Timeout > 0:
		return act.Timeout.Std()
	case c.Clock == scenario.Real || act.Clock == scenario.Real || act.Clock == scenario.OfBroker:
		return scenario.DefaultTimeout.Std() + written(act)
	}
	return scenario.DefaultTimeout.Std()
}

// written is how long an act takes at most if nothing goes round: its waits, and what its actors sleep
// through, one after the other.
func written(act *scenario.Act) time.Duration {
	var total, work time.Duration
	messages := 0
	for _, s := range act.Steps {
		total += s.Wait.Std()
	}
	for _, a := range act.Cast {
		total += a.Common().Delay.Std()
		if p := a.Publisher; p != nil {
			messages += p.Messages()
			total += p.Pauses()
		} else if c := a.Consumer; c != nil {
			total += c.Lazy.Std()
			work += time.Duration(1+comesBack(c)) * c.Work.Std()
		}
	}
	return total + time.Duration(messages)*work
}

// comesBack is how often a consumer gives a message back at most, where it does not do so without end.
func comesBack(c *scenario.Consumer) (times int) {
	for _, rule := range c.Rules() {
		if rule.Do.Requeue {
			times += rule.Do.Times
		}
	}
	return times
}
