package scenario

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// knobbed is an act of three actors with knobs and questions, which start in line 13.
func knobbed(more string) string {
	return strings.Replace(base, "    expect:", more+"\n    expect:", 1)
}

func TestKnobs(t *testing.T) {
	s, err := Decode("f", []byte(knobbed(`    knobs:
      ack of it: {actor: lazy, key: ack, values: [null, auto, {value: {every: 3}, expect: {fates: {acked: 4}}}]}
      both: {key: prefetch, values: [0, 1, 2]}
      length: {actor: sober, key: queue.arguments.x-max-length, values: [10]}
      confirms: {actor: p, key: confirm.every, values: [2, null]}`)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range s.Positions(func(*Act) bool { return true }).Acts {
		names = append(names, fmt.Sprintf("%s at %d:%d, open: %t", a.Name, a.Pos.Line, a.Pos.Column, a.IsOpen()))
	}
	if diff := cmp.Diff([]string{
		"lazy (ack of it: none) at 14:51, open: false", "lazy (ack of it: auto) at 14:57, open: true",
		"lazy (ack of it: {every: 3}) at 14:63, open: false",
		"lazy (both: 0) at 15:38, open: true", "lazy (both: 1) at 15:41, open: false", "lazy (both: 2) at 15:44, open: true",
		"lazy (length: 10) at 16:74, open: true",
		"lazy (confirms: 2) at 17:57, open: true", "lazy (confirms: none) at 17:60, open: false",
	}, names); diff != "" {
		t.Error(diff)
	}
	act := s.Acts[0]
	if got := act.Knobs["both"].Values[2].Act.Cast; got[0].Consumer.Prefetch != 2 || got[1].Consumer.Prefetch != 2 || act.Cast[0].Consumer.Prefetch != 1 {
		t.Errorf("both: %+v", got)
	}
	length := act.Knobs["length"].Values[0].Act.Cast
	if length[1].Consumer.Queue.Arguments["x-max-length"] != int64(10) || length[0].Consumer.Queue.Arguments != nil || !length[1].Consumer.Queue.Durable {
		t.Errorf("length: %+v", length[1].Consumer.Queue)
	}
	if got := act.Knobs["ack of it"].Values[2].Act; got.Cast[0].Consumer.Ack.Every != 3 || got.Expect[0].Fates["acked"].Total != 4 {
		t.Errorf("ack: %+v", got)
	}
	if none := s.Positions(func(*Act) bool { return false }); len(none.Acts) != 0 || len(s.Acts) != 1 {
		t.Errorf("%d positions of no act", len(none.Acts))
	}
}

// Knobs turn keys of the act's topology, of the scenario's, and of steps.
func TestKnobsBesideTheCast(t *testing.T) {
	s, err := Decode("f", []byte(strings.Replace(knobbed(`    steps: [{start: lazy}, {start: sober}, {start: p}, {wait: 1s}]
    knobs:
      type: {queue: other, key: arguments.x-queue-type, values: [quorum, null]}
      safe: {queue: safe, key: durable, values: [true, false]}
      news: {exchange: news, key: type, values: [topic]}
      pause: {step: 4, key: wait, values: [1s, 5s]}`), "acts:", "topology: {exchanges: [{name: news, type: direct}], queues: [{name: safe, durable: true}]}\nacts:", 1)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range s.Positions(func(*Act) bool { return true }).Acts {
		got = append(got, fmt.Sprintf("%s: %s, safe %t, other %v, waits %v, open: %t", a.Name, a.Topology.Exchanges[0].Type,
			*a.Topology.Queues[0].Durable, a.Topology.Queues[1].Arguments["x-queue-type"], a.Steps[3].Wait, a.IsOpen()))
	}
	if diff := cmp.Diff([]string{
		"lazy (type: quorum): direct, safe true, other quorum, waits 1s, open: true",
		"lazy (type: none): direct, safe true, other <nil>, waits 1s, open: false",
		"lazy (safe: true): direct, safe true, other <nil>, waits 1s, open: false",
		"lazy (safe: false): direct, safe false, other <nil>, waits 1s, open: true",
		"lazy (news: topic): topic, safe true, other <nil>, waits 1s, open: true",
		"lazy (pause: 1s): direct, safe true, other <nil>, waits 1s, open: false",
		"lazy (pause: 5s): direct, safe true, other <nil>, waits 5s, open: true",
	}, got); diff != "" {
		t.Error(diff)
	}
	var whose []string
	for _, name := range s.Acts[0].KnobNames() {
		whose = append(whose, s.Acts[0].Knobs[name].Whose())
	}
	if diff := cmp.Diff([]string{"the queue other", "the queue safe", "the exchange news", "step 4"}, whose); diff != "" {
		t.Error(diff)
	}
	if own := s.Acts[0].Topology; len(own.Queues) != 2 || own.Queues[1].Arguments != nil || s.Acts[0].Steps[3].Wait.String() != "1s" {
		t.Errorf("the act itself has been turned: %+v", own)
	}
}

// An act does not take over the knobs of the one that it is like.
func TestKnobsAreTheActsOwn(t *testing.T) {
	s, err := Decode("f", []byte(knobbed("    knobs: {a: {key: prefetch, values: [2]}}\n    ask: [{who_gets: \"\"}]")+"  - {name: b, like: lazy, expect: {fates: {}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if b := s.Acts[1]; len(b.Knobs) != 0 || len(b.Ask) != 0 || len(s.Acts[0].Ask) != 1 {
		t.Errorf("%v, %v", b.Knobs, b.Ask)
	}
}

func TestKnobMistakes(t *testing.T) {
	for _, test := range []struct{ knob, want string }{
		{"{key: prefetch, values: [-1, many]}", "f:14:35: prefetch must be from 0 to 65535\nf:14:39: want a whole number, not \"many\""},
		{"{key: prefetch, values: []}", "f:14:26: a knob needs positions"},
		{"{key: prefetch}", "f:14:10: values is missing"},
		{"{values: [1]}", "f:14:10: key is missing"},
		{"{key: prefech, values: [1]}", "f:14:11: nobody in the cast has prefech written: say whose it is (actor, queue, exchange or step)"},
		{"{actor: lasy, key: prefetch, values: [1]}", "f:14:11: there is no actor lasy in the cast (did you mean lazy?)"},
		{"{actor: lazy, key: prefech, values: [1, 2]}", "f:14:24: unknown key prefech (did you mean prefetch?)"},
		{"{actor: lazy, key: queue..durable, values: [1]}", "f:14:24: want a key, or the way to it such as queue.durable"},
		{"{actor: lazy, key: consumer, values: [x]}", "f:14:24: an actor stays what it is"},
		{"{actor: lazy, key: work, values: [1s]}", "f:14:44: a lazy consumer dies over its first message, so work has no effect"},
		{"{actor: lazy, key: lazy, values: [null, soon]}", "f:14:50: \"soon\" is not a duration such as 3s or 250ms"},
		{"{queue: othr, key: durable, values: [false]}", "f:14:11: there is no queue othr written in the topology (did you mean other?)"},
		{"{exchange: other, key: type, values: [topic]}", "f:14:11: there is no exchange other written in the topology"},
		{"{queue: other, key: durible, values: [false, true]}", "f:14:25: unknown key durible (did you mean durable?)"},
		{"{step: 1, key: wait, values: [1s]}", "f:14:11: there is no step 1 in the act, which has 0"},
		{"{step: 0, key: wait, values: [1s]}", "f:14:11: there is no step 0 in the act, which has 0"},
		{"{queue: other, actor: lazy, key: durable, values: [false]}", "f:14:10: a knob turns a key of one thing: actor, queue, exchange or step, not actor and queue"},
		{"{actor: sober, key: queue.declare, values: [false]}", "f:14:54: with k at false: durable has no effect without declare: true"},
		{"{key: prefetch, values: [{value: 2, expct: {}}]}", "f:14:35: expect is missing\nf:14:46: unknown key expct (did you mean expect?)"},
		{"{key: prefetch, values: [{value: 2, expect: {fates: {lost: 1}}}]}", "f:14:63: unknown fate lost"},
		{"{key: prefetch, values: [" + strings.Repeat("1, ", 201) + "]}", "f:14:10: the knobs of a file have more than 200 positions"},
	} {
		_, err := Decode("f", []byte(knobbed("    knobs:\n      k: "+test.knob)))
		if err == nil {
			t.Errorf("%s: no mistake is found", test.knob)
			continue
		}
		if diff := cmp.Diff(test.want, err.Error()); diff != "" {
			t.Errorf("%.80s: %s", test.knob, diff)
		}
	}
}

func TestAskMistakes(t *testing.T) {
	for ask, want := range map[string]string{
		"{who_gets: helo}":                        "f:14:10: nobody sends helo",
		"{who_gets: \"\", what_becomes_of: \"\"}": "f:14:9: a question asks one thing: who_gets, what_becomes_of or how_often_delivered, not who_gets and what_becomes_of",
		"{}": "f:14:9: a question asks one thing: who_gets, what_becomes_of or how_often_delivered",
		"{how_often: x, how_often_delivered: \"\"}": "f:14:10: unknown key how_often",
	} {
		_, err := Decode("f", []byte(knobbed("    ask:\n      - "+ask)))
		if err == nil || err.Error() != want {
			t.Errorf("%s:\n%v, want\n%s", ask, err, want)
		}
	}
}
