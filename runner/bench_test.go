package runner_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/embedded"
	"tutor/runner/target/local"
	"tutor/runner/target/stagetest"
)

// Machines differ and are noisy, so what is measured here are ratios within one run: how much faster
// the virtual clock is than the real one, what the runner costs beside the bare client library, how
// the embedded broker does beside RabbitMQ.

// brokers are the targets of the measurements that run on this machine.
func brokers(b *testing.B) map[string]stage.Target {
	b.Helper()
	all := map[string]stage.Target{"embedded": embedded.New()}
	if local.Installed() == nil {
		all["local"] = local.New(nil)
	} else {
		b.Log("rabbitmq-server is not installed: measured on the embedded broker only")
	}
	for name, target := range all {
		b.Cleanup(func() {
			if err := target.Close(); err != nil {
				b.Errorf("%s: %v", name, err)
			}
		})
	}
	return all
}

// suite plays all tutorials and returns how long that took.
func suite(b *testing.B, target stage.Target, clock scenario.Clock) time.Duration {
	b.Helper()
	var scenarios []*scenario.Scenario
	for _, path := range tutorials(b) {
		scenarios = append(scenarios, decode(b, path))
	}
	began := time.Now()
	for _, s := range scenarios {
		passes(b, runner.Runner{Clock: clock}.Run(context.Background(), s, target))
	}
	return time.Since(began)
}

// BenchmarkVirtualClock is how many times faster the tutorials are at the virtual clock than at the
// real one.
func BenchmarkVirtualClock(b *testing.B) {
	for name, target := range brokers(b) {
		b.Run(name, func(b *testing.B) {
			suite(b, target, scenario.Virtual) // boots it
			for b.Loop() {
				realTime := suite(b, target, scenario.Real)
				var virtual []time.Duration
				for range 5 {
					virtual = append(virtual, suite(b, target, scenario.Virtual))
				}
				slices.Sort(virtual)
				b.ReportMetric(realTime.Seconds()/virtual[2].Seconds(), "times-faster")
				b.ReportMetric(virtual[2].Seconds()*1000, "ms-virtual")
				b.ReportMetric(realTime.Seconds()*1000, "ms-real")
			}
		})
	}
}

var runs = flag.Int("runs", 200, "how often BenchmarkDeterminism plays each tutorial")

// BenchmarkDeterminism plays every tutorial 200 times with all cores kept busy, on all the brokers that
// tests run on; whatever differs from the first time fails, and so does a goroutine that is left.
func BenchmarkDeterminism(b *testing.B) {
	for _, target := range targets.Present() {
		b.Run(target.Name(), func(b *testing.B) {
			leakless(b)
			stop := busy()
			defer stop()
			for b.Loop() {
				for _, path := range tutorials(b) {
					s := decode(b, path)
					first := inFull(runner.Run(context.Background(), s, target))
					for i := range *runs - 1 {
						if again := inFull(runner.Run(context.Background(), s, target)); again != first {
							b.Fatalf("%s, run %d:\n%s\nthe first:\n%s", path, i+2, again, first)
						}
					}
				}
			}
		})
	}
}

// busy keeps all cores busy until it is stopped.
func busy() (stop func()) {
	done := make(chan struct{})
	var spinning sync.WaitGroup
	for range runtime.NumCPU() {
		spinning.Go(func() {
			for n := 0; ; n++ {
				if n%1_000_000 == 0 {
					select {
					case <-done:
						return
					default:
					}
				}
			}
		})
	}
	return func() { close(done); spinning.Wait() }
}

const (
	many     = 100_000
	bodySize = 64
)

const manyMessages = `
title: Many
acts:
  - name: many
    timeout: 10m
    cast:
      - consumer: c
        queue: {name: q, declare: true, durable: true}
        prefetch: 256
      - publisher: p
        routing_key: q
        message: x
        message_size: 64
        confirm: {every: 256}
        count: %d
    expect: {fates: {acked: %d}}
`

// BenchmarkOverhead is the rate of an act with many messages in relation to that of a loop over the
// client library that does the same, and the memory that the act takes for each message.
func BenchmarkOverhead(b *testing.B) {
	for name, target := range brokers(b) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				overhead(b, target, many)
			}
		})
	}
}

// BenchmarkMillion is the same of an act of a million messages on the embedded broker, and the most memory that
// the process has taken: it is to be run alone for that.
func BenchmarkMillion(b *testing.B) {
	target := embedded.New()
	defer target.Close()
	for b.Loop() {
		overhead(b, target, 10*many)
		b.ReportMetric(peakMemory(b), "MB-peak")
	}
}

func overhead(b *testing.B, target stage.Target, messages int) {
	b.Helper()
	s := inline(b, fmt.Sprintf(manyMessages, messages, messages))
	bare := bareLoop(b, target, messages)
	var before, after, kept runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	report := runner.Run(context.Background(), s, target)
	act := time.Since(began)
	runtime.ReadMemStats(&after)
	passes(b, report)
	runtime.GC()
	runtime.ReadMemStats(&kept)
	n := float64(messages)
	b.ReportMetric(bare.Seconds()/act.Seconds(), "of-the-bare-rate")
	b.ReportMetric(float64(int64(kept.HeapAlloc)-int64(before.HeapAlloc))/n, "B/message")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/n, "B/message-in-passing")
	b.ReportMetric(n/act.Seconds(), "messages/s")
	runtime.KeepAlive(report)
}

// peakMemory is the most memory that this process has had resident so far, in MB, where the system
// tells.
func peakMemory(b testing.TB) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	var kB float64
	for line := range strings.Lines(string(text)) {
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kB); err == nil {
			return kB / 1024
		}
	}
	return 0
}

// BenchmarkEmbeddedBroker is the rate of the embedded broker in relation to RabbitMQ's, with the bare
// client library, and the 99th percentile of the time from a publish to its confirmation.
func BenchmarkEmbeddedBroker(b *testing.B) {
	targets := brokers(b)
	for b.Loop() {
		ours, latency := bareLoop(b, targets["embedded"], many), confirmLatency(b, targets["embedded"])
		b.ReportMetric(many/ours.Seconds(), "messages/s")
		b.ReportMetric(float64(latency.Microseconds()), "µs-p99")
		if rabbit := targets["local"]; rabbit != nil {
			theirs, theirLatency := bareLoop(b, rabbit, many), confirmLatency(b, rabbit)
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times-RabbitMQ's-rate")
			b.ReportMetric(theirLatency.Seconds()/latency.Seconds(), "times-lower-p99")
		}
	}
}

// BenchmarkLongQueue is the rate of publishing the last 100,000 messages into a queue of a million on
// the embedded broker, and of consuming the first, in relation to the first and the last 100,000.
func BenchmarkLongQueue(b *testing.B) {
	target := embedded.New()
	defer target.Close()
	for b.Loop() {
		stage, err := target.Prepare(context.Background(), nil)
		must(b, err)
		_, publisher := stagetest.Connect(b, stage)
		_, consumer := stagetest.Connect(b, stage)
		_, err = publisher.QueueDeclare("q", true, false, false, false, nil)
		must(b, err)
		must(b, publisher.Confirm(false))
		var publishing, consuming []time.Duration
		for range 10 {
			began := time.Now()
			publishMany(b, publisher, many)
			publishing = append(publishing, time.Since(began))
		}
		must(b, consumer.Qos(256, 0, false))
		deliveries, err := consumer.Consume("q", "c", false, false, false, false, nil)
		must(b, err)
		for range 10 {
			began := time.Now()
			consumeMany(b, deliveries, many)
			consuming = append(consuming, time.Since(began))
		}
		b.ReportMetric(publishing[0].Seconds()/publishing[9].Seconds(), "of-the-rate-into-an-empty-queue")
		b.ReportMetric(consuming[9].Seconds()/consuming[0].Seconds(), "of-the-rate-out-of-a-short-queue")
		must(b, stage.Close(context.Background(), false))
	}
}

// confirmLatency publishes messages one at a time, and returns the 99th percentile of the time to the
// confirmation.
func confirmLatency(b testing.TB, target stage.Target) time.Duration {
	b.Helper()
	ctx := context.Background()
	stage, err := target.Prepare(ctx, nil)
	must(b, err)
	defer stage.Close(ctx, false)
	_, ch := stagetest.Connect(b, stage)
	_, err = ch.QueueDeclare("q", true, false, false, false, nil)
	must(b, err)
	must(b, ch.Confirm(false))
	var took []time.Duration
	for range 5000 {
		began := time.Now()
		c, err := ch.PublishWithDeferredConfirm("", "q", false, false, amqp.Publishing{Body: make([]byte, bodySize)})
		must(b, err)
		c.Wait()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// bareLoop publishes with confirms and consumes with acknowledgements as the act does, without a
// runner.
func bareLoop(b testing.TB, target stage.Target, messages int) time.Duration {
	b.Helper()
	ctx := context.Background()
	stage, err := target.Prepare(ctx, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer stage.Close(ctx, false)
	_, consumer := stagetest.Connect(b, stage)
	_, publisher := stagetest.Connect(b, stage)
	must(b, consumer.Qos(256, 0, false))
	_, err = consumer.QueueDeclare("q", true, false, false, false, nil)
	must(b, err)
	deliveries, err := consumer.Consume("q", "c", false, false, false, false, nil)
	must(b, err)
	must(b, publisher.Confirm(false))
	began := time.Now()
	var consuming sync.WaitGroup
	consuming.Go(func() { consumeMany(b, deliveries, messages) })
	publishMany(b, publisher, messages)
	consuming.Wait()
	return time.Since(began)
}

// publishMany publishes to the queue q, with at most 256 messages unconfirmed.
func publishMany(b testing.TB, publisher *amqp.Channel, messages int) {
	body := make([]byte, bodySize)
	var waiting []*amqp.DeferredConfirmation
	for range messages {
		c, err := publisher.PublishWithDeferredConfirm("", "q", false, false, amqp.Publishing{Body: body})
		must(b, err)
		if waiting = append(waiting, c); len(waiting) == 256 {
			waiting[0].Wait()
			waiting = waiting[1:]
		}
	}
	for _, c := range waiting {
		c.Wait()
	}
}

func consumeMany(b testing.TB, deliveries <-chan amqp.Delivery, messages int) {
	for range messages {
		d := <-deliveries
		must(b, d.Ack(false))
	}
}

func must(b testing.TB, err error) {
	if err != nil {
		b.Error(err)
		panic(err)
	}
}
