package scenario

import (
	"strings"
	"testing"
)

// waiting is an act with a step that waits for something, in its line 10.
func waiting(until string) string {
	return act("      - publisher: p\n        routing_key: q\n      - consumer: c\n        queue: {name: q}\n",
		"    steps:\n      - until: "+until+"\n      - start: p\n      - start: c\n      - until: "+until+"\n    expect: {fates: {}}\n")
}

func TestUntilIsChecked(t *testing.T) {
	for until, want := range map[string]string{
		`{}`:                                  "give actor or queues",
		`{actor: c, queues: {q: {ready: 1}}}`: "give actor or queues",
		`{actor: d, received: 1}`:             "there is no actor d in the cast",
		`{actor: c, received: 1}`:             "f:10:17: c is not started before this step",
		`{actor: c}`:                          "exactly one of received: N, sent: N",
		`{actor: c, received: 1, cancelled: true}`: "exactly one of",
		`{actor: c, cancelled: false}`:             "exactly one of",
		`{actor: c, sent: 1}`:                      "c is a consumer: it is never one that has sent",
		`{actor: p, received: 1}`:                  "p is a publisher: it is never received",
		`{actor: c, received: 0}`:                  "received: 0 is so from the beginning",
		`{queues: {q: {ready: 0}}, received: 1}`:   "received is an actor's",
		`{queues: {r: {ready: 0}}}`:                "nobody in the act has a queue r",
		`{queues: {q: {}}}`:                        "want what the queue is like, such as {ready: 0}",
		`{queues: {q: {ready: few}}}`:              `want a number, or a range such as 2..3, 1.. or ..2, not "few"`,
		`{queues: {q: {ready: -1}}}`:               "want a number",
		`{queues: {q: {redy: 1}}}`:                 "unknown key redy (did you mean ready?)",
		`{queues: {q: absent}}`:                    "want what the queue is like",
	} {
		_, err := Decode("f", []byte(waiting(until)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", until, err, want)
		}
	}
}

func TestUntilInWords(t *testing.T) {
	for until, want := range map[string]string{
		`{actor: c, received: 3}`:     "c has received 3",
		`{actor: c, cancelled: true}`: "c is cancelled",
		`{queues: {q: {ready: 0, unacked: 1.., consumers: 1}, a: <absent>}}`: "queue a is {<absent>}, queue q is {ready: 0, unacked: 1.., consumers: 1}",
	} {
		text := strings.Replace(waiting(until), "      - until: "+until+"\n", "", 1)
		text = strings.Replace(text, "queue: {name: q}\n", "queue: {name: q}\n      - {consumer: d, queue: {name: a}}\n", 1)
		text = strings.Replace(text, "- start: c\n", "- start: c\n      - start: d\n", 1)
		s, err := Decode("f", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		steps := s.Acts[0].Steps
		if verb, got := steps[len(steps)-1].Verb(); verb.Key != "until" || got != want {
			t.Errorf("%s: %q, want %q", until, got, want)
		}
	}
}

func TestQueueStateFits(t *testing.T) {
	three := Number{NewPattern(int64(3))}
	some := Number{NewPattern("1..")}
	first, nobody := "first", Absent
	for _, test := range []struct {
		want QueueState
		got  QueueSeen
		fits bool
	}{
		{QueueState{Ready: &three}, QueueSeen{Exists: true, Ready: 3}, true},
		{QueueState{Ready: &three}, QueueSeen{Exists: true, Ready: 2}, false},
		{QueueState{Ready: &three, Unacked: &some}, QueueSeen{Exists: true, Ready: 3}, false},
		{QueueState{Consumers: &some}, QueueSeen{Exists: true, Consumers: 2}, true},
		{QueueState{Consumers: &some}, QueueSeen{Consumers: 2}, false},
		{QueueState{Active: &first}, QueueSeen{Exists: true, Active: "first"}, true},
		{QueueState{Active: &first}, QueueSeen{Exists: true, Active: NotKnown}, false},
		{QueueState{Active: &first}, QueueSeen{Exists: true}, false},
		{QueueState{Active: &nobody}, QueueSeen{Exists: true}, true},
		{QueueState{Active: &nobody}, QueueSeen{Exists: true, Active: NotKnown}, false},
		{QueueState{absent: true}, QueueSeen{}, true},
		{QueueState{absent: true}, QueueSeen{Exists: true}, false},
	} {
		if got := test.want.Fits(test.got); got != test.fits {
			t.Errorf("%v fits %v: %v", test.want.String(), test.got, got)
		}
	}
}
