package runner_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// timed puts a cast and steps into an act; the cast starts in line 5.
func timed(cast, steps string) string {
	return "title: T\nacts:\n  - name: a\n    cast:\n" + cast + steps + "    expect: {transcript: {p: {lines: [\"Created queue: q\", \"Sent: m\"], unordered: true}}}\n"
}

// brokerTimes are acts with times of the broker's own, and why they cannot be played on the virtual clock where the
// broker lives by the wall clock: nothing where the time is not reached, else its place in the scenario.
var brokerTimes = map[string]struct{ cast, steps, want string }{
	"it waits for longer than its queue has it live": {
		"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 1000}}, routing_key: q, message: m}\n",
		"    steps: [{start: p}, {wait: 2s}]\n", "s:5:83: the time of x-message-ttl is over before the act is: m lives for 1s in q, from 0s on"},
	"exactly as long": {
		"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 2000}}, routing_key: q, message: m}\n",
		"    steps: [{start: p}, {wait: 2s}]\n", "s:5:83: "},
	"shorter": {
		"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 60000}}, routing_key: q, message: m}\n",
		"    steps: [{start: p}, {wait: 4s}]\n", ""},
	"later than the act began": {
		"      - {publisher: p, delay: 3s, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 2000}}, routing_key: q, message: m}\n",
		"    steps: [{start: p}, {wait: 1s}]\n", ""},
	"a time of its own": {
		"      - {publisher: p, queue: {name: q, declare: true, durable: true}, routing_key: q, message: m, expiration: 500ms}\n",
		"    steps: [{start: p}, {wait: 1s}]\n", "s:5:100: the time of expiration is over"},
	"taken at once": {
		"      - {consumer: c, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 1000}}, work: 5s}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 1000}}, routing_key: q, message: m}\n",
		"    steps: [{start: c}, {start: p}, {wait: 9s}]\n", ""},
	"returned after its time": {
		"      - {consumer: c, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 1000}}, work: 5s, requeue: [m]}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 1000}}, routing_key: q, message: m}\n",
		"", "s:5:82: the time of x-message-ttl"},
	"returned in its last moment, to another": {
		"      - {consumer: c, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 1000}}, lazy: 5s}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 1000}}, routing_key: q, message: m}\n" +
			"      - {consumer: d, queue: {name: q}}\n",
		"", "s:5:82: the time of x-message-ttl"},
	"a queue that is not used": {
		"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-expires: 1000}}, routing_key: q, message: m}\n",
		"    steps: [{start: p}, {wait: 2s}]\n", "s:5:83: the time of x-expires is over before the act is: queue q is not used for 1s"},
	"a queue with a consumer": {
		"      - {consumer: c, queue: {name: q, declare: true, durable: true, arguments: {x-expires: 1000}}}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-expires: 1000}}, routing_key: q, message: m}\n",
		"    steps: [{start: c}, {start: p}, {wait: 9s}, {stop: c}, {wait: 500ms}]\n", ""},
	"a queue whose consumer has gone": {
		"      - {consumer: c, queue: {name: q, declare: true, durable: true, arguments: {x-expires: 1000}}}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-expires: 1000}}, routing_key: q, message: m}\n",
		"    steps: [{start: c}, {start: p}, {stop: c}, {wait: 2s}]\n", "s:6:83: the time of x-expires"},
	"a queue that is declared again": {
		"      - {publisher: o, queue: {name: q, declare: true, durable: true, arguments: {x-expires: 1000}}, count: 0}\n" +
			"      - {publisher: p, delay: 600ms, queue: {name: q, declare: true, durable: true, arguments: {x-expires: 1000}}, routing_key: q, message: m}\n",
		"    steps: [{start: o}, {start: p}, {wait: 600ms}]\n", ""},
	"half an hour in somebody's hands": {
		"      - {consumer: c, queue: {name: q, declare: true, durable: true}, work: 31m}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true}, routing_key: q, message: m}\n",
		"", "s:5:9: the time of the consumer time-out is over before the act is: c has a message and does not acknowledge it for 30m0s"},
	"half an hour, in the buffer": {
		"      - {consumer: c, queue: {name: q, declare: true, durable: true}, work: 20m}\n" +
			"      - {publisher: o, routing_key: q, message: m}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true}, routing_key: q, message: m}\n",
		"", "s:5:9: the time of the consumer time-out"},
	"twenty minutes each": {
		"      - {consumer: c, queue: {name: q, declare: true, durable: true}, work: 20m, prefetch: 1}\n" +
			"      - {publisher: o, routing_key: q, message: m}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true}, routing_key: q, message: m}\n",
		"", ""},
	"an hour under automatic acknowledgement": {
		"      - {consumer: c, queue: {name: q, declare: true, durable: true}, work: 1h, ack: auto}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true}, routing_key: q, message: m}\n",
		"", ""},
	"a consumer's own time-out": {
		"      - {consumer: c, work: 20s, arguments: {x-consumer-timeout: 10000}, queue: {name: q, declare: true, durable: true, arguments: {x-queue-type: quorum}}}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-queue-type: quorum}}, routing_key: q, message: m}\n",
		"", "s:5:46: the time of x-consumer-timeout is over before the act is: c has a message and does not acknowledge it for 10s"},
	"the queue's time-out for its consumers": {
		"      - {consumer: c, work: 20s, queue: {name: q, declare: true, durable: true, arguments: {x-queue-type: quorum, x-consumer-timeout: 10000}}}\n" +
			"      - {publisher: p, queue: {name: q, declare: true, durable: true, arguments: {x-queue-type: quorum, x-consumer-timeout: 10000}}, routing_key: q, message: m}\n",
		"", "s:5:115: the time of x-consumer-timeout is over before the act is"},
}

// wallTime is the embedded broker with a time that nobody has in hand, as RabbitMQ's. It is there once: whoever
// wants to play again at the real clock is told so.
type wallTime struct {
	stage.Target
	prepared int
}

func (w *wallTime) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	if w.prepared++; w.prepared > 1 {
		return nil, errors.New("once more")
	}
	s, err := w.Target.Prepare(ctx, needs)
	if err == nil {
		s.Time = nil
	}
	return s, err
}

// An act in which a time of the broker's own is over is played again at the real clock, where the broker lives by
// the wall clock, and the report says why.
func TestBrokersOwnTime(t *testing.T) {
	for name, c := range brokerTimes {
		t.Run(name, func(t *testing.T) {
			leakless(t)
			target := &wallTime{Target: embeddedTarget(t)}
			a := runner.Run(t.Context(), inline(t, timed(c.cast, c.steps)), target).Acts[0]
			again := a.Clock == scenario.Real && a.Verdict == outcome.Error && strings.Contains(a.Err.Error(), "once more")
			switch {
			case c.want == "" && (a.Verdict != outcome.Pass || a.Clock != scenario.Virtual || a.WhyReal != ""):
				t.Errorf("%s at the %s clock (%s): %v %v", a.Verdict, a.Clock, a.WhyReal, a.Err, a.Mismatches)
			case c.want != "" && (!again || !strings.HasPrefix(a.WhyReal, strings.Replace(c.want, "s:", "inline.yaml:", 1))):
				t.Errorf("%s: %v, %s; want it to be played again because of %s", a.Verdict, a.Err, a.WhyReal, c.want)
			}
		})
	}
}

// The embedded broker lives on the act's timeline, where hours take milliseconds.
func TestOneTime(t *testing.T) {
	target := embeddedTarget(t)
	for name, c := range brokerTimes {
		t.Run(name, func(t *testing.T) {
			leakless(t)
			r := runner.Run(t.Context(), inline(t, timed(c.cast, c.steps)), target)
			passes(t, r)
			if a := r.Acts[0]; a.Clock != scenario.Virtual || a.WhyReal != "" {
				t.Errorf("played at the %s clock (%s)", a.Clock, a.WhyReal)
			}
		})
	}
}

// A message that outlives the act is still there, and has so much time left.
func TestExpiresLater(t *testing.T) {
	c := brokerTimes["shorter"]
	a := runner.Run(t.Context(), inline(t, timed(c.cast, c.steps)), embeddedTarget(t)).Acts[0]
	if notes := a.Notes(); len(notes) != 1 || !strings.HasSuffix(notes[0].Text, "nobody has taken it; it expires in 56s.") {
		t.Errorf("%+v", notes)
	}
}

// What becomes of a message whose time is over is the same on all brokers, at the clock that they allow.
func TestBrokersOwnTimeEverywhere(t *testing.T) {
	c := brokerTimes["it waits for longer than its queue has it live"]
	text := strings.Replace(timed(c.cast, c.steps), "1000", "200", 1)
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		for _, how := range []runner.Runner{{}, {Clock: scenario.Real}} {
			r := how.Run(t.Context(), inline(t, text), target)
			passes(t, r)
			a := r.Acts[0]
			virtual, derived := target.Name() == "embedded" && how.Clock == "", a.WhyReal != ""
			if n := a.Books.Counts["expired"]; n != 1 || (a.Clock == scenario.Virtual) != virtual || derived != (!virtual && how.Clock == "") {
				t.Errorf("at the %s clock (%s) %d expired", a.Clock, a.WhyReal, n)
			}
		}
	})
}

const retries = `
title: T
acts:
  - name: an order that nobody takes comes back once an hour
    cast:
      - publisher: setup
        queue: {name: parking, declare: true, durable: true, arguments: {x-message-ttl: 3600000, x-dead-letter-exchange: "", x-dead-letter-routing-key: tasks}}
        message: m
        count: 0
      - consumer: worker
        queue: {name: tasks, declare: true, durable: true, arguments: {x-dead-letter-exchange: "", x-dead-letter-routing-key: parking}}
        prefetch: 1
        reject: [order]
      - publisher: shop
        routing_key: tasks
        message: order
    steps: [{start: setup}, {start: worker}, {start: shop}, {wait: 24h}]
    expect: {fates: {dead-lettered: 49, queued: [order]}}
`

// A day of retries comes out the same each time.
func TestADayOfRetries(t *testing.T) {
	target := embeddedTarget(t)
	first := ""
	for range 20 {
		r := runner.Run(t.Context(), inline(t, retries), target)
		passes(t, r)
		switch text := inFull(r); {
		case first == "":
			first = text
		case text != first:
			t.Fatal(cmp.Diff(first, text))
		}
	}
}
