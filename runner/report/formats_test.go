package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/report/document"
	"tutor/runner/transcript"
)

func mixed(t *testing.T) []*outcome.Report {
	s := testScenario(t)
	return []*outcome.Report{
		{Scenario: s, Target: "local", Acts: []*outcome.Act{lazy(s), japanese(s, "世界")}, Elapsed: 80 * time.Millisecond},
		{Scenario: s, Target: "docker:rabbitmq:3.10-management", Acts: []*outcome.Act{failed(s), unplayed(s)}, Elapsed: 2 * time.Second},
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	if err := document.Write(&out, mixed(t)); err != nil {
		t.Fatal(err)
	}
	compare(t, "mixed.json", out.String())
	var d document.Document
	strict := json.NewDecoder(&out)
	strict.DisallowUnknownFields()
	if err := strict.Decode(&d); err != nil {
		t.Fatal(err)
	}
	if d.Verdict != outcome.Error || len(d.Runs) != 2 || d.Runs[0].Verdict != outcome.Pass {
		t.Errorf("verdict %s of %d runs", d.Verdict, len(d.Runs))
	}
	dropped := d.Runs[0].Acts[0].Fates["dropped"]
	if dropped.Count != 2 || !slices.Equal(dropped.Messages, []string{"1:Hello!", "3:Hello!"}) {
		t.Errorf("dropped: %v", dropped)
	}
}

func TestJSONOfMany(t *testing.T) {
	s := testScenario(t)
	var out bytes.Buffer
	if err := document.Write(&out, []*outcome.Report{{Scenario: s, Acts: []*outcome.Act{many(s, 5000)}}}); err != nil {
		t.Fatal(err)
	}
	var d document.Document
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if acked := d.Runs[0].Acts[0].Fates["acked"]; acked.Count != 5000 || len(acked.Messages) != 100 {
		t.Errorf("%d acked, %d of them named", acked.Count, len(acked.Messages))
	}
}

func TestJSONOfNothing(t *testing.T) {
	var out bytes.Buffer
	if err := document.Write(&out, nil); err != nil {
		t.Fatal(err)
	}
	var d document.Document
	if err := json.Unmarshal(out.Bytes(), &d); err != nil || d.Verdict != outcome.LeftOut {
		t.Errorf("verdict %q, error %v: nothing was proved", d.Verdict, err)
	}
}

func TestJSONKeepsWhatMessagesCarry(t *testing.T) {
	s := testScenario(t)
	body := "\x1b[2J \u009b31m \u0080 \x7f é  <&>\u2028"
	var out bytes.Buffer
	if err := document.Write(&out, []*outcome.Report{{Scenario: s, Acts: []*outcome.Act{japanese(s, body)}}}); err != nil {
		t.Fatal(err)
	}
	var d document.Document
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if got := d.Runs[0].Acts[0].Fates["acked"].Messages[0]; got != body {
		t.Errorf("got %q, want %q", got, body)
	}
}

func TestJUnit(t *testing.T) {
	var out bytes.Buffer
	if err := report.JUnit(&out, mixed(t)); err != nil {
		t.Fatal(err)
	}
	compare(t, "mixed.xml", out.String())
	var suites junit.Testsuites
	if err := xml.Unmarshal(out.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Tests != 4 || suites.Failures != 1 || suites.Errors != 1 || len(suites.Suites) != 2 {
		t.Fatalf("%d tests, %d failures, %d errors, %d suites", suites.Tests, suites.Failures, suites.Errors, len(suites.Suites))
	}
	cases := suites.Suites[1].Testcases
	if data := cases[0].Failure.Data; !strings.Contains(data, "- Received: 1:Hello!") || !strings.Contains(data, "scenario.yaml:29:16") {
		t.Errorf("failure: %s", data)
	}
	if !strings.Contains(cases[1].Error.Data, "connection refused") {
		t.Errorf("error: %s", cases[1].Error.Data)
	}
}

func TestJUnitOfHarmfulMessages(t *testing.T) {
	s := testScenario(t)
	a := acts(s)["harmful"]
	a.Verdict = outcome.Fail
	a.Mismatches = []outcome.Mismatch{{Subject: "transcript", Diff: []transcript.DiffLine{{Op: transcript.Extra, Text: "\x00]]> \xff"}}}}
	var out bytes.Buffer
	if err := report.JUnit(&out, []*outcome.Report{{Scenario: s, Acts: []*outcome.Act{a}}}); err != nil {
		t.Fatal(err)
	}
	var suites junit.Testsuites
	if err := xml.Unmarshal(out.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	if data := suites.Suites[0].Testcases[0].Failure.Data; !strings.Contains(data, `+ \x00]]> \xff`) {
		t.Errorf("failure: %s", data)
	}
}

func matrices(t *testing.T) map[string][]*outcome.Report {
	s := testScenario(t)
	on := func(target, version string, acts ...*outcome.Act) *outcome.Report {
		for _, a := range acts {
			if a.Version != "" {
				a.Version = version
			}
		}
		return &outcome.Report{Scenario: s, Target: target, Acts: acts}
	}
	other := lazy(s)
	other.Lines = slices.DeleteFunc(other.Lines, func(l transcript.Line) bool { return l.Text.Is("4:Hello!") })
	again := lazy(s)
	again.Lines = other.Lines
	otherName := japanese(s, "世界")
	otherName.Lines[0].Text = transcript.Plain("amq.gen-Zb2")
	otherOrder := japanese(s, "世界", "二つの世界")
	otherOrder.Lines[2], otherOrder.Lines[4] = otherOrder.Lines[4], otherOrder.Lines[2]
	return map[string][]*outcome.Report{
		"alike": {
			on("local", "4.3.6", lazy(s), japanese(s, "世界", "二つの世界")),
			on("docker:rabbitmq:3.10-management", "3.10.25", lazy(s), otherOrder),
		},
		"differing": {
			on("embedded", "4.3.6", lazy(s), japanese(s, "世界")),
			on("docker:rabbitmq:3.10-management", "3.10.25", failed(s), otherName),
			on("docker:rabbitmq:4.0-management", "4.0.9", other, japanese(s, "新しい世界")),
			on("docker:rabbitmq:4.3-management", "4.3.6", again),
			on("amqp://guest@nowhere.example.com:5672/", "", unplayed(s)),
		},
	}
}

func TestMatrix(t *testing.T) {
	for name, reports := range matrices(t) {
		for file, write := range map[string]func(*bytes.Buffer) error{
			"matrix-" + name + "-80.txt": func(w *bytes.Buffer) error { return report.Matrix(w, report.Options{}, reports) },
			"matrix-" + name + "-140.txt": func(w *bytes.Buffer) error {
				return report.Matrix(w, report.Options{Width: 140}, reports)
			},
			"matrix-" + name + ".md": func(w *bytes.Buffer) error { return report.MatrixMarkdown(w, reports) },
		} {
			var out bytes.Buffer
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			compare(t, file, out.String())
			if differs := strings.Contains(out.String(), "*"); name == "alike" && differs {
				t.Errorf("%s: differences in outcomes that are alike:\n%s", file, out.String())
			}
		}
	}
}

func TestMatrixOfNothing(t *testing.T) {
	if err := errors.Join(report.Matrix(&bytes.Buffer{}, report.Options{}, nil), report.MatrixMarkdown(&bytes.Buffer{}, nil)); err != nil {
		t.Error(err)
	}
}
