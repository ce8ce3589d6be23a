package runner_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"tutor/runner"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// noting is a target that notes which vhosts it gives out.
type noting struct {
	stage.Target
	mu     sync.Mutex
	vhosts []string
}

func (n *noting) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	stage, err := n.Target.Prepare(ctx, needs)
	if err == nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.vhosts = append(n.vhosts, stage.Vhosts["/"])
	}
	return stage, err
}

// These leave a queue, a message in it, an exchange and a binding behind, and differ in what they
// declare the queue as: whichever finds the other's is refused.
const leaving = `
title: Leaving
acts:
  - &act
    name: durable
    cast:
      - &p
        publisher: p
        exchange: {name: e, type: fanout, declare: true, durable: true}
        queue: &q {name: q, declare: true, durable: true, bind: true}
        message: m
    expect: &expect
      transcript:
        p: |
          Created exchange: e
          Created queue: q
          Bound Queue [q] to Exchange [e]
          Sent: m
      fates: {queued: [m]}
  - <<: *act
    name: auto-delete
    cast:
      - <<: *p
        queue: {<<: *q, auto_delete: true}
    expect: *expect
`

// Vhosts serve again where making them takes time, and an act finds nothing of an earlier one. Few may
// wait to be emptied, so of many acts some must meet a vhost that was used.
func TestVhostsServeAgain(t *testing.T) {
	targets.RabbitMQ(t, func(t *testing.T, target stage.Target) {
		s := inline(t, leaving)
		s.Acts = slices.Repeat(s.Acts, 15)
		noted := &noting{Target: target}
		passes(t, runner.Run(context.Background(), s, noted))
		slices.Sort(noted.vhosts)
		if used := slices.Compact(slices.Clone(noted.vhosts)); len(used) == len(noted.vhosts) {
			t.Errorf("%d acts used %d vhosts", len(noted.vhosts), len(used))
		}
	})
}

// A vhost with limits serves one act only, since what they count may lag behind.
func TestLimitedVhostsServeOnce(t *testing.T) {
	targets.RabbitMQ(t, func(t *testing.T, target stage.Target) {
		s := inline(t, strings.Replace(leaving, "    name: durable\n", "    name: durable\n    broker: {vhosts: {/: {max_connections: 2}}}\n", 1))
		s.Acts = slices.Repeat(s.Acts, 15)
		noted := &noting{Target: target}
		passes(t, runner.Run(context.Background(), s, noted))
		slices.Sort(noted.vhosts)
		if used := slices.Compact(slices.Clone(noted.vhosts)); len(used) != len(noted.vhosts) {
			t.Errorf("%d acts used %d vhosts", len(noted.vhosts), len(used))
		}
	})
}
