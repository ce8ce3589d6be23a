package runner_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/stagetest"
)

// shared is a target like a broker by URL without its management API: all acts are played in one vhost,
// which is nobody's own.
type shared struct {
	stage.Target
	stage *stage.Stage
}

func share(t *testing.T, target stage.Target) *shared {
	t.Helper()
	stage, err := target.Prepare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(context.Background(), false); err != nil {
			t.Error(err)
		}
	})
	return &shared{target, stage}
}

func (s *shared) Prepare(context.Context, *scenario.Broker) (*stage.Stage, error) {
	stage := *s.stage
	stage.Shared, stage.Close = true, nil
	return &stage, nil
}

// Both acts declare the queue q, and each as something else: a queue that one leaves is refused to the
// other.
const lingering = `
title: Lingering
acts:
  - &act
    name: long
    cast:
      - consumer: c
        queue: {name: q, declare: true, durable: true}
        exchange: {name: e, type: fanout, declare: true}
      - &p
        publisher: p
        routing_key: q
        message: m
    expect: {fates: {acked: [m]}}
  - <<: *act
    name: short
    cast:
      - <<: *p
        queue: {name: q, declare: true, durable: true, auto_delete: true}
    expect: {fates: {queued: [m]}}
`

func only(name string) runner.Runner {
	return runner.Runner{Acts: func(a *scenario.Act) bool { return a.Name == name }}
}

// An act that is broken off removes what it has declared, so that the next one can be played.
func TestSharedVhostIsTidied(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		s, vhost := inline(t, lingering), share(t, target)
		dial, dials := vhost.stage.Dial, 0
		vhost.stage.Dial = func(ctx context.Context) (net.Conn, error) {
			// The inspector comes first, then the consumer.
			if dials++; dials == 3 {
				return nil, errors.New("the publisher stays out")
			}
			return dial(ctx)
		}
		a := only("long").Run(t.Context(), s, vhost).Acts[0]
		if a.Verdict != outcome.Error || !strings.Contains(a.Err.Error(), "the publisher stays out") || len(a.Lines) != 2 {
			t.Fatalf("the act that is broken off: %s, %v, %d lines", a.Verdict, a.Err, len(a.Lines))
		}
		for _, name := range []string{"short", "long", "short"} {
			if a := only(name).Run(t.Context(), s, vhost).Acts[0]; a.Verdict != outcome.Pass {
				t.Errorf("%s: %s, %v, %v", name, a.Verdict, a.Err, a.Mismatches)
			}
		}
	})
}

// What was there before is left alone, and the act not played.
func TestSharedVhostIsRespected(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		vhost := share(t, target)
		_, ch := stagetest.Connect(t, vhost.stage)
		_, err := ch.QueueDeclare("q", true, false, false, false, nil)
		must(t, err)
		a := only("short").Run(t.Context(), inline(t, lingering), vhost).Acts[0]
		if a.Verdict != outcome.Error || !strings.Contains(a.Err.Error(), "there is a queue named q") {
			t.Errorf("%s, %v", a.Verdict, a.Err)
		}
		if _, err := ch.QueueDeclarePassive("q", true, false, false, false, nil); err != nil {
			t.Errorf("the queue that was there: %v", err)
		}
	})
}
