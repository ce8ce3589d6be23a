package play

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

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
		if err := p.awaitQuiet(ctx); err != nil {
			return err
		}
		lacks, err := p.lacksFor(ctx, u)
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
	if !expires && !waitsForBroker(p.act) {
		return p.advance(ctx)
	}
	if p.brokerTime != nil {
		// Where only the broker's time can go on, by the wall clock, the act is one about it.
		if more, err := p.advance(ctx); err != nil || more {
			return more, err
		}
		return false, p.brokerTime.passing(p.timeline.Now() + max(alone+glance, p.config.timeout(p.act)))
	}
	next := p.timeline.Now() + alone + glance
	if at, ok := p.timeline.Next(); ok && at <= next {
		return p.advance(ctx)
	}
	_, err = p.pass(ctx, next)
	return true, err
}

// looks is how often queues are looked at where the broker may move a message from one to another meanwhile: a queue
// that is asked has sent what it lets go of, and the next answers once before it turns to that.
const looks = 3

// lacksFor is what has not come to pass yet, or does not stay so while it is looked at.
func (p *playing) lacksFor(ctx context.Context, u *scenario.Until) (diff []transcript.DiffLine, err error) {
	for range looks {
		if diff, err = p.lacks(ctx, u); err != nil || len(diff) > 0 || u.Actor != "" || p.report.Clock != scenario.Real {
			return diff, err
		}
	}
	return diff, nil
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
		seen, err := p.lookAtQueue(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("looking at queue %s: %w", name, err)
		}
		if !want.Fits(seen) {
			diff = differ(diff, name+": "+want.String(), name+": "+want.Show(seen))
		}
	}
	return diff, nil
}

func differ(diff []transcript.DiffLine, want, got string) []transcript.DiffLine {
	return append(diff, transcript.DiffLine{Op: transcript.Missing, Text: want}, transcript.DiffLine{Op: transcript.Extra, Text: got})
}
