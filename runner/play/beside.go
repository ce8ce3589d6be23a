package play

import (
	"context"

	"tutor/runner/outcome"
	"tutor/runner/scenario"
)

// Acts take no time but at the real clock, where they mostly wait. Those that follow each other and wait for the
// broker's time are played side by side, each in a vhost of its own.

// most is how many acts are played side by side: so few that none keeps another from being in time.
const most = 4

// begun is an act that is being played.
type begun struct {
	act    *scenario.Act
	ready  prepared
	played chan *outcome.Act
}

// begin begins with the first of some acts, and with those after it that can be played beside it.
func (c Config) begin(ctx context.Context, acts []*scenario.Act, b *backstage) (group []begun) {
	for i, act := range acts {
		var following *scenario.Act
		if i+1 < len(acts) {
			following = acts[i+1]
		}
		if c.ActBegins != nil {
			c.ActBegins(act)
		}
		now := begun{act, b.open(ctx, act, following), make(chan *outcome.Act, 1)}
		group = append(group, now)
		go func() { now.played <- c.act(ctx, now.act, now.ready) }()
		if len(group) == most || following == nil || !c.waits(act, now.ready) || !c.waits(following, now.ready) {
			break
		}
	}
	return group
}

// waits reports whether an act is played at the real clock for the broker's sake, on a stage as the given one, and has
// that to itself.
func (c Config) waits(act *scenario.Act, ready prepared) bool {
	return ready.err == nil && !ready.stage.Shared && !restarts(act) &&
		act.Clock == scenario.OfBroker && c.Clock != scenario.Real && c.clock(act, ready.stage) == scenario.Real
}
