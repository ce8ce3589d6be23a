package recorded_test

import (
	"bytes"
	"strings"
	"testing"

	"tutor/runner/lab/recorded"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
)

// written is a document of a chapter as it was played on a broker: the first act as on the embedded one, the second as if
// its last line had not been printed, the third as if it could not be played.
func written(t testing.TB, c chapter, file string) string {
	t.Helper()
	report := *c.report
	s := *report.Scenario
	report.Scenario, report.Target = &s, "docker:rabbitmq:9.9"
	s.Pos.File = file
	var acts []*outcome.Act
	for i, a := range report.Acts {
		other := *a
		other.Product, other.Version = "RabbitMQ", "9.9.1"
		switch i {
		case 1:
			other.Lines = a.Lines[:len(a.Lines)-1]
		case 2:
			other.Product, other.Version, other.Verdict, other.Books = "", "", outcome.Error, nil
		}
		acts = append(acts, &other)
	}
	report.Acts = acts
	var text bytes.Buffer
	if err := document.Write(&text, []*outcome.Report{c.report, &report}); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// A document's acts are found by file and name, wherever the file was. What is of the embedded broker is left out: the
// page has it.
func TestRead(t *testing.T) {
	c := played(t, "workqueue")[0]
	for _, file := range []string{"workqueue.yaml", "/home/me/course/workqueue.yaml", `C:\course\workqueue.yaml`} {
		set, err := recorded.Read(strings.NewReader(written(t, c, file)))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []recorded.Of{
			{Broker: "RabbitMQ 9.9.1", Verdict: outcome.Pass, Alike: true},
			{Broker: "RabbitMQ 9.9.1", Verdict: outcome.Pass},
			{Broker: "docker:rabbitmq:9.9", Verdict: outcome.Error},
		} {
			of, err := set.For(c.Lessons[i], c.run(i))
			if err != nil || len(of) != 1 {
				t.Fatalf("%s: %d: %v, %v", file, i, of, err)
			}
			run := of[0].Run
			if of[0].Run = nil; of[0] != want || (run == nil) != want.Alike {
				t.Errorf("%s: %d: %+v, want %+v", file, i, of[0], want)
			}
			if run != nil && (!strings.Contains(run.Picture, "<svg") || len(run.Sentences) != len(run.Events)) {
				t.Errorf("%s: %d: %d sentences, %d events, picture %q", file, i, len(run.Sentences), len(run.Events), run.Picture)
			}
		}
	}
}

func TestReadWhatIsOfSomethingElse(t *testing.T) {
	c := played(t, "workqueue")[0]
	set, err := recorded.Read(strings.NewReader(written(t, c, "mine.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	if of, err := set.For(c.Lessons[0], c.run(0)); err != nil || len(of) > 1 {
		t.Errorf("%+v, %v", of, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "EOF",
		"{}":                   "there are none",
		`{"runs": []}`:         "there are none",
		`{"runs": "no"}`:       "cannot unmarshal string",
		"== workqueue: 3 acts": "invalid character",
		`{"runs": [{"acts": [{"events": [{"kind": "dance"}]}]}]}`: `no kind of event: "dance"`,
	} {
		if _, err := recorded.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--format json") {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// Whatever a file says, it is shown or refused.
func FuzzRead(f *testing.F) {
	c := played(f, "hello")[0]
	f.Add([]byte(written(f, c, "hello.yaml")))
	f.Add([]byte(`{"runs":[{"file":"hello.yaml","acts":[{"name":"both sides declare the queue","events":[{"n":-1,"at_ms":1e300,"kind":"deliver","copy":-7,"message":-1,"tag":1},{"kind":"route","queue":"q","message":2},{"kind":"requeue","copy":3}],"fates":{"acked":{"count":1,"messages":["1","2"]}},"lines":[{"actor":"nobody"}]}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := recorded.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for i, l := range c.Lessons {
			if _, err := set.For(l, c.run(i)); err != nil {
				t.Error(err)
			}
		}
	})
}
