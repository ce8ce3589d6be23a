package runner_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"tutor/runner"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// withoutPolicies is a target that has its broker testify to nothing.
type withoutPolicies struct{ stage.Target }

func (w withoutPolicies) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	stage, err := w.Target.Prepare(ctx, needs)
	if err == nil {
		stage.SetPolicy = nil
	}
	return stage, err
}

const overflowing = `
title: Overflowing
acts:
  - name: all the time
    timeout: 5m
    cast:
      - publisher: p
        queue: {name: q, declare: true, durable: true, arguments: {x-max-length: 10}}
        routing_key: q
        message: m
        count: 20000
        confirm: true
    expect: {fates: {queued: 10, overflowed: 19990}}
`

const plainAct = `
title: Plain
acts:
  - name: one message
    cast:
      - {consumer: c, queue: {name: q, declare: true, durable: true}}
      - {publisher: p, routing_key: q, message: m, confirm: true}
    expect: {fates: {acked: [m]}}
`

// BenchmarkEvidence is what it costs to have the broker testify: how many times longer an act takes whose
// queue overflows all the time, and by how much a plain act takes longer.
func BenchmarkEvidence(b *testing.B) {
	for name, target := range brokers(b) {
		b.Run(name, func(b *testing.B) {
			mute := withoutPolicies{target}
			median(b, inline(b, plainAct), mute, 1) // boots it
			for b.Loop() {
				overflow := inline(b, overflowing)
				with, without := median(b, overflow, target, 3), median(b, overflow, mute, 3)
				b.ReportMetric(with.Seconds()/without.Seconds(), "times-longer-overflowing")
				act := inline(b, plainAct)
				b.ReportMetric((median(b, act, target, 21)-median(b, act, mute, 21)).Seconds()*1000, "ms-more-an-act")
			}
		})
	}
}

// median is how long a scenario takes, preparing and removing included, in the middle one of some runs.
func median(b *testing.B, s *scenario.Scenario, target stage.Target, runs int) time.Duration {
	b.Helper()
	took := make([]time.Duration, runs)
	for i := range took {
		r := runner.Run(context.Background(), s, target)
		passes(b, r)
		took[i] = r.Elapsed
	}
	slices.Sort(took)
	return took[runs/2]
}
