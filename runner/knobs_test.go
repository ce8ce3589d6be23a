package runner_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/transcript"
)

func all(*scenario.Act) bool { return true }

// Acts that are like others come out as they say on every target, and so do all positions of knobs.
func TestKnobs(t *testing.T) {
	s := decode(t, "testdata/knobs.yaml")
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(t.Context(), s, target))
		positions := s.Positions(all)
		if len(positions.Acts) != 7 {
			t.Errorf("%d positions", len(positions.Acts))
		}
		passes(t, runner.Run(t.Context(), positions, target))
	})
}

// Every position of every knob of the course comes out as it says, and each knob has one in which there is something
// else to see than in the act as it is written.
func TestKnobsOfTheCourse(t *testing.T) {
	files, err := filepath.Glob("../scenarios/*.yaml")
	must(t, err)
	target, turned := embeddedTarget(t), 0
	for _, file := range files {
		s := decode(t, file)
		if len(s.Positions(all).Acts) == 0 {
			continue
		}
		report := runner.Run(t.Context(), s.Positions(all), target)
		passes(t, report)
		positions := report.Acts
		for i, a := range runner.Run(t.Context(), s, target).Acts {
			for _, name := range s.Acts[i].KnobNames() {
				knob, same := s.Acts[i].Knobs[name], true
				for _, position := range positions[:len(knob.Values)] {
					same = same && cmp.Equal(seen(position), seen(a))
				}
				if same {
					t.Errorf("%v: whatever is turned, there is the same to see", knob.Pos)
				}
				positions = positions[len(knob.Values):]
				turned++
			}
		}
	}
	if turned == 0 {
		t.Error("no act of the course has a knob")
	}
}

// seen is what readers see of an act: what each actor printed and what was delivered to it, in its order, and what
// became of the messages.
func seen(a *outcome.Act) map[string][]string {
	all := map[string][]string{}
	for i, lines := range transcript.Each(a.Lines, len(a.Act.Cast)) {
		for _, line := range lines {
			all[a.Act.Cast[i].Name()] = append(all[a.Act.Cast[i].Name()], scenario.Generic(line))
		}
	}
	for e := range a.Books.Events {
		if e.Kind == outcome.Deliver || e.Kind == outcome.Get {
			to := "deliveries to " + e.Actor
			all[to] = append(all[to], fmt.Sprintf("%s, redelivered: %t", e.Body, e.Redelivered))
		}
	}
	for c := range a.Books.Copies {
		all["fates"] = append(all["fates"], fmt.Sprintf("%s: %s", c.Message, c.Fate))
	}
	slices.Sort(all["fates"])
	return all
}

// A position that does not come out as it says fails, and one of which nothing is said does not.
func TestKnobsFail(t *testing.T) {
	s := inline(t, strings.Replace(lazyAct+"      fates: {acked: [2:m, 4:m], dropped: [1:m, 3:m]}\n", "    expect:", `    knobs:
      ack: {actor: lazy, key: ack, values: [manual, {value: first, expect: {fates: {acked: 5}}}]}
    expect:`, 1))
	r := runner.Run(t.Context(), s.Positions(all), embeddedTarget(t))
	if len(r.Acts) != 2 || r.Acts[0].Verdict != outcome.Pass || r.Acts[1].Verdict != outcome.Fail {
		t.Fatalf("%+v", r.Acts)
	}
	if want := s.Acts[0].Knobs["ack"].Values[1].Pos; r.Acts[1].Act.Pos != want {
		t.Errorf("it fails at %v, not at %v", r.Acts[1].Act.Pos, want)
	}
}

// The report has the answers to what the act asks, as the books have them, with what they are chosen from.
func TestQuestions(t *testing.T) {
	r := runner.Run(t.Context(), decode(t, "testdata/knobs.yaml"), embeddedTarget(t))
	var text bytes.Buffer
	must(t, document.Write(&text, []*outcome.Report{r}))
	var doc document.Document
	must(t, json.Unmarshal(text.Bytes(), &doc))
	acts := doc.Runs[0].Acts
	const back = "lazy had it and did not acknowledge it, so the broker put it back into tasks and delivered it again, to sober, marked as redelivered."
	const done = "done: acknowledged, or finished under automatic acknowledgement"
	times := 2
	if diff := cmp.Diff([]document.Question{
		{Ask: "who_gets", Message: "1:order", Actors: []string{"lazy", "sober"}, Question: "Who gets 1:order?",
			Choices: []document.Choice{{Text: "lazy", Right: true}, {Text: "sober", Right: true}}, Several: true, Why: back, Event: 28},
		{Ask: "what_becomes_of", Message: "3:order", Fates: map[string]int{"acked": 1}, Question: "What becomes of 3:order?",
			Choices: []document.Choice{{Text: done, Right: true}}, Several: true, Why: "sober acknowledged it.", Event: 17},
		{Ask: "how_often_delivered", Message: "1:order", Times: &times, Question: "How often is 1:order delivered?",
			Choices: []document.Choice{{Text: "twice", Right: true}}, Why: back, Event: 28},
	}, withRightChoices(acts[0].Questions)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]document.Question{
		{Ask: "what_becomes_of", Message: "2:order", MadeUp: true, Fates: map[string]int{"acked": 1}, Question: "What becomes of 2:order?",
			Choices: []document.Choice{{Text: done, Right: true}}, Several: true, Why: "sober acknowledged it.", Event: 11},
	}, withRightChoices(acts[1].Questions)); diff != "" {
		t.Error(diff)
	}
}

// withRightChoices are questions with only the choices that are right. Others there must be.
func withRightChoices(all []document.Question) []document.Question {
	for i, q := range all {
		right := slices.DeleteFunc(slices.Clone(q.Choices), func(c document.Choice) bool { return !c.Right })
		if len(right) < len(q.Choices) {
			all[i].Choices = right
		}
	}
	return all
}
