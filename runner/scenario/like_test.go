package scenario

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const base = `title: t
x-q: &q {name: q, declare: true, durable: true}
x-cast: &worker {prefetch: 1, queue: *q}
acts:
  - name: lazy
    clock: real
    topology: {queues: [{name: other}]}
    cast:
      - {consumer: lazy, <<: *worker, lazy: 3s}
      - &sober {consumer: sober, <<: *worker}
      - publisher: p
        routing_key: q
    expect: {fates: {acked: 1}}
`

func TestLike(t *testing.T) {
	s, err := Decode("f", []byte(base+`
  - name: later
    like: auto
    change:
      lazy: {lazy: 5s, ack: null}
      sober: null
      topology: null
      steps: [{start: lazy}, {start: p}]
    expect: {fates: {acked: 1}}
  - name: auto
    like: lazy
    clock: virtual
    change: {lazy: {ack: auto}}
    expect: {fates: {dropped: 1}}
`))
	if err != nil {
		t.Fatal(err)
	}
	lazy, later, auto := s.Acts[0], s.Acts[1], s.Acts[2]
	if got := auto.Cast[0].Consumer; got.Ack.Mode != AckAuto || got.Lazy.Std() != 3*time.Second || got.Prefetch != 1 || got.Queue.Name != "q" {
		t.Errorf("auto: %+v", got)
	}
	if lazy.Cast[0].Consumer.Ack.Mode == AckAuto {
		t.Error("the act that others are like has changed with them")
	}
	if auto.Clock != Virtual || later.Clock != Virtual || len(auto.Cast) != 3 || len(auto.Topology.Queues) != 1 {
		t.Errorf("auto: %+v", auto)
	}
	if got := later.Cast[0].Consumer; len(later.Cast) != 2 || got.Ack.Mode == AckAuto || got.Lazy.Std() != 5*time.Second {
		t.Errorf("later: %+v", got)
	}
	if len(later.Topology.Queues) != 0 || len(later.Steps) != 2 {
		t.Errorf("later: %+v", later)
	}
	if pos := auto.Place(0, "ack"); pos != (Position{File: "f", Line: 26, Column: 21}) {
		t.Errorf("the change is placed at %v", pos)
	}
	if pos := auto.Place(0, "lazy"); pos.Line != 9 {
		t.Errorf("what is not changed is placed at %v", pos)
	}
}

func TestLikeMistakes(t *testing.T) {
	const expect = "\n    expect: {fates: {}}\n"
	for _, test := range []struct{ name, rest, want string }{
		{"unknown act", "  - name: b\n    like: lasy" + expect, "f:15:11: there is no act lasy (did you mean lazy?)"},
		{"itself", "  - name: b\n    like: b" + expect, "f:15:11: the act is like itself"},
		{"cycle", "  - name: b\n    like: c" + expect + "  - name: c\n    like: b" + expect, "f:18:11: the act is like itself, by way of c"},
		{"no name", "  - name: b\n    like:" + expect, "f:15:10: the value is missing"},
		{"unknown actor", "  - name: b\n    like: lazy\n    change: {lasy: {ack: auto}}" + expect,
			"f:16:14: there is no actor lasy in the cast, and lasy is not topology or steps (did you mean lazy?)"},
		{"unknown key", "  - name: b\n    like: lazy\n    change: {lazy: {akc: auto}}" + expect, "f:16:21: unknown key akc (did you mean ack?)"},
		{"wrong value", "  - name: b\n    like: lazy\n    change: {lazy: {ack: never}}" + expect, "f:16:26: never is none of manual, first, auto"},
		{"nothing to take away", "  - name: b\n    like: lazy\n    change: {lazy: {ack: null}, steps: null}" + expect,
			"f:16:21: lazy has no ack to be taken away\nf:16:33: there is no steps to be taken away"},
		{"another kind", "  - name: b\n    like: lazy\n    change: {lazy: {publisher: lazy}}" + expect,
			"f:16:21: an actor stays what it is: take lazy away, and write another cast"},
		{"no mapping", "  - name: b\n    like: lazy\n    change: {lazy: auto}" + expect,
			"f:16:20: lazy: want a mapping, or nothing to take the actor away, not \"auto\""},
		{"cast beside", "  - name: b\n    like: lazy\n    cast: [{publisher: p}]" + expect,
			"f:16:5: the act is like another one: write what is different in its cast below change"},
		{"change alone", "  - name: b\n    cast: [{publisher: p}]\n    change: {p: {count: 2}}" + expect, "f:16:5: change has no effect without like"},
		{"a mistake by the change", "  - name: b\n    like: lazy\n    change: {lazy: {work: 1s}}" + expect,
			"f:16:21: a lazy consumer dies over its first message, so work has no effect"},
		{"a mistake elsewhere", "  - name: b\n    like: c\n    change: {lazy: {queue: {name: q}}}" + expect +
			"  - name: c\n    like: lazy\n    change: {lazy: {lazy: null}, steps: [{start: lazy}, {start: sober}, {start: p}, {kill: sober}]}" + expect +
			"  - name: d\n    like: c\n    change: {sober: null}" + expect + "  - name: e\n    like: d" + expect,
			"f:20:58: in act d, which is like this one: there is no actor sober in the cast\n" +
				"f:20:86: in act d, which is like this one: there is no actor sober in the cast"},
		{"nothing expected", "  - name: b\n    like: lazy\n", "f:14:5: expect is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode("f", []byte(base+test.rest))
			if err == nil {
				t.Fatal("no mistake is found")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A mistake in what several acts have is told once.
func TestLikeTellsOnce(t *testing.T) {
	text := strings.Replace(base, "routing_key: q", "routing_kee: q", 1)
	_, err := Decode("f", []byte(text+"  - name: b\n    like: lazy\n    change: {lazy: {ack: auto}}\n    expect: {fates: {}}\n"))
	if err == nil || err.Error() != "f:12:9: unknown key routing_kee (did you mean routing_key?)" {
		t.Error(err)
	}
}

// Many acts that are like one with many actors are refused before memory is spent on them.
func TestLikeIsBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("title: t\nx-p: &p {publisher: p}\nacts:\n  - name: a\n    cast:\n")
	for range 20_000 {
		text.WriteString("    - *p\n")
	}
	text.WriteString("    expect: {fates: {}}\n")
	for range 20_000 {
		text.WriteString("  - {like: a, change: {p: {}}}\n")
	}
	_, err := Decode("f", []byte(text.String()))
	if err == nil || !strings.Contains(err.Error(), "describes too much") {
		t.Errorf("%.200v", err)
	}
}

// What is written out says the same.
func TestWrittenOut(t *testing.T) {
	files, err := filepath.Glob("../../scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	texts := map[string]string{"base": base + "  - name: b\n    like: lazy\n    change: {lazy: {ack: auto}, sober: null}\n    expect: {fates: {}}\n"}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(text)
	}
	all := func(*Act) bool { return true }
	for name, text := range texts {
		s, err := DecodeFile(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		full, err := s.WrittenOut(all)
		if err != nil {
			t.Fatal(err)
		}
		again, err := DecodeFile(name, full)
		if err != nil {
			t.Errorf("%s\n%v", full, err)
			continue
		}
		for _, a := range s.Acts {
			a.Like = ""
		}
		same := cmp.Options{cmpopts.IgnoreTypes(Position{}), cmp.Exporter(func(reflect.Type) bool { return true }), cmpopts.IgnoreUnexported(Scenario{}, Act{}, KnobValue{})}
		if diff := cmp.Diff(s, again, same); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if strings.Contains(string(full), "like:") || strings.Contains(string(full), "*") && strings.Contains(string(full), "<<") {
			t.Errorf("%s is not written out", name)
		}
	}
}
