package scenario

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// delivering is an act that expects something, in a block that is indented by nothing.
func delivering(expect string) string {
	var block strings.Builder
	for l := range strings.Lines(expect) {
		block.WriteString(indented("      ", strings.TrimSuffix(l, "\n")) + "\n")
	}
	return "title: t\nacts:\n  - name: a\n    cast:\n      - consumer: c\n        queue: {name: q}\n      - publisher: p\n    expect:\n" + block.String()
}

// came is what has come in all tests: two messages, the first of them again, from a queue where it was rejected.
func came() []Delivered {
	death := []any{map[string]any{"queue": "tasks", "reason": "rejected", "count": int64(2), "time": "2024-05-01T12:00:00Z"}}
	return []Delivered{
		{Message: "1:m", RoutingKey: "q", ConsumerTag: "amq.ctag-Xyz", Properties: map[string]any{"priority": uint8(3)}},
		{Message: "2:m", RoutingKey: "q", Headers: map[string]any{"kind": "order"}},
		{Message: "1:m", RoutingKey: "q", Redelivered: true, Exchange: "dead", Headers: map[string]any{"x-death": death}},
	}
}

// What differs is shown as what was expected beside what has come, as far as it is named.
func TestDeliveriesDiffer(t *testing.T) {
	for expect, want := range map[string][]string{
		"[1:m, 2:m, 1:m]":      nil,
		"[<any>, {}, <any>:m]": nil,
		"[1:m, 2:m]":           {" 1:m", " 2:m", "+{message: 1:m, redelivered: true}"},
		"[1:m, 2:m, 1:m, 3:m]": {" 1:m", " 2:m", " {message: 1:m, redelivered: true}", "-3:m"},
		"[2:m, 1:m, 1:m]":      {"-2:m", " 1:m", "+2:m", " {message: 1:m, redelivered: true}"},
		"[]":                   {"+1:m", "+2:m", "+{message: 1:m, redelivered: true}"},
		"{lines: [2:m, 1:m, {message: 1:m, redelivered: true}], unordered: true}":                                                                      nil,
		"{lines: [2:m, {message: 1:m}, {redelivered: false}], unordered: true}":                                                                        nil,
		"{lines: [2:m, 1:m, {message: 1:m, redelivered: true, exchange: x}], unordered: true}":                                                         {"-{message: 1:m, redelivered: true, exchange: x}", "+{message: 1:m, redelivered: true, exchange: dead}"},
		"[1:m, {message: 2:m, headers: {kind: <absent>, other: 1}}, 1:m]":                                                                              {" 1:m", "-{message: 2:m, headers: {kind: <absent>, other: 1}}", "+{message: 2:m, headers: {kind: order, other: <absent>}}", " {message: 1:m, redelivered: true}"},
		"[{properties: {priority: 2.., expiration: <absent>}, consumer_tag: amq.ctag-<any>}, 2:m, {headers: {x-death: [{queue: tasks, count: 1..}]}}]": nil,
		"[1:m, 2:m, {message: 1:m, headers: {x-death: [{queue: tasks, count: 1}]}}]":                                                                   {" 1:m", " 2:m", "-{message: 1:m, headers: {x-death: [{count: 1, queue: tasks}]}}", "+{message: 1:m, redelivered: true, headers: {x-death: [{count: 2, queue: tasks}]}}"},
		"[{message: 1:m, redelivered: true}, 2:m, 1:m]":                                                                                                {"-{message: 1:m, redelivered: true}", "+{message: 1:m, redelivered: false}", " 2:m", " {message: 1:m, redelivered: true}"},
		"{counts: {1:m: 2, 2:m: ..1, <any>: 3, 4:m: 0}}":                                                                                               nil,
		"{counts: {1:m: 1, 2:m: 2.., 3:m: 0}}":                                                                                                         {"-1:m: 1", "+1:m: 2", "-2:m: 2..", "+2:m: 1"},
	} {
		e := decoded(t, delivering("deliveries: {c: "+expect+"}")).Acts[0].Expect[0]
		var got []string
		for _, d := range e.Deliveries["c"].Diff(came()) {
			got = append(got, string(d.Op)+d.Text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expect, diff)
		}
	}
}

func TestDeathsAndQueuesDiffer(t *testing.T) {
	ways := map[string][][]Death{
		"once": {{DeathRejected}}, "twice": {{DeathRejected, DeathExpired}}, "alive": {nil, nil},
		"one of two": {nil, {DeathMaxLen}}, "both": {{DeathMaxLen}, {DeathExpired}},
	}
	queues := map[string]QueueSeen{"q": {Exists: true, Ready: 3, Unacked: 1, Consumers: 2}}
	for expect, want := range map[string][]string{
		"deaths: {once: [rejected], twice: [rejected, expired], alive: [], one of two: [maxlen]}": nil,
		"deaths: {twice: [rejected]}":          {"-rejected", "+rejected, expired"},
		"deaths: {twice: [expired, rejected]}": {"-expired, rejected", "+rejected, expired"},
		"deaths: {once: []}":                   {"-it has not died", "+rejected"},
		"deaths: {alive: [rejected]}":          {"-rejected", "+it has not died"},
		"deaths: {both: [maxlen]}":             {" maxlen", "+expired"},
		"deaths: {unknown: []}":                {"-it has not died"},
		"queues: {q: {ready: 3, unacked: 1.., consumers: ..2}, gone: <absent>}": nil,
		"queues: {q: {ready: 2, consumers: 2}}":                                 {"-ready: 2", "+ready: 3", " consumers: 2"},
		"queues: {q: <absent>}":                                                 {"-<absent>", "+it is there: 3 ready, 1 unacked, 2 consumers"},
		"queues: {gone: {ready: 0}}":                                            {"-it is there", "+<absent>"},
	} {
		e := decoded(t, delivering(expect)).Acts[0].Expect[0]
		var got []string
		for body, d := range e.Deaths {
			for _, l := range d.Diff(ways[body]) {
				got = append(got, string(l.Op)+l.Text)
			}
		}
		for name, q := range e.Queues {
			for _, l := range q.Diff(queues[name]) {
				got = append(got, string(l.Op)+l.Text)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expect, diff)
		}
	}
}

func TestMistakesInDeliveries(t *testing.T) {
	for expect, want := range map[string]string{
		"deliveries: {d: []}":                                "f:9:20: there is no actor d in the cast",
		"deliveries: {p: []}":                                "f:9:20: p is a publisher that gets nothing: no step tells it to, and it waits for no replies",
		"deliveries: {c: {counts: {a: 1}, unordered: true}}": "f:9:40: counts say how often messages come, so unordered has no effect",
		"deliveries: {c: [{redeliverd: true}]}":              "f:9:25: unknown key redeliverd (did you mean redelivered?)",
		"deliveries: {c: [{properties: {mesage_id: x}}]}":    "f:9:38: unknown key mesage_id (did you mean message_id?)",
		"deliveries: {c: {counts: {a: lots}}}":               "f:9:36: want a number, or a range such as 2..3, 1.. or ..2, not \"lots\"",
		"deliveries: {c: once}":                              "f:9:23: want the deliveries in a list, not \"once\" (an actor that gets nothing: [])",
		"deaths: {m: [rejectd]}":                             "f:9:20: rejectd is none of rejected, expired, maxlen, delivery_limit (did you mean rejected?)",
		"queues: {q: {redy: 1}}":                             "f:9:20: unknown key redy (did you mean ready?)",
		"queues: {q: 3}":                                     "f:9:19: want what the queue is like, such as {ready: 0}, or <absent>",
	} {
		_, err := Decode("f", []byte(delivering(expect)))
		if err == nil || err.Error() != want {
			t.Errorf("%s:\n%v, want\n%s", expect, err, want)
		}
	}
}

// Only what was named is written down, and that something was redelivered; what fits keeps its spelling.
func TestUpdateDeliveries(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"in lines": {`# above
deliveries:
  c:
    - <any>  # the first
    - message: 2:m
      headers: {kind: letter}
    - {message: 1:m, exchange: dad, headers: {x-death: [{queue: <any>, count: 1}]}}
    - 3:m
fates: {acked: 3} # below
deaths:
  m: [expired]
  n: [rejected] # fits
queues:
  q: {ready: 2, consumers: 1..}
  r: {ready: 0} # gone
`, `# above
deliveries:
  c:
    - <any>  # the first
    - {message: 2:m, headers: {kind: order}}
    - {message: 1:m, redelivered: true, exchange: dead, headers: {x-death: [{count: 2, queue: <any>}]}}
fates: {acked: 3} # below
deaths:
  m: [rejected, expired]
  n: [rejected] # fits
queues:
  q: {ready: 3, consumers: 1..}
  r: <absent> # gone
`},
		"in braces": {
			"deliveries: {c: [1:m]}\nqueues: {q: {ready: 3}, r: {ready: 0}}\n",
			"deliveries:\n  c:\n    - 1:m\n    - 2:m\n    - {message: 1:m, redelivered: true}\nqueues:\n  q: {ready: 3}\n  r: <absent>\n"},
		"without order": {
			"deliveries:\n  c:\n    unordered: true\n    lines:\n      - {message: 1:m, redelivered: true}\n      - 1:m\n      - 4:m\n",
			"deliveries:\n  c:\n    lines:\n      - {message: 1:m, redelivered: true}\n      - 1:m\n      - 2:m\n    unordered: true\n"},
		"numbers": {
			"deliveries:\n  c: {counts: {1:m: 1, 2:m: 1.., 3:m: 1}}\n",
			"deliveries:\n  c:\n    counts:\n      1:m: 2\n      2:m: 1..\n      3:m: 0\n"},
		"all as expected": {
			"deliveries: {c: {counts: {1:m: 2}}}\ndeaths: {n: [rejected]}\n", "deliveries: {c: {counts: {1:m: 2}}}\ndeaths: {n: [rejected]}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			text := delivering(c.before)
			o := observe(decoded(t, text), "a", nil, fates{"acked": {"1:m": 2, "2:m": 1}})
			o.Deliveries = map[string][]Delivered{"c": came()}
			o.Deaths = map[string][][]Death{"m": {{DeathRejected, DeathExpired}}, "n": {{DeathRejected}}}
			o.Queues = map[string]QueueSeen{"q": {Exists: true, Ready: 3, Consumers: 2}}
			got, err := Update([]byte(text), o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(delivering(c.after), string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
