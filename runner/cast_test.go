package runner_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tutor/runner"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/embedded"
)

// castOf is an act with many actors: each of them has one of the lines, in which %[1]d is its number.
func castOf(n int, first, each, last string, acked int) string {
	var cast strings.Builder
	for i := range n {
		fmt.Fprintf(&cast, "      - "+each+"\n", i)
	}
	return fmt.Sprintf(`
title: Cast
acts:
  - name: many actors
    timeout: 10m
    cast:
%s%s%s    expect: {fates: {acked: %d}}
`, line(first), cast.String(), line(last), acked)
}

func line(actor string) string {
	if actor == "" {
		return ""
	}
	return "      - " + actor + "\n"
}

// casts are the shapes that large casts come in, by name.
func casts() map[string]func(n int) string {
	const (
		consumer = `{consumer: c, queue: {name: q, declare: true, durable: true}}`
		many     = `{publisher: p, routing_key: q, message: m, confirm: true, count: %d}`
		few      = `{publisher: p, routing_key: q1, message: m, confirm: true, count: 10, interval: 1s}`
		toAll    = `{publisher: p, exchange: {name: e, type: fanout}, message: m, confirm: true, count: 2, interval: 1s}`

		sharing    = `{consumer: c%[1]d, queue: {name: q, declare: true, durable: true}}`
		owning     = `{consumer: c%[1]d, queue: {name: q%[1]d, declare: true, durable: true}}`
		quorum     = `{consumer: c%[1]d, queue: {name: q%[1]d, declare: true, durable: true, arguments: {x-queue-type: quorum}}}`
		bound      = `{consumer: c%[1]d, exchange: {name: e, type: fanout, declare: true}, queue: {declare: true, exclusive: true, bind: true}}`
		publishing = `{publisher: p%[1]d, routing_key: q, message: m, confirm: true, count: 2, interval: 1s}`
	)
	return map[string]func(int) string{
		"consumers of one queue":              func(n int) string { return castOf(n, "", sharing, fmt.Sprintf(many, n), n) },
		"consumers with queues of their own":  func(n int) string { return castOf(n, "", owning, few, 10) },
		"consumers with quorum queues":        func(n int) string { return castOf(n, "", quorum, few, 10) },
		"queues bound to one fanout exchange": func(n int) string { return castOf(n, "", bound, toAll, 2*n) },
		"publishers to one consumer":          func(n int) string { return castOf(n, consumer, publishing, "", 2*n) },
	}
}

// fenceCounter counts the fences on the connections to a target.
type fenceCounter struct {
	stage.Target
	fences atomic.Int64
}

func (f *fenceCounter) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	stage, err := f.Target.Prepare(ctx, needs)
	if err != nil {
		return nil, err
	}
	dial := stage.Dial
	stage.Dial = func(ctx context.Context) (net.Conn, error) {
		conn, err := dial(ctx)
		return &fenceCounting{conn, &f.fences}, err
	}
	return stage, nil
}

type fenceCounting struct {
	net.Conn
	fences *atomic.Int64
}

func (c *fenceCounting) Write(p []byte) (int, error) {
	c.fences.Add(int64(bytes.Count(p, []byte("x-tutor-fence"))))
	return c.Conn.Write(p)
}

// A cast of four times as many actors needs about four times as many fences, and not sixteen times.
func TestFencesOfLargeCasts(t *testing.T) {
	target := embedded.New()
	defer target.Close()
	for name, cast := range casts() {
		t.Run(name, func(t *testing.T) {
			fences := func(n int) int64 {
				counter := &fenceCounter{Target: target}
				passes(t, runner.Run(context.Background(), inline(t, cast(n)), counter))
				return counter.fences.Load()
			}
			small, large := fences(25), fences(100)
			if small == 0 || large > 8*small {
				t.Errorf("%d fences for 25 actors, %d for 100", small, large)
			}
		})
	}
}

// BenchmarkCasts is how many times longer an act with four times as many actors takes, by what they have in
// common, on the embedded broker.
func BenchmarkCasts(b *testing.B) {
	target := embedded.New()
	defer target.Close()
	all := casts()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				took := func(n int) time.Duration { return median(b, inline(b, all[name](n)), target, 3) }
				few, many := took(500), took(2000)
				b.ReportMetric(many.Seconds()/few.Seconds(), "times-longer-for-4-times-as-many")
				b.ReportMetric(few.Seconds(), "s-for-500")
				b.ReportMetric(many.Seconds(), "s-for-2000")
			}
		})
	}
}
