package lab_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/embedded"
)

// act is a scenario of one act.
func act(text string) string { return "title: T\nacts:\n  - name: a\n" + text + "\n" }

// once is a publisher of one message that nobody gets.
const once = "    cast: [{publisher: p, routing_key: q}]\n    expect: {fates: {}}"

func playOwn(t *testing.T, text string, limits lab.Limits, target stage.Target) lab.Reply {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	l := lab.Lab{Target: target, Limits: limits}
	return l.Play(t.Context(), lab.Request{Scenario: text})
}

// What is written to use more than may be used is a mistake at its place, and nothing is played.
func TestWrittenLimits(t *testing.T) {
	pattern := func(p string) string {
		return act("    topology: {policies: [{name: p, pattern: '" + p + "', definition: {max-length: 3}}]}\n" + once)
	}
	for name, c := range map[string]struct{ text, want string }{
		"text":        {strings.Repeat("#", 1<<16+1), "the scenario has 65537 bytes, and at most 65536 are played here"},
		"acts":        {"title: T\nacts:\n" + manyActs(21), "1:1 the scenario has 21 acts, and at most 20 are played here"},
		"actors":      {act("    cast:\n" + many(51, "      - {publisher: p%d, routing_key: q}\n") + "    expect: {fates: {}}"), "3:5 the act has 51 actors, and at most 50 are played here"},
		"steps":       {act(once + "\n    steps:\n      - start: p\n" + strings.Repeat("      - wait: 1s\n", 500)), "3:5 the act has 501 steps, and at most 500 are played here"},
		"queues":      {act("    topology:\n      queues:\n" + many(101, "        - name: q%d\n") + once), "3:5 the act has 101 queues, and at most 100 are played here"},
		"users":       {act("    broker:\n      users:\n" + many(21, "        u%d: {password: p}\n") + once), "5:7 the act asks for 21 vhosts and users, and at most 20 are played here"},
		"messages":    {act(strings.Replace(once, "q}", "q, count: 20001}", 1)), "3:5 the act publishes 20001 messages, and at most 20000 are played here"},
		"bytes":       {act(strings.Replace(once, "q}", "q, count: 5, message_size: 10000000}", 1)), "3:5 the act publishes 50000000 bytes of messages, and at most 33554432 are played here"},
		"pattern":     {pattern("^(a+)+$"), "4:27 the pattern may take forever to match: at most two repetitions are played here, and none of a group"},
		"choice":      {pattern("^(a|a)*$"), "4:27 the pattern may take forever to match: at most two repetitions are played here, and none of a group"},
		"powers":      {pattern("a*a*a*a*b"), "4:27 the pattern may take forever to match: at most two repetitions are played here, and none of a group"},
		"lookahead":   {pattern("^(?!a)"), "4:27 the pattern may take forever to match: at most two repetitions are played here, and none of a group"},
		"easy":        {pattern("^(a|b)\\..*"), ""},
		"all is well": {act(once), ""},
	} {
		t.Run(name, func(t *testing.T) {
			target := embedded.New()
			defer target.Close()
			r := playOwn(t, c.text, lab.UsualLimits(), target)
			if got := said(r); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if (c.want == "") != (len(r.Runs) == 1) {
				t.Errorf("%d runs", len(r.Runs))
			}
		})
	}
}

// said is what a reply has in place of runs.
func said(r lab.Reply) string {
	lines := []string{}
	if r.Error != "" {
		lines = append(lines, r.Error)
	}
	for _, m := range r.Mistakes {
		lines = append(lines, fmt.Sprintf("%d:%d %s", m.Line, m.Column, m.Text))
	}
	return strings.Join(lines, "\n")
}

func many(n int, format string) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, format, i)
	}
	return text.String()
}

func manyActs(n int) string {
	return many(n, "  - {name: a%d, cast: [{publisher: p, routing_key: q}], expect: {fates: {}}}\n")
}

// What only comes out when an act is played breaks it off: messages that go round, grow, or never end.
func TestPlayedLimits(t *testing.T) {
	round := func(body, more string) string {
		return act(`    cast:
      - consumer: c
        queue: {name: q, declare: true}
        answers: [{do: {publish: {body: "` + body + `"}}}]
      - {publisher: p, routing_key: q, message: round and round}
    steps: [{start: c}, {start: p}, {until: {actor: c, received: 9999999}}]
    expect: {fates: {}}` + more)
	}
	for name, c := range map[string]struct {
		text, want string
		limits     lab.Limits
	}{
		"messages": {round("<body>", ""), "more than 500 messages have passed between its actors and the broker", lab.Limits{Messages: 500}},
		"bytes":    {round("<body><body>", ""), "more than 100000 bytes of messages have passed between its actors and the broker", lab.Limits{Bytes: 100_000}},
		"requeued": {strings.Replace(round("", ""), `{publish: {body: ""}}`, "{nack: requeue}", 1), "more than 500 messages have passed", lab.Limits{Messages: 500}},
		"time":     {act(once + "\n    clock: real\n    timeout: 1h\n    steps: [{start: p}, {wait: 1h}]"), "the act has not come to its end within 100ms", lab.Limits{Time: 100 * time.Millisecond}},
	} {
		t.Run(name, func(t *testing.T) {
			target := embedded.New()
			defer target.Close()
			r := playOwn(t, c.text, c.limits, target)
			if len(r.Runs) != 1 || !strings.Contains(r.Runs[0].Error, c.want) {
				t.Errorf("%q, %+v", said(r), r.Runs)
			}
		})
	}
}

// What others have named has only the limit of time.
func TestLessonsHaveTime(t *testing.T) {
	s, err := scenario.Decode("f", []byte(act(strings.Replace(once, "q}", "q, count: 3}", 1))))
	if err != nil {
		t.Fatal(err)
	}
	target := embedded.New()
	defer target.Close()
	l := lab.Lab{Target: target, Limits: lab.Limits{Messages: 1, Time: time.Minute}, Lessons: course.Of("f", s).Lesson}
	if r := l.Play(t.Context(), lab.Request{Lesson: "f/a"}); len(r.Runs) != 1 || r.Runs[0].Sent != 3 {
		t.Errorf("%+v", r)
	}
}

// A scenario from a page gets at no file.
func TestNoFiles(t *testing.T) {
	const refused = "this scenario is not read from a directory in which the file could be: save it in one, beside the file"
	target := embedded.New()
	defer target.Close()
	for text, want := range map[string]string{
		act("    cast: [{publisher: p, routing_key: q, messages: [{body: {file: go.mod}}]}]\n    expect: {fates: {}}"):      "4:62 file: " + refused,
		act("    cast: [{publisher: p, routing_key: q, messages: [{body: {file: /etc/passwd}}]}]\n    expect: {fates: {}}"): "4:62 file: " + refused,
		act("    topology: {from: ../../go.mod}\n" + once):                                                                  "4:16 from: " + refused,
	} {
		if got := said(playOwn(t, text, lab.UsualLimits(), target)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// changed is a target whose stages are changed before they are used.
type changed struct {
	stage.Target
	change func(*stage.Stage)
}

func (c changed) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	s, err := c.Target.Prepare(ctx, needs)
	if err == nil {
		c.change(s)
	}
	return s, err
}

// A scenario from a page is not played where others live, and what it was given is taken back; a lesson is.
func TestOwnVhost(t *testing.T) {
	given := 0
	target := changed{embedded.New(), func(s *stage.Stage) {
		given++
		s.Shared = true
		end := s.Close
		s.Close = func(ctx context.Context, settled bool) error {
			given--
			return end(ctx, settled)
		}
	}}
	defer target.Close()
	r := playOwn(t, act(once), lab.UsualLimits(), target)
	if want := "preparing the broker: a scenario from a page is played only where it has a vhost to itself: start with --management, or save it in a file and name that when you start"; said(r) != want {
		t.Errorf("%q, want %q", said(r), want)
	}
	if given != 0 {
		t.Errorf("%d stages are left", given)
	}
	s, err := scenario.Decode("f", []byte(act(once)))
	if err != nil {
		t.Fatal(err)
	}
	l := lab.Lab{Target: target, Limits: lab.UsualLimits(), Lessons: course.Of("f", s).Lesson}
	if r := l.Play(t.Context(), lab.Request{Lesson: "f/a"}); len(r.Runs) != 1 || r.Runs[0].Sent != 1 {
		t.Errorf("%+v", r)
	}
}

// unreachable is a target whose broker is not there.
type unreachable struct{ stage.Target }

func (unreachable) Name() string { return "unreachable" }
func (unreachable) Prepare(context.Context, *scenario.Broker) (*stage.Stage, error) {
	return nil, errors.New("nobody answers at 192.0.2.1")
}

// That there is no broker is said in place of a run.
func TestNoBroker(t *testing.T) {
	r := playOwn(t, act(once), lab.UsualLimits(), unreachable{})
	if want := "preparing the broker: nobody answers at 192.0.2.1"; said(r) != want || len(r.Runs) != 0 {
		t.Errorf("%q, want %q", said(r), want)
	}
}
