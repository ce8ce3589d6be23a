package lab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tutor/runner"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// Limits are what the acts of a request may use. Zero is no limit. A lesson, and a file that whoever started the program
// has named, has only that of time: the others are for scenarios that come from a page.
type Limits struct {
	// Time is how long an act may go on by the wall clock, whatever it says itself.
	Time time.Duration
	// Text is how many bytes a scenario may have.
	Text int
	// Acts is how many acts it may have; Actors, Steps and Queues are how many each of them may have. Provided is how
	// many vhosts and users an act may ask the broker for, and how many policies it may have, with patterns that match soon.
	Acts, Actors, Steps, Queues, Provided int
	// Messages is how many messages may pass between the actors of an act and the broker, in whichever direction, and
	// Bytes how many bytes their bodies may have in all.
	Messages, Bytes int
	// OwnVhost has acts refused that would not have a vhost to themselves.
	OwnVhost bool
}

// UsualLimits are generous to what is written to learn from, and keep what is not from using the machine up.
func UsualLimits() Limits {
	return Limits{
		Time: 2 * time.Minute,
		Text: 64 << 10, Acts: 20, Actors: 50, Steps: 500, Queues: 100, Provided: 20,
		Messages: 20_000, Bytes: 32 << 20,
		OwnVhost: true,
	}
}

// of are the limits that count for a request.
func (l Limits) of(r Request) Limits {
	if r.Lesson != "" {
		return Limits{Time: l.Time}
	}
	return l
}

func (l Limits) checkText(text string) error {
	if l.Text > 0 && len(text) > l.Text {
		return fmt.Errorf("the scenario has %d bytes, and at most %d are played here", len(text), l.Text)
	}
	return nil
}

func (l Limits) runner(acts func(*scenario.Act) bool) runner.Runner {
	return runner.Runner{Acts: acts, Timeout: scenario.Duration(l.Time), MaxMessages: l.Messages, MaxBytes: l.Bytes}
}

// on is the target on which acts are played within the limits.
func (l Limits) on(t stage.Target) stage.Target {
	if l.OwnVhost {
		return secluded{t}
	}
	return t
}

// secluded is a target that gives acts nothing but what is theirs alone. Without a vhost of its own an act could take
// from queues that others live by, purge and delete them. That it may restart a broker does no such harm: targets let
// it restart only one that they have started themselves.
type secluded struct{ stage.Target }

var errShared = errors.New("a scenario from a page is played only where it has a vhost to itself: " +
	"start with --management, or save it in a file and name that when you start")

// Prepare provides what an act asks for, and takes it back where it is not the act's own.
func (t secluded) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	s, err := t.Target.Prepare(ctx, needs)
	if err != nil || !s.Shared {
		return s, err
	}
	err = errShared
	if s.Close != nil {
		err = errors.Join(err, s.Close(ctx, true))
	}
	return nil, err
}
