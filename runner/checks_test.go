package runner_test

import (
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	observing "tutor/runner/scenario/update"
	"tutor/runner/stage"
)

// What steps compare is so on every target.
func TestChecks(t *testing.T) {
	passesEverywhere(t, "testdata/checks.yaml")
}

const checkedAct = `
title: Checked
acts:
  - name: a
    cast:
      - {consumer: c, prefetch: 1, work: 1s, queue: {name: q, declare: true, durable: true, arguments: {x-single-active-consumer: true}}}
      - {consumer: d, arguments: {x-priority: 1}, queue: {name: q}}
      - {publisher: p, routing_key: q, message: m, count: 2}
    steps:
      - start: c
      - start: p
      - check: %CHECK
      - start: d
      - check: {queues: {q: {active: %ACTIVE}}}
      - check: {queues: {q: {consumers: 2}}}
    expect: {fates: {acked: 2}}
`

// A step that finds something else fails the act, which goes on, and has both side by side.
func TestChecksThatDoNotHold(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		for check, want := range map[string]string{
			"{actor: c, received: 2..}":                        "check of c: -received: 2.. +received: 1",
			"{actor: p, sent: 2, confirmed: 2}":                "check of p: =sent: 2 -confirmed: 2 +confirmed: 0",
			"{actor: c, cancelled: true}":                      "check of c: -cancelled: true +cancelled: false",
			"{queues: {q: {ready: 0, unacked: 1}}}":            "check of queue q: -ready: 0 +ready: 1 =unacked: 1",
			"{queues: {q: {active: d}}}":                       "check of queue q: -active: d +active: c",
			"{queues: {q: <absent>}}":                          "check of queue q: -<absent> +it is there: 1 ready, 1 unacked, 1 consumers",
			"{queues: {q: {active: <absent>}}}":                "check of queue q: -active: <absent> +active: c",
			"{actor: c, received: 1, queues: {q: {ready: 1}}}": "",
		} {
			text := strings.NewReplacer("%CHECK", check, "%ACTIVE", "c").Replace(checkedAct)
			a := runner.Run(t.Context(), inline(t, text), target).Acts[0]
			if a.Err != nil || a.Stopped || !a.Books.Balanced() {
				t.Fatalf("%s: %v %v", check, a.Err, a.Mismatches)
			}
			var got []string
			for _, m := range a.Mismatches {
				line := []string{m.Subject + ":"}
				for _, d := range m.Diff {
					line = append(line, strings.ReplaceAll(string(d.Op), " ", "=")+d.Text)
				}
				if m.Pos.Line == 12 {
					got = append(got, strings.Join(line, " "))
				}
			}
			if strings.Join(got, "; ") != want || (want != "") != (a.Verdict == outcome.Fail && len(got) > 0) {
				t.Errorf("%s: %s, %q, want %q", check, a.Verdict, got, want)
			}
		}
	})
}

// Which consumer is active is not claimed where nothing has shown it.
func TestActiveIsNotGuessed(t *testing.T) {
	text := strings.NewReplacer("%CHECK", "{actor: c, received: 1}", "%ACTIVE", "c").Replace(checkedAct)
	a := runner.Run(t.Context(), inline(t, text), embeddedTarget(t)).Acts[0]
	if len(a.Mismatches) != 1 || !strings.Contains(a.Mismatches[0].Diff[1].Text, scenario.NotKnown) {
		t.Errorf("%s: %v", a.Verdict, a.Mismatches)
	}
	a.Outcomes = []outcome.Way{{Plays: 1, Report: a}}
	if _, why := observing.Observed(a); !strings.Contains(why, "steps are not rewritten") {
		t.Errorf("it would be rewritten: %q", why)
	}
}
