package server

import (
	"context"
	"fmt"

	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// target is the broker that is played on, one play at a time. It tells when it has come as far as an act. One that
// cannot be started is tried again by the next play: meanwhile its reader may have done something about that.
type target struct {
	stage.Target
	again  func() (stage.Target, error)
	events *events
	// tried is set once the target has been asked for a stage, came once it has given one.
	tried, came bool
}

func newTarget(again func() (stage.Target, error), e *events) (*target, error) {
	first, err := again()
	if err != nil {
		return nil, err
	}
	return &target{Target: first, again: again, events: e}, nil
}

func (t *target) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	if t.tried && !t.came {
		if err := t.renew(); err != nil {
			return nil, err
		}
	}
	t.tried = true
	s, err := t.Target.Prepare(ctx, needs)
	if err != nil {
		return nil, err
	}
	t.came = true
	t.events.ready()
	return s, nil
}

// renew has another one in place of the target.
func (t *target) renew() error {
	if err := t.Close(); err != nil {
		return fmt.Errorf("closing target %s: %w", t.Name(), err)
	}
	next, err := t.again()
	if err == nil {
		t.Target = next
	}
	return err
}
