package runner_test

import (
	"context"
	"errors"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/stage"
	"tutor/runner/target/stagetest"
)

// The channel of a consumer that acknowledges that many messages of a quorum queue holds most of it back
// for a while, and would forget it if it was closed meanwhile.
const acknowledging = `
title: Acknowledging
acts:
  - &act
    name: stopped
    cast:
      - publisher: p
        queue: &q {name: q, declare: true, durable: true, arguments: {x-queue-type: quorum}}
        routing_key: q
        message: m
        count: 200
        confirm: true
      - {consumer: c, queue: *q}
      - {publisher: last, routing_key: q, message: end, confirm: true}
    steps: [{start: p}, {start: c}, {stop: c}, {start: last}]
    expect: {fates: {acked: 200, queued: 1}}
  - <<: *act
    name: killed
    steps: [{start: p}, {start: c}, {kill: c}, {start: last}]
`

func TestQuorumQueueHasBeenTold(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		s := inline(t, acknowledging)
		s.Acts = slices.Repeat(s.Acts, 5)
		passes(t, runner.Run(context.Background(), s, target))
	})
}

var fenceName = regexp.MustCompile(`tutor\.fence-[A-Z2-7]+`)

// listener collects the names of the queues that somebody declares for a fence.
type listener struct {
	net.Conn
	heard func(queue string)
}

func (l listener) Write(p []byte) (int, error) {
	if name := fenceName.Find(p); name != nil {
		l.heard(string(name))
	}
	return l.Conn.Write(p)
}

// An act that is about limits has no queue and no connection of the runner's in it.
func TestLimitedActHasNoFence(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		limited := strings.Replace(acknowledging, "    name: stopped\n", "    name: stopped\n    broker: {vhosts: {/: {max_queues: 1}}}\n", 1)
		heard := broken{target, func(stage *stage.Stage) {
			dial := stage.Dial
			stage.Dial = func(ctx context.Context) (net.Conn, error) {
				conn, err := dial(ctx)
				return listener{conn, func(queue string) { t.Errorf("there is a queue %s", queue) }}, err
			}
		}}
		a := only("stopped").Run(t.Context(), inline(t, limited), heard).Acts[0]
		if a.Verdict == outcome.Error {
			t.Error(a.Err)
		}
	})
}

// The runner's own queue does not stay in a vhost that is not the act's own.
func TestFenceIsRemoved(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		vhost := share(t, target)
		dial, fences := vhost.stage.Dial, map[string]bool{}
		dials, refuse := 0, 0
		vhost.stage.Dial = func(ctx context.Context) (net.Conn, error) {
			if dials++; dials == refuse {
				return nil, errors.New("the last actor stays out")
			}
			conn, err := dial(ctx)
			return listener{conn, func(queue string) { fences[queue] = true }}, err
		}
		s := inline(t, acknowledging)
		if a := only("stopped").Run(t.Context(), s, vhost).Acts[0]; a.Verdict != outcome.Pass {
			t.Errorf("%s, %v, %v", a.Verdict, a.Err, a.Mismatches)
		}
		// The last connection was that of the last actor.
		refuse, dials = dials, 0
		if a := only("stopped").Run(t.Context(), s, vhost).Acts[0]; a.Verdict != outcome.Error {
			t.Errorf("the act that is broken off: %s", a.Verdict)
		}
		if len(fences) != 2 {
			t.Errorf("%d acts with a fence", len(fences))
		}
		for name := range fences {
			_, ch := stagetest.Connect(t, vhost.stage)
			_, err := ch.QueueDeclarePassive(name, true, false, false, false, nil)
			var said *amqp.Error
			if !errors.As(err, &said) || said.Code != amqp.NotFound {
				t.Errorf("queue %s: %v", name, err)
			}
		}
	})
}
