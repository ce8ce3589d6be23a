package runner_test

import (
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/stage"
)

// timed puts a cast and steps into an act; the cast starts in line 5.
func timed(cast, steps string) string {
	return "title: T\nacts:\n  - name: a\n    cast:\n" + cast + steps + "    expect: {transcript: {p: {lines: [\"Created queue: q\", \"Sent: m\"], unordered: true}}}\n"
}

// brokerTimes are acts with times of the broker's own, and what must be said of them on the virtual clock: nothing
// where the time is not reached, else its place in the scenario.
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

func TestBrokersOwnTime(t *testing.T) {
	target := embeddedTarget(t)
	for name, c := range brokerTimes {
		t.Run(name, func(t *testing.T) {
			leakless(t)
			a := runner.Run(t.Context(), inline(t, timed(c.cast, c.steps)), target).Acts[0]
			switch {
			case c.want == "" && a.Verdict != outcome.Pass:
				t.Errorf("%s: %v %v", a.Verdict, a.Err, a.Mismatches)
			case c.want != "" && (a.Verdict != outcome.Error || !strings.HasPrefix(a.Err.Error(), strings.Replace(c.want, "s:", "inline.yaml:", 1)) || !strings.Contains(a.Err.Error(), "clock: real")):
				t.Errorf("%s: %v, want an error at %s", a.Verdict, a.Err, c.want)
			}
		})
	}
}

// RabbitMQ's own time does not pass on the virtual clock either; at the real clock all of it does.
func TestBrokersOwnTimeEverywhere(t *testing.T) {
	c := brokerTimes["it waits for longer than its queue has it live"]
	text := strings.NewReplacer("1000", "200", "2s", "2s").Replace(timed(c.cast, c.steps))
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		if a := runner.Run(t.Context(), inline(t, text), target).Acts[0]; a.Verdict != outcome.Error {
			t.Errorf("on the virtual clock: %s", a.Verdict)
		}
		r := runner.Runner{Clock: "real"}.Run(t.Context(), inline(t, text), target)
		passes(t, r)
		if n := r.Acts[0].Books.Counts["expired"]; n != 1 {
			t.Errorf("at the real clock %d expired", n)
		}
	})
}
