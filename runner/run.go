// Package runner plays scenarios on a broker and proves what happened.
//
// A [Runner] takes each act through the same stations: the [stage.Target] prepares a stage for it, the cast
// is started in order, and whenever nothing moves any more the clock goes on to the next timer. What
// passes on the wire is journaled by the tap; transcript and ledger come from that. When the act has
// come to its end the ledger is audited and the verdict given: the observation is what was expected,
// or it differs, or the act could not be played.
//
// Data flows one way: scenario → actors → wire → journal → transcript and ledger → verdict → report.
package runner

import (
	"context"

	"tutor/runner/outcome"
	"tutor/runner/play"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// Runner plays scenarios. The zero Runner plays them as they are written.
type Runner struct {
	// Clock, if set to real, has all acts played at the real clock.
	Clock scenario.Clock
	// Acts, if not nil, says which acts are played.
	Acts func(*scenario.Act) bool
	// Timeout, if not 0, replaces the acts' own deadline.
	Timeout scenario.Duration
	// MaxMessages and MaxBytes, if not 0, break an act off in which more messages, or more bytes in their bodies, pass
	// between its actors and the broker, in whichever direction.
	MaxMessages, MaxBytes int
	// Frames has the reports carry the frames on the actors' connections.
	Frames bool
	// ActBegins, if not nil, is told of each act before it is played.
	ActBegins func(*scenario.Act)
	// ActDone, if not nil, is told of each act when it is over.
	ActDone func(*outcome.Act)
}

// Run plays a scenario on a target, as it is written.
func Run(ctx context.Context, s *scenario.Scenario, t stage.Target) *outcome.Report {
	return Runner{}.Run(ctx, s, t)
}

// Run plays a scenario on a target. When the context ends, the act that is being played is broken
// off as an error and no further one is begun.
func (r Runner) Run(ctx context.Context, s *scenario.Scenario, t stage.Target) *outcome.Report {
	return play.Scenario(ctx, play.Config(r), s, t)
}
