package lab_test

import (
	"encoding/json"
	"strings"
	"testing"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

// answered is the reply to a request, both as JSON.
func answered(t *testing.T, l *lab.Lab, request string) (reply lab.Reply) {
	t.Helper()
	if err := json.Unmarshal([]byte(l.Answer(t.Context(), request)), &reply); err != nil {
		t.Fatal(err)
	}
	return reply
}

func TestAnswersALesson(t *testing.T) {
	target := embedded.New()
	defer target.Close()
	l := &lab.Lab{Target: target, Lessons: func(path string) (*course.Lesson, error) { return course.Find(scenarios.FS(), path) }}
	reply := answered(t, l, `{"lesson": "workqueue/a-lazy-worker-under-automatic-acknowledgement"}`)
	if len(reply.Runs) != 1 || reply.Runs[0].Verdict != "pass" {
		t.Errorf("got %d runs, error %q", len(reply.Runs), reply.Error)
	}
	for request, want := range map[string]string{
		`{"lesson": "workqueue/nothing"}`: "there is no lesson workqueue/nothing",
		`{"lesson": "../etc/passwd"}`:     "there is no chapter",
		`{"lesson": "nothing/at-all"}`:    "there is no chapter",
		`{"lesson": "scenarios"}`:         "there is no chapter",
		`{"lesson": ["workqueue"]}`:       "reading the request",
		`no JSON`:                         "reading the request",
	} {
		if reply := answered(t, l, request); !strings.Contains(reply.Error, want) {
			t.Errorf("%s: error %q, want %s", request, reply.Error, want)
		}
	}
}

func TestAnswersAfterAPanic(t *testing.T) {
	l := &lab.Lab{Lessons: func(string) (*course.Lesson, error) { panic("no lessons") }}
	if reply := answered(t, l, `{"lesson": "x"}`); reply.Error != "the laboratory itself has failed: no lessons" {
		t.Errorf("error %q", reply.Error)
	}
}
