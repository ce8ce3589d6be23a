// Package play is the engine. It takes each act through the same stations: the target prepares a stage for
// it, the cast is started in order, and whenever nothing moves any more the clock goes on to the next timer.
// When the act has come to its end the ledger is audited and the verdict given.
package play

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// Config says how scenarios are played. The zero Config has them played as they are written.
type Config struct {
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

// Scenario plays a scenario on a target. When the context ends, the act that is being played is broken
// off as an error and no further one is begun.
func Scenario(ctx context.Context, c Config, s *scenario.Scenario, t stage.Target) *outcome.Report {
	began := time.Now()
	report := &outcome.Report{Scenario: s, Target: t.Name()}
	var acts []*scenario.Act
	for _, act := range s.Acts {
		if c.Acts == nil || c.Acts(act) {
			acts = append(acts, act)
		}
	}
	backstage := &backstage{target: t, timeout: c.timeout, done: c.ActDone}
	for len(acts) > 0 {
		group := c.begin(ctx, acts, backstage)
		acts = acts[len(group):]
		for _, begun := range group {
			ready, played := begun.ready, <-begun.played
			if over := new(reached); errors.As(played.Err, &over) {
				ready, played = c.again(ctx, begun.act, backstage, ready, over)
			}
			report.Acts = append(report.Acts, played)
			backstage.close(ctx, ready, played)
		}
		if ctx.Err() != nil {
			break
		}
	}
	backstage.wait(ctx)
	report.Elapsed = time.Since(began)
	return report
}

// act plays one act on its stage, or reports why it has none.
func (c Config) act(ctx context.Context, act *scenario.Act, ready prepared) *outcome.Act {
	report := &outcome.Act{Act: act, Clock: c.clock(act, ready.stage), Verdict: outcome.Error}
	if ready.err != nil {
		report.Err = fmt.Errorf("preparing the broker: %w", whyBroken(ctx, ready.err))
		return report
	}
	report.Product, report.Version = ready.stage.Product, ready.stage.Version
	began := time.Now()
	if err := newPlaying(c, act, ready, report).run(ctx); err != nil {
		report.Verdict, report.Err = outcome.Error, err
	}
	report.Elapsed = time.Since(began)
	return report
}

// again plays an act at the real clock, on a stage of its own, since it depends on the broker's time, which is the
// wall clock's.
func (c Config) again(ctx context.Context, act *scenario.Act, b *backstage, first prepared, over *reached) (prepared, *outcome.Act) {
	removed := remove(ctx, first, false, removing)
	c.Clock = scenario.Real
	ready := b.provide(ctx, act)
	played := c.act(ctx, act, ready)
	played.WhyReal = over.Error()
	if removed != nil {
		played.Verdict, played.Err = outcome.Error, errors.Join(played.Err, removed)
	}
	return ready, played
}

// clock is by which an act is played on a stage.
func (c Config) clock(act *scenario.Act, s *stage.Stage) scenario.Clock {
	switch {
	case c.Clock == scenario.Real:
		return scenario.Real
	case act.Clock != scenario.OfBroker:
		return act.Clock
	case s != nil && s.Time != nil:
		return scenario.Virtual
	}
	return scenario.Real
}
