package scenario

import (
	"strings"
	"testing"
)

// A check that could not fail, or speaks of what there is not, is refused.
func TestCheckIsChecked(t *testing.T) {
	for check, want := range map[string]string{
		`{}`:                          "a check that compares nothing proves nothing",
		`{queues: {}}`:                "a check that compares nothing proves nothing",
		`{received: 1}`:               "received is an actor's: give actor, too",
		`{actor: c}`:                  "say how far c must have come: received, sent, confirmed, nacked, cancelled",
		`{actor: c, received: few}`:   "want a number, or a range",
		`{actor: d, received: 1}`:     "there is no actor d in the cast",
		`{actor: c, sent: 1}`:         "c is a consumer: it is never one that has sent",
		`{actor: p, cancelled: true}`: "p is a publisher: it is never cancelled",
		`{queues: {r: {ready: 1}}}`:   "nobody in the act has a queue r",
		`{queues: {q: {}}}`:           "want what the queue is like",
		`{queues: {q: {redy: 1}}}`:    "unknown key redy (did you mean ready?)",
		`{queues: {q: {active: c}}}`:  "no queue q is declared with x-single-active-consumer",
		`{actor: c, recieved: 1}`:     "unknown key recieved (did you mean received?)",
	} {
		text := strings.ReplaceAll(waiting("{actor: c, received: 1}"), "until: {actor: c, received: 1}", "check: "+check)
		_, err := Decode("f", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", check, err, want)
		}
	}
}

// What steps tell an actor to do counts for how far it comes, and for what is delivered to it.
func TestWhatActorsAreToldCounts(t *testing.T) {
	for name, d := range map[string]struct{ step, claim, want string }{
		"a publisher that gets":       {"get: q, by: p", "actor: p, received: 1", ""},
		"a publisher never ends so":   {"get: q, by: p", "actor: p, cancelled: true", "p is a publisher: it is never cancelled"},
		"a consumer that publishes":   {"publish: m, by: c", "actor: c, sent: 1", ""},
		"a consumer that hears of it": {"publish: m, by: c", "actor: c, confirmed: 1", ""},
		"another one's get":           {"get: q, by: c", "actor: p, received: 1", "p is a publisher: it is never received"},
		"another one's publish":       {"publish: m, by: p", "actor: c, sent: 1", "c is a consumer: it is never one that has sent"},
	} {
		text := act("      - publisher: p\n        routing_key: q\n      - consumer: c\n        queue: {name: q}\n",
			"    steps:\n      - start: p\n      - start: c\n      - {"+d.step+"}\n      - until: {"+d.claim+"}\n      - check: {"+d.claim+"}\n    expect: {fates: {}}\n")
		_, err := Decode("f", []byte(text))
		if d.want == "" && err != nil || d.want != "" && (err == nil || strings.Count(err.Error(), d.want) != 2) {
			t.Errorf("%s: %v, want %q", name, err, d.want)
		}
	}
	delivered := act("      - publisher: p\n        routing_key: q\n      - consumer: c\n        queue: {name: q}\n",
		"    steps:\n      - start: p\n      - start: c\n      - {get: q, by: p}\n    expect: {deliveries: {p: [m]}}\n")
	if _, err := Decode("f", []byte(delivered)); err != nil {
		t.Error(err)
	}
}
