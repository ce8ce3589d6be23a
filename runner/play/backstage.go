package play

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"tutor/runner/outcome"
	"tutor/runner/play/inspector"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// backstage keeps the target at work while an act is being played: it prepares the stage of the
// following act, and removes the stages of those that are over. On RabbitMQ this takes longer than
// most acts.
type backstage struct {
	target stage.Target
	// timeout is how long an act may go on.
	timeout func(*scenario.Act) time.Duration
	// done is told of each act when its stage has been removed, in the order of the acts.
	done func(*outcome.Act)
	// ahead is the stage of the following act, if it is being prepared.
	ahead chan prepared
	// last is closed when the last removal that was begun is over.
	last chan struct{}
}

type prepared struct {
	stage *stage.Stage
	// inspector and evidence are the runner's own part of the stage.
	inspector *inspector.Inspector
	evidence  *evidence
	err       error
}

// removing is how long a target may take to remove what it has provided for an act.
const removing = 30 * time.Second

// open returns what was prepared for an act, and begins to prepare that of the following one, if there is
// any. An act that restarts the broker has the target to itself.
func (b *backstage) open(ctx context.Context, act, following *scenario.Act) prepared {
	if restarts(act) {
		b.finish()
	}
	if b.ahead == nil {
		b.prepare(ctx, act)
	}
	got := <-b.ahead
	b.ahead = nil
	if following != nil && !restarts(act) && !restarts(following) {
		b.prepare(ctx, following)
	}
	return got
}

func (b *backstage) prepare(ctx context.Context, act *scenario.Act) {
	ahead := make(chan prepared, 1)
	go func() { ahead <- b.provide(ctx, act) }()
	b.ahead = ahead
}

// provide prepares a stage.
func (b *backstage) provide(ctx context.Context, act *scenario.Act) (got prepared) {
	defer guard(&got.err)
	if got.stage, got.err = b.target.Prepare(ctx, needs(act)); got.err == nil {
		got.inspector = inspector.New(got.stage)
		got.evidence, got.err = gatherInTime(ctx, got.stage, act, got.inspector, b.timeout(act))
	}
	return got
}

// guard makes an error of a panic, so that what was started is still removed. It is to be deferred.
func guard(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
	}
}

// gatherInTime is [gather] on a broker that may not answer: the act's time is up then before it has begun.
func gatherInTime(ctx context.Context, on *stage.Stage, act *scenario.Act, i *inspector.Inspector, timeout time.Duration) (*evidence, error) {
	within, cancel := limit(ctx, timeout, on, new(atomic.Bool))
	defer cancel()
	defer context.AfterFunc(within, i.Drop)()
	e, err := gather(ctx, on, act, i)
	if within.Err() != nil {
		return nil, context.Cause(within)
	}
	return e, ifGone(ctx, err, timeout, on)
}

// close begins to remove an act's stage, and reports the act when that is over.
func (b *backstage) close(ctx context.Context, p prepared, report *outcome.Act) {
	before, over := b.last, make(chan struct{})
	b.last = over
	go func() {
		defer close(over)
		within := removing
		if errors.As(report.Err, new(gone)) {
			within = answerTime(b.timeout(report.Act))
		}
		if err := remove(ctx, p, report.Err == nil, within); err != nil {
			report.Verdict, report.Err = outcome.Error, errors.Join(report.Err, err)
		}
		if before != nil {
			<-before
		}
		if b.done != nil {
			b.done(report)
		}
	}()
}

func remove(ctx context.Context, p prepared, quiet bool, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	if p.inspector != nil {
		if !quiet {
			p.inspector.Drop()
		}
		defer context.AfterFunc(ctx, p.inspector.Drop)()
		// What keeps it from closing is the broker's trouble, or the stage's, and is told there.
		_ = p.inspector.Close()
	}
	if p.stage == nil || p.stage.Close == nil {
		return nil
	}
	if err := p.stage.Close(ctx, quiet); err != nil {
		return fmt.Errorf("tidying the broker up: %w", err)
	}
	return nil
}

// finish waits until all removals that were begun are over.
func (b *backstage) finish() {
	if b.last != nil {
		<-b.last
	}
}

// wait waits until everything is removed, a stage that nobody came to use included.
func (b *backstage) wait(ctx context.Context) {
	b.finish()
	if b.ahead == nil {
		return
	}
	unused := <-b.ahead
	// There is no act left to report it.
	_ = remove(ctx, unused, unused.err == nil, removing)
}

// needs is what an act asks for. The vhost / is always there for acts that use it, but where others are
// named it is only made if it is used: making vhosts is what takes the time.
func needs(act *scenario.Act) *scenario.Broker {
	if len(act.Broker.Vhosts) == 0 || act.Broker.Vhosts["/"] != nil || !usesDefaultVhost(act) {
		return act.Broker
	}
	more := *act.Broker
	more.Vhosts = maps.Clone(more.Vhosts)
	more.Vhosts["/"] = &scenario.Vhost{}
	return &more
}

func usesDefaultVhost(act *scenario.Act) bool {
	for _, u := range act.Broker.Users {
		if u.Permissions["/"] != nil {
			return true
		}
	}
	return slices.Contains(vhostsOf(act), "/")
}

func restarts(act *scenario.Act) bool {
	return slices.ContainsFunc(act.Steps, func(s *scenario.Step) bool {
		verb, _ := s.Verb()
		return verb.Of == scenario.TheBroker
	})
}
