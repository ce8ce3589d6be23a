// Package runner plays scenarios on a broker and proves what happened.
//
// A [Runner] takes each act through the same stations: the [Target] prepares a stage for it, the cast
// is started in order, and whenever nothing moves any more the clock goes on to the next timer. What
// passes on the wire is journaled by the tap; transcript and ledger come from that. When the act has
// come to its end the ledger is audited and the verdict given: the observation is what was expected,
// or it differs, or the act could not be played.
//
// Data flows one way: scenario → actors → wire → journal → transcript and ledger → verdict → report.
package runner

import (
	"context"
	"fmt"
	"time"

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
	// ActBegins, if not nil, is told of each act before it is played.
	ActBegins func(*scenario.Act)
	// ActDone, if not nil, is told of each act when it is over.
	ActDone func(*ActReport)
}

// Run plays a scenario on a target, as it is written.
func Run(ctx context.Context, s *scenario.Scenario, t Target) *Report {
	return Runner{}.Run(ctx, s, t)
}

// Run plays a scenario on a target. When the context ends, the act that is being played is broken
// off as an error and no further one is begun.
func (r Runner) Run(ctx context.Context, s *scenario.Scenario, t Target) *Report {
	began := time.Now()
	report := &Report{Scenario: s, Target: t.Name()}
	var acts []*scenario.Act
	for _, act := range s.Acts {
		if r.Acts == nil || r.Acts(act) {
			acts = append(acts, act)
		}
	}
	backstage := &backstage{target: t, timeout: r.timeout, done: r.ActDone}
	for i, act := range acts {
		var following *scenario.Act
		if i+1 < len(acts) {
			following = acts[i+1]
		}
		if r.ActBegins != nil {
			r.ActBegins(act)
		}
		stage := backstage.open(ctx, act, following)
		played := r.act(ctx, act, stage)
		report.Acts = append(report.Acts, played)
		backstage.close(ctx, stage, played)
		if ctx.Err() != nil {
			break
		}
	}
	backstage.wait(ctx)
	report.Elapsed = time.Since(began)
	return report
}

// act plays one act on its stage, or reports why it has none.
func (r Runner) act(ctx context.Context, act *scenario.Act, stage prepared) *ActReport {
	report := &ActReport{Act: act, Clock: act.Clock, Verdict: Error}
	if r.Clock == scenario.Real {
		report.Clock = scenario.Real
	}
	if stage.err != nil {
		report.Err = fmt.Errorf("preparing the broker: %w", whyBroken(ctx, stage.err))
		return report
	}
	report.Product, report.Version = stage.stage.Product, stage.stage.Version
	began := time.Now()
	if err := newPlay(r, act, stage, report).run(ctx); err != nil {
		report.Verdict, report.Err = Error, err
	}
	report.Elapsed = time.Since(began)
	return report
}
