package play

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tutor/runner/ledger"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// inVain is the end of an act that a step has waited in: nothing can move any more, and what it has waited for has
// not come to pass. The act is no error, but it has failed.
type inVain struct{ outcome.Mismatch }

func (v inVain) Error() string { return fmt.Sprintf("%v: %s", v.Pos, v.Subject) }

// until goes on when something has come to pass. Everybody is asked once more before it is given up.
func (p *playing) until(ctx context.Context, u *scenario.Until) error {
	for asked := false; ; {
		if err := p.settle(ctx); err != nil {
			return err
		}
		lacks, err := p.lacks(ctx, u)
		if err != nil || len(lacks) == 0 {
			return err
		}
		more, err := p.goOn(ctx)
		switch {
		case err != nil:
			return err
		case !more && asked:
			return inVain{outcome.Mismatch{Pos: u.Pos, Subject: "until " + u.String() + ": nothing moves any more", Diff: lacks}}
		case !more:
			p.ledger.StirAll()
		}
		asked = !more
	}
}

// glance is after how long queues are looked at again while the broker may let messages go of its own, which it
// tells nobody.
const glance = 20 * time.Millisecond

// goOn lets time go on to the next timer or, at the real clock, until something moves. More is false if nothing
// can move any more.
func (p *playing) goOn(ctx context.Context) (more bool, err error) {
	alone, expires := p.ledger.Expires()
	if p.brokerTime != nil || !expires && !waitsForBroker(p.act) {
		return p.advance(ctx)
	}
	next := p.timeline.Now() + alone + glance
	if at, ok := p.timeline.Next(); ok && at <= next {
		return p.advance(ctx)
	}
	_, err = p.pass(ctx, next)
	return true, err
}

// lacks is what has not come to pass yet: what is waited for, and what there is.
func (p *playing) lacks(ctx context.Context, u *scenario.Until) (diff []transcript.DiffLine, err error) {
	if u.Actor != "" {
		if so := p.ledger.Progress(p.places[u.Actor]); !u.Reached(so) {
			diff = differ(diff, u.String(), u.ShowProgress(so))
		}
		return diff, nil
	}
	for _, name := range slices.Sorted(maps.Keys(u.Queues)) {
		want := u.Queues[name]
		numbers, exists, err := p.count(ctx, ledger.QueueRef{Vhost: p.vhostOf(name), Name: name})
		if err != nil {
			return nil, fmt.Errorf("asking for queue %s: %w", name, err)
		}
		if !want.Fits(numbers, exists) {
			diff = differ(diff, name+": "+want.String(), name+": "+want.Show(numbers, exists))
		}
	}
	return diff, nil
}

func differ(diff []transcript.DiffLine, want, got string) []transcript.DiffLine {
	return append(diff, transcript.DiffLine{Op: transcript.Missing, Text: want}, transcript.DiffLine{Op: transcript.Extra, Text: got})
}

// count asks the broker for what is in a queue. Who has what of it only the ledger knows, and of an exclusive
// queue, which nobody but its owner may look at, the rest as well. All must be quiet.
func (p *playing) count(ctx context.Context, q ledger.QueueRef) (n scenario.QueueNumbers, exists bool, err error) {
	state, err := p.inspector.Look(ctx, q)
	if err != nil || !state.Exists {
		return n, false, err
	}
	waiting, unacked := p.ledger.Holds(q)
	n = scenario.QueueNumbers{Ready: state.Ready, Unacked: unacked, Consumers: state.Consumers}
	if state.Locked {
		n.Ready = waiting
		n.Consumers, _, exists = p.ledger.Consumers(q)
		return n, exists, nil
	}
	return n, true, nil
}

// vhostOf is where a queue is, by the scenario's name: where the first is who has one of that name.
func (p *playing) vhostOf(queue string) string {
	for _, a := range p.act.Cast {
		if a.Common().Queue.Name == queue {
			return a.Vhost()
		}
	}
	return "/"
}
