package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/fate"
)

func TestDecodeSeedScenarios(t *testing.T) {
	files, err := filepath.Glob("../../scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(filepath.Base(file), text); err != nil {
			t.Errorf("%v", err)
		}
	}
}

const complete = `
title: Work queue
clock: real
x-anything:
  - &queue {name: q, declare: true}
  - defaults: &defaults {prefetch: 1, ack: auto}
acts:
  - name: one
    cast:
      - consumer: lazy
        <<: *defaults
        queue: *queue
        prefetch: 2
        lazy: 1m30s
      - publisher: p
        routing_key: q
        message: 42
        count: 2
        headers: {n: 1, deep: {list: [1.5, yes, true]}}
    expect:
      - on: rabbitmq >=4.0
        transcript:
          lazy: |
            Created queue: q
            Received: 1:42
          p: {lines: ["Sent: 1:42"], unordered: true}
        fates:
          acked: [1:42, 1:42]
          queued: 3
          handled: {a: 2}
      - fates: {}
`

func TestDecode(t *testing.T) {
	s, err := Decode("x.yaml", []byte(complete))
	if err != nil {
		t.Fatal(err)
	}
	act := s.Acts[0]
	lazy, p := act.Cast[0].Consumer, act.Cast[1].Publisher
	if lazy.Prefetch != 2 || lazy.Ack.Mode != AckAuto || lazy.Lazy.Std() != 90*time.Second || lazy.Queue.Name != "q" {
		t.Errorf("consumer: %+v", lazy)
	}
	if p.Message != "42" || *p.Count != 2 || p.Pos != (Position{File: "x.yaml", Line: 15, Column: 9}) {
		t.Errorf("publisher: %+v", p)
	}
	wantHeaders := Arguments{"n": int64(1), "deep": map[string]any{"list": []any{1.5, "yes", true}}}
	if diff := cmp.Diff(wantHeaders, p.Headers); diff != "" {
		t.Error(diff)
	}
	first := act.Expect[0]
	if !first.On.Fits("RabbitMQ", "4.0.5") || first.On.Fits("RabbitMQ", "3.10.8") || !first.On.Fits("embedded", "") {
		t.Errorf("condition: %v", first.On)
	}
	if diff := cmp.Diff([]string{"Created queue: q", "Received: 1:42"}, first.Transcript["lazy"].Lines); diff != "" {
		t.Error(diff)
	}
	if !first.Transcript["p"].Unordered {
		t.Error("unordered is lost")
	}
	if diff := cmp.Diff(map[string]int{"1:42": 2}, first.Fates[fate.Acked].Copies); diff != "" {
		t.Error(diff)
	}
	if first.Fates[fate.Queued].Total != 3 || first.Fates[fate.Queued].Copies != nil || first.Fates[fate.Handled].Total != 2 {
		t.Errorf("fates: %+v", first.Fates)
	}
	if act.Expect[1].Fates == nil {
		t.Error("empty fates must differ from none")
	}
	if act.Clock != Real || act.Timeout != 0 || act.Broker == nil {
		t.Errorf("the act did not inherit: %+v", act)
	}
}

// act wraps the inside of an act's cast and expectation into a scenario. The cast starts in line 4.
func act(cast, rest string) string {
	if rest == "" {
		rest = "    expect: {fates: {}}\n"
	}
	return "title: t\nacts:\n  - name: a\n    cast:\n" + cast + rest
}

const publisher = "      - publisher: p\n"

func TestDecodeMistakes(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "f:1:1: the file is empty"},
		{"not yaml", "a: [", "f:1:4: not YAML: this [ is never closed"},
		{"no mapping", "- a", "f:1:1: want a mapping, not a list"},
		{"two documents", act(publisher, "") + "---\na: b\n", "f:7:1: a file holds one scenario: this is a second document"},
		{"missing keys", "about: x", "f:1:1: title is missing\nf:1:1: acts is missing"},
		{"unknown keys", act("      - publisher: p\n        mesage: x\n        colour: red\n", ""),
			"f:6:9: unknown key mesage (did you mean message?)\nf:7:9: unknown key colour"},
		{"key of the other role", act("      - publisher: p\n        prefetch: 1\n", ""), "f:6:9: unknown key prefetch"},
		{"twice", act("      - publisher: p\n        message: a\n        message: b\n", ""), "f:7:9: message is given twice"},
		{"wrong types", act("      - publisher: p\n        count: many\n        mandatory: yes\n        message: [a]\n        queue: q\n", ""),
			"f:6:16: want a whole number, not \"many\"\nf:7:20: want true or false, not \"yes\"\nf:8:18: want a text, not a list\nf:9:16: queue: want a mapping, not \"q\""},
		{"durations", act("      - publisher: p\n        interval: 3\n        delay: soon\n        expiration: -1s\n", ""),
			"f:6:19: \"3\" is not a duration such as 3s or 250ms (did you mean 3s?)\nf:7:16: \"soon\" is not a duration such as 3s or 250ms\nf:8:21: -1s: a duration cannot be negative"},
		{"fractions of a millisecond", act("      - publisher: p\n        expiration: 500us\n", ""),
			"f:6:9: a time to live is a whole number of milliseconds"},
		{"negative copies", act("      - publisher: p\n", "    expect: {fates: {queued: {m: -1, x: 2}}}\n"),
			"f:6:31: a number of messages cannot be negative"},
		{"misspelt role", act("      - consumr: c\n        queue: {name: q}\n        ack: never\n      - publishr: p\n        routing_key: q\n        mesage: m\n", ""),
			"f:5:9: unknown key consumr (did you mean consumer?)\nf:7:14: never is none of manual, first, auto\nf:8:9: unknown key publishr (did you mean publisher?)\nf:10:9: unknown key mesage (did you mean message?)"},
		{"no role", act("      - name: p\n", ""), "f:5:9: an actor needs a name: consumer: NAME, publisher: NAME or client: NAME"},
		{"both roles", act("      - publisher: p\n        consumer: c\n", ""), "f:5:9: an actor is a consumer, a publisher or a client, not several"},
		{"words", "clock: reel\n" + act(publisher, ""), "f:1:8: reel is none of virtual, real, broker (did you mean real?)"},
		{"no cast", "title: t\nacts:\n  - name: a\n    cast: []\n    expect: {fates: {}}\n", "f:4:5: an act needs at least one actor"},
		{"nothing to check", act(publisher, "    expect: {}\n"), "f:6:13: an act with nothing to check proves nothing: give a transcript, fates, deliveries, deaths, queues or confirms"},
		{"nothing to check at all", act(publisher, "    expect: []\n"), "f:6:5: an act with nothing to check proves nothing"},
		{"no expectation", act(publisher, "    about: x\n"), "f:3:5: expect is missing"},
		{"unknown actor", act("      - publisher: producer\n", "    expect: {transcript: {prodcer: \"\"}}\n"),
			"f:6:27: there is no actor prodcer in the cast (did you mean producer?)"},
		{"letters in another order", act(publisher, "    expect: {fates: {ackde: []}}\n    naem: x\n"),
			"f:6:22: unknown fate ackde (did you mean acked?)\nf:7:5: unknown key naem (did you mean name?)"},
		{"unknown fate", act(publisher, "    expect: {fates: {ackd: []}}\n"), "f:6:22: unknown fate ackd (did you mean acked?)"},
		{"same name", act(publisher+publisher, ""), "f:6:9: there is already an actor named p"},
		{"same act", act(publisher, "") + "  - name: a\n    cast:\n" + publisher + "    expect: {fates: {}}\n", "f:7:5: there is already an act named a"},
		{"no queue", act("      - consumer: c\n", ""), "f:5:9: a consumer needs a queue: give its name or declare it"},
		{"bind to nothing", act("      - consumer: c\n        queue: {declare: true, bind: true}\n", ""),
			"f:6:32: binding needs an exchange: every queue is bound to the default exchange already"},
		{"idle key", act("      - consumer: c\n        queue: {name: q, durable: true}\n", ""),
			"f:6:26: durable has no effect without declare: true"},
		{"contradiction", act("      - consumer: c\n        queue: {name: q}\n        lazy: 1s\n        work: 1s\n", ""),
			"f:8:9: a lazy consumer dies over its first message, so work has no effect"},
		{"unknown user", act("      - publisher: p\n        connect: {user: alice}\n", ""), "f:6:19: the broker block has no user alice"},
		{"tls without listener", act("      - publisher: p\n        connect: {tls: {}}\n", ""), "f:6:24: a secure connection needs broker: {tls: true}"},
		{"steps", act(publisher+"      - consumer: c\n        queue: {name: q}\n",
			"    steps:\n      - start: q\n      - start: p\n      - start: p\n      - {kill: c, wait: 1s}\n      - stop: c\n      - await: p\n    expect: {fates: {}}\n"),
			"f:8:5: c is never started: add - start: c\nf:9:9: there is no actor q in the cast\nf:11:9: p is started twice: cast a second actor\nf:12:9: a step is exactly one of start, stop, kill, await, wait, until, check, restart, publish, get, consume, cancel, ack, nack, reject, recover, prefetch, confirm, tx, declare, bind, unbind, purge, delete, close\nf:13:9: c is not started before this step"},
		{"condition", act(publisher, "    expect: [{on: rabitmq, fates: {}}, {on: rabbitmq ~4, fates: {}}]\n"),
			"f:6:19: unknown broker \"rabitmq\" (did you mean rabbitmq?)\nf:6:45: unknown comparison \"~\": use one of = != < <= > >="},
		{"never counts", act(publisher, "    expect: [{fates: {}}, {on: embedded, fates: {}}]\n"),
			"f:6:14: an expectation without on: fits every broker, so those after it never count"},
		{"limits", act(publisher, "    broker: {vhosts: {/: {max_connections: -1}}, users: {guest: {password: x}}}\n    expect: {fates: {}}\n"),
			"f:6:27: a limit cannot be negative\nf:6:65: guest is always there and may do everything: give your user another name"},
		{"itself", "title: t\nacts: &a [*a]\n", "f:2:7: acts: want a mapping, not a list"},
		{"endless headers", act("      - publisher: p\n        headers: &h {h: *h}\n", ""), "f:6:25: the file describes too much, or refers to itself"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode("f", []byte(test.text))
			var all Errors
			if !errors.As(err, &all) {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(strings.Split(test.want, "\n"), strings.Split(all.Error(), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(complete))
	f.Add([]byte("a: &a [*a, *a]\n<<: {b: *a}\n"))
	addFiles(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Decode("f", text)
		var all Errors
		if (s == nil) != (err != nil) || err != nil && (!errors.As(err, &all) || len(all) == 0) {
			t.Fatalf("scenario %v, error %v", s, err)
		}
		for _, e := range all {
			if e.Pos.Line < 1 || e.Pos.Column < 1 || e.Msg == "" {
				t.Fatalf("mistake without a place or a text: %+v", e)
			}
		}
	})
}

// addFiles adds the scenarios that there are to what is tried, and those that have gone wrong somewhere.
func addFiles(f *testing.F) {
	f.Helper()
	for _, pattern := range []string{"../../scenarios/*.yaml", "../testdata/*/*.yaml", "../../cmd/tutor/testdata/input/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
}

func TestBody(t *testing.T) {
	three := 3
	for _, test := range []struct {
		publisher Publisher
		n         int
		want      string
	}{
		{Publisher{Message: "Hello!"}, 1, "Hello!"},
		{Publisher{Message: "Hello!", Count: &three}, 2, "2:Hello!"},
		{Publisher{Message: "Hello!", Count: &three, PubName: "p"}, 3, "p:3:Hello!"},
		{Publisher{Message: "Hello!", MessageSize: 9}, 1, "Hello!678"},
		{Publisher{Message: "Hello!", MessageSize: 4}, 1, "Hell"},
	} {
		if got := test.publisher.Body(test.n); got != test.want {
			t.Errorf("body %d of %+v is %q, want %q", test.n, test.publisher, got, test.want)
		}
	}
}
