package runner

import (
	"context"

	"tutor/runner/scenario"
)

// Runner plays scenarios. The zero Runner plays them as they are written.
type Runner struct {
	// Clock, if set to real, has all acts played at the real clock.
	Clock scenario.Clock
	// Acts, if not nil, says which acts are played.
	Acts func(*scenario.Act) bool
	// Timeout, if not 0, replaces the acts' own deadline.
	Timeout scenario.Duration
	// Frames has the reports carry the frames on the actors' connections.
	Frames bool
	// ActDone, if not nil, is told of each act when it is over.
	ActDone func(*ActReport)
}

// Run plays a scenario on a target, as it is written.
func Run(ctx context.Context, s *scenario.Scenario, t Target) *Report {
	return Runner{}.Run(ctx, s, t)
}

// Run plays a scenario on a target.
func (r Runner) Run(ctx context.Context, s *scenario.Scenario, t Target) *Report {
	panic("not yet")
}
