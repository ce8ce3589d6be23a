package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"tutor/runner/escape"
	"tutor/runner/outcome"
)

// JUnit writes reports as JUnit XML: a test suite for each scenario on a target, with a test case
// for each act. Characters that XML does not permit are escaped as in the text report.
func JUnit(w io.Writer, reports []*outcome.Report) error {
	suites := junit.Testsuites{Name: "tutor"}
	var took time.Duration
	for i, r := range reports {
		suite := newSuite(r)
		suite.ID = i
		suites.AddSuite(suite)
		took += r.Elapsed
	}
	suites.Time = seconds(took)
	if _, err := io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if err := suites.WriteXML(w); err != nil {
		return fmt.Errorf("writing the report as JUnit XML: %w", err)
	}
	return nil
}

func newSuite(r *outcome.Report) junit.Testsuite {
	suite := junit.Testsuite{
		Name: escape.Text(fmt.Sprintf("%s (%s)", r.Scenario.Title, r.Target)), Package: escape.Text(r.Target),
		File: escape.Text(r.Scenario.Pos.File), Time: seconds(r.Elapsed),
	}
	suite.AddProperty("target", escape.Text(r.Target))
	for _, a := range r.Acts {
		if a.Product != "" {
			suite.AddProperty("broker", escape.Text(a.Product+" "+a.Version))
			break
		}
	}
	for _, a := range r.Acts {
		suite.AddTestcase(newCase(suite.Name, a))
	}
	if r.Verdict() == outcome.LeftOut {
		suite.AddTestcase(junit.Testcase{
			Name: escape.Text(r.Scenario.Title), Classname: suite.Name, Skipped: &junit.Result{Message: nothingPlayed},
		})
	}
	return suite
}

func newCase(suite string, a *outcome.Act) junit.Testcase {
	c := junit.Testcase{Name: escape.Text(a.Act.Name), Classname: suite, Time: seconds(a.Elapsed)}
	switch a.Verdict {
	case outcome.Fail:
		c.Failure = &junit.Result{Message: reason(a), Type: "mismatch", Data: differences(a)}
	case outcome.Error:
		c.Error = &junit.Result{Message: reason(a), Type: "error"}
		if a.Err != nil {
			c.Error.Data = escape.Lines(a.Err.Error())
		}
	default:
		return c
	}
	if len(a.Lines) > 0 {
		p := &page{width: prose}
		terminals(p, a, false)
		c.SystemOut = &junit.Output{Data: p.bare()}
	}
	return c
}

// differences is the diff of all mismatches of an act, with what the notes say of its messages.
func differences(a *outcome.Act) string {
	p := &page{width: prose}
	p.line(a.Act.Pos.String())
	for i, m := range a.Mismatches {
		mismatch(p, m, i == 0)
	}
	notes(p, a.Notes())
	return strings.TrimRight(p.bare(), "\n")
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
