package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/report/document"
)

// partial is two runs, in one of which no act was played.
func partial(t *testing.T) []*outcome.Report {
	s := testScenario(t)
	return []*outcome.Report{
		{Scenario: s, Target: "embedded"},
		{Scenario: s, Target: "embedded", Acts: []*outcome.Act{lazy(s)}},
	}
}

// A run without an act is green nowhere: each format says that it was left out.
func TestNothingPlayed(t *testing.T) {
	for name, write := range map[string]func(io.Writer, []*outcome.Report) error{
		"matrix":   func(w io.Writer, r []*outcome.Report) error { return report.Matrix(w, report.Options{}, r) },
		"markdown": report.MatrixMarkdown,
		"text": func(w io.Writer, r []*outcome.Report) error {
			text := report.NewText(w, report.Options{})
			text.End(r)
			return text.Err()
		},
	} {
		var out bytes.Buffer
		if err := write(&out, partial(t)); err != nil || !strings.Contains(out.String(), "left out, none of its acts was played") {
			t.Errorf("%s: %v\n%s", name, err, &out)
		}
		out.Reset()
		if err := write(&out, partial(t)[:1]); err != nil || !strings.Contains(out.String(), "nothing was played") || strings.Contains(out.String(), "✓") {
			t.Errorf("%s of nothing: %v\n%s", name, err, &out)
		}
	}
}

func TestNothingPlayedAsJSON(t *testing.T) {
	var out bytes.Buffer
	if err := document.Write(&out, partial(t)); err != nil {
		t.Fatal(err)
	}
	var d document.Document
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if d.Verdict != outcome.Pass || d.Runs[0].Verdict != outcome.LeftOut || d.Runs[1].Verdict != outcome.Pass {
		t.Errorf("%s: %s, %s", d.Verdict, d.Runs[0].Verdict, d.Runs[1].Verdict)
	}
}

func TestNothingPlayedAsJUnit(t *testing.T) {
	var out bytes.Buffer
	if err := report.JUnit(&out, partial(t)); err != nil {
		t.Fatal(err)
	}
	var suites junit.Testsuites
	if err := xml.Unmarshal(out.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Tests != 2 || suites.Skipped != 1 || suites.Suites[0].Testcases[0].Skipped == nil {
		t.Errorf("%d tests, %d skipped:\n%s", suites.Tests, suites.Skipped, &out)
	}
}
