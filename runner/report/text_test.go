package report_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"tutor/runner/golden"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/report/document"
	"tutor/runner/scenario"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

func compare(t *testing.T, name, got string) {
	t.Helper()
	golden.Compare(t, *update, filepath.Join("testdata", name), got)
}

// acts are outcomes of all sorts, by name.
func acts(s *scenario.Scenario) map[string]*outcome.Act {
	framed := lazy(s)
	framed.Frames = []outcome.Frame{
		{Actor: 0, ToBroker: true, Text: "[1] queue.declare queue=task_queue durable=true"},
		{Actor: 0, Text: "[1] queue.declare-ok queue=task_queue"},
		{At: time.Second + 1, Actor: 2, ToBroker: true, Text: "[1] basic.publish routing-key=task_queue + 8 bytes " + strings.Repeat("x", 60)},
	}
	broken := lazy(s)
	broken.Verdict, broken.Books = outcome.Error, nil
	broken.Err = errors.New("the act did not end within 1m0s: sober waits for basic.consume-ok")
	return map[string]*outcome.Act{
		"pass":     lazy(s),
		"fail":     failed(s),
		"error":    unplayed(s),
		"broken":   broken,
		"frames":   framed,
		"japanese": japanese(s, "こんにちは世界", "こんにちは世界、これはとても長いメッセージですから、折り返さなければなりません。本当に。"),
		"harmful":  japanese(s, "\x1b[2J\x07bell\r\n\ttab", "\u202eevil \u009b31m \xff\xfe"),
		"long":     japanese(s, strings.Repeat("all work and no play ", 20), strings.Repeat("0123456789", 500)),
		"many":     many(s, 50_000),
	}
}

func act(a *outcome.Act, o report.Options) string {
	var out bytes.Buffer
	o.Verbose = o.Verbose || a.Frames != nil
	report.NewText(&out, o).Act(a)
	return out.String()
}

func TestActs(t *testing.T) {
	for name, a := range acts(testScenario(t)) {
		for _, width := range []int{60, 80, 120} {
			t.Run(fmt.Sprintf("%s at %d", name, width), func(t *testing.T) {
				got := act(a, report.Options{Width: width})
				compare(t, fmt.Sprintf("%s-%d.txt", name, width), got)
				for _, line := range strings.Split(got, "\n") {
					if w := ansi.StringWidth(line); w > width {
						t.Errorf("%d cells wide: %s", w, line)
					}
					if strings.HasSuffix(line, " ") {
						t.Errorf("blanks at the end: %q", line)
					}
				}
			})
		}
	}
}

func TestColoursDoNotChangeTheLayout(t *testing.T) {
	for name, a := range acts(testScenario(t)) {
		colourful := act(a, report.Options{Color: colorprofile.ANSI})
		if name == "pass" || name == "fail" {
			compare(t, name+"-80.ansi", colourful)
		}
		if !strings.Contains(colourful, "\x1b[") {
			t.Errorf("%s: no colours", name)
		}
		bare := ansi.Strip(colourful)
		if want := act(a, report.Options{}); bare != want {
			t.Errorf("%s: with colours:\n%s\nwithout:\n%s", name, bare, want)
		}
		// Pagers forget colours at the end of a line.
		for line := range strings.Lines(colourful) {
			if last := strings.LastIndex(line, "\x1b["); last >= 0 && !strings.HasPrefix(line[last:], "\x1b[m") {
				t.Errorf("%s: a colour goes on to the next line: %q", name, line)
			}
		}
	}
}

func TestNoControlCharacters(t *testing.T) {
	s := testScenario(t)
	a := acts(s)["harmful"]
	a.Verdict, a.Err = outcome.Error, errors.New("\x1b[31mred\x9b")
	s.Title, a.Act.Name, a.Product = "\x1btitle", "\x1bname\u0085", "\x1bproduct"
	reports := []*outcome.Report{{Scenario: s, Target: "\x1btarget", Acts: []*outcome.Act{a, a}}}
	reports = append(reports, &outcome.Report{Scenario: s, Target: "other", Acts: []*outcome.Act{lazyNamed(s, a.Act.Name)}})
	for name, write := range map[string]func(io.Writer) error{
		"text": func(w io.Writer) error {
			text := report.NewText(w, report.Options{Verbose: true})
			text.Scenario(s)
			text.Act(a)
			text.End(reports)
			return text.Err()
		},
		"json":     func(w io.Writer) error { return document.Write(w, reports) },
		"junit":    func(w io.Writer) error { return report.JUnit(w, reports) },
		"matrix":   func(w io.Writer) error { return report.Matrix(w, report.Options{}, reports) },
		"markdown": func(w io.Writer) error { return report.MatrixMarkdown(w, reports) },
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		for _, r := range out.String() {
			if unicode.IsControl(r) && r != '\n' && !(name == "junit" && r == '\t') {
				t.Errorf("%s: control character %U", name, r)
			}
		}
	}
}

func lazyNamed(s *scenario.Scenario, name string) *outcome.Act {
	a := lazy(s)
	act := *a.Act
	act.Name = name
	a.Act = &act
	return a
}

func TestRun(t *testing.T) {
	s := testScenario(t)
	var out bytes.Buffer
	text := report.NewText(&out, report.Options{})
	reports := []*outcome.Report{
		{Scenario: s, Acts: []*outcome.Act{lazy(s), failed(s)}, Elapsed: 80 * time.Millisecond},
		{Scenario: s, Acts: []*outcome.Act{unplayed(s)}, Elapsed: 2 * time.Second},
	}
	for _, r := range reports {
		text.Scenario(r.Scenario)
		for _, a := range r.Acts {
			text.Act(a)
		}
	}
	text.End(reports)
	if text.Err() != nil {
		t.Fatal(text.Err())
	}
	compare(t, "run-80.txt", out.String())
}

func TestOneActNeedsNoTotal(t *testing.T) {
	s := testScenario(t)
	var out bytes.Buffer
	report.NewText(&out, report.Options{}).End([]*outcome.Report{{Scenario: s, Acts: []*outcome.Act{lazy(s)}}})
	if out.Len() > 0 {
		t.Errorf("%q", out.String())
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWritingFails(t *testing.T) {
	s := testScenario(t)
	text := report.NewText(full{}, report.Options{})
	text.Act(lazy(s))
	if text.Err() == nil || !strings.Contains(text.Err().Error(), "no space left") {
		t.Errorf("error %v", text.Err())
	}
}

func TestFor(t *testing.T) {
	for _, test := range []struct {
		environ string
		width   int
		color   colorprofile.Profile
	}{
		{"TERM=xterm-256color", 0, colorprofile.NoTTY},
		{"COLUMNS=100 TERM=xterm", 100, colorprofile.NoTTY},
		{"CLICOLOR_FORCE=1 TERM=xterm", 0, colorprofile.ANSI},
		{"CLICOLOR_FORCE=1 TERM=xterm NO_COLOR=yes", 0, colorprofile.NoTTY},
	} {
		o := report.For(&bytes.Buffer{}, strings.Fields(test.environ))
		if o.Width != test.width || o.Color != test.color {
			t.Errorf("%s: width %d, colours %v", test.environ, o.Width, o.Color)
		}
	}
}

func TestProgress(t *testing.T) {
	var screen bytes.Buffer
	p := report.NewProgress(&screen, 30, 2)
	out := p.Around(&screen)
	p.Show("Work queue › a very long act that does not fit")
	fmt.Fprintln(out, "an act")
	p.ActDone()
	p.Close()
	fmt.Fprintln(out, "the end")
	const clear = "\r\x1b[K"
	want := "\r[1/2] Work queue › a very lo…\x1b[K" + clear + "an act\n" +
		"\r[1/2] Work queue › a very lo…\x1b[K" + "\r[2/2] Work queue › a very lo…\x1b[K" + clear + "the end\n"
	if screen.String() != want {
		t.Errorf("got  %q\nwant %q", screen.String(), want)
	}
}

func TestNoProgressWithoutATerminal(t *testing.T) {
	var screen bytes.Buffer
	p := report.NewProgress(&screen, report.TerminalWidth(&screen, nil), 2)
	p.Show("Work queue")
	p.ActDone()
	p.Close()
	if screen.Len() > 0 {
		t.Errorf("%q", screen.String())
	}
}
