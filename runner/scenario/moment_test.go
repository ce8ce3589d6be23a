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
