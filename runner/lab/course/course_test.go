package course_test

import (
	"strings"
	"testing"

	"tutor/runner/lab/course"
	"tutor/runner/scenario"
	"tutor/scenarios"
)

func chapter(t *testing.T, text string) *course.Chapter {
	t.Helper()
	s, err := scenario.Decode("mine.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return course.Of("mine", s)
}

const twins = `
title: Twins
topology: {queues: [{name: other}]}
acts:
  - {name: "Größe & Form!", cast: [{publisher: p, routing_key: other, count: 1}], expect: {fates: {queued: ["1:Hello!"]}}}
  - {name: "größe form", cast: [{publisher: p, routing_key: other, count: 2}], expect: {fates: {queued: ["1:Hello!", "2:Hello!"]}}}
  - {name: "???", cast: [{publisher: p, routing_key: other, count: 1}], expect: {fates: {queued: ["1:Hello!"]}}}
`

// Each act has a path of its own, whatever it is called.
func TestPaths(t *testing.T) {
	c := chapter(t, strings.ReplaceAll(strings.ReplaceAll(twins, ", count: 1", ", message: Hello!, count: 1"), `"1:Hello!"]`, "Hello!]"))
	for i, want := range []string{"mine/größe-form", "mine/größe-form-2", "mine/3"} {
		if got := c.Lessons[i].Path; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if l, err := c.Lesson(want); err != nil || l != c.Lessons[i] {
			t.Errorf("%s: %v, %v", want, l, err)
		}
	}
	if _, err := c.Lesson("mine/groesse"); err == nil {
		t.Error("a lesson that is not there is found")
	}
}

// The source of a lesson has what it is played from, marks what differs from the lesson it is like, and does not give
// away what comes of it.
func TestSource(t *testing.T) {
	c, err := course.Read(scenarios.FS(), "workqueue")
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.SourceOf(c.Lessons[2])
	if err != nil {
		t.Fatal(err)
	}
	var changed []string
	for _, l := range s.Lines {
		if l.Changed {
			changed = append(changed, strings.TrimSpace(l.Text))
		}
		if strings.Contains(l.Text, "fates") || strings.Contains(l.Text, "about") {
			t.Errorf("line %s", l.Text)
		}
	}
	if s.Than != c.Lessons[1] || len(changed) != 1 || changed[0] != "ack: auto" || len(s.Gone) != 1 || strings.TrimSpace(s.Gone[0]) != "ack: manual" {
		t.Errorf("than %v, changed %q, gone %q", s.Than, changed, s.Gone)
	}
	if !strings.Contains(s.Expected, "dropped: ['1:Hello!', '3:Hello!']") {
		t.Error(s.Expected)
	}
}

// What counts for all acts of a file is part of each lesson's source; the first lesson is compared with none.
func TestSourceOfFile(t *testing.T) {
	c, err := course.Read(scenarios.FS(), "permissions")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Lessons {
		s, err := c.SourceOf(l)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Lines) == 0 || s.Than == l {
			t.Errorf("%s: %d lines, compared with %v", l.Path, len(s.Lines), s.Than)
		}
	}
	if s, _ := c.SourceOf(c.Lessons[0]); s.Than != nil {
		t.Errorf("the first is compared with %s", s.Than.Path)
	}
}

// A knob's position is a scenario with one act.
func TestTurned(t *testing.T) {
	c, err := course.Read(scenarios.FS(), "workqueue")
	if err != nil {
		t.Fatal(err)
	}
	l := c.Lessons[1]
	knob := l.Act.KnobNames()[0]
	for _, v := range l.Act.Knobs[knob].Values {
		s, err := l.Turned(knob, v.Text)
		if err != nil || len(s.Acts) != 1 || s.Acts[0] != v.Act {
			t.Errorf("%s: %v", v.Text, err)
		}
	}
	if _, err := l.Turned(knob, "nowhere"); err == nil {
		t.Error("a position that is not there is found")
	}
	if _, err := l.Turned("nothing", "auto"); err == nil {
		t.Error("a knob that is not there is found")
	}
}
