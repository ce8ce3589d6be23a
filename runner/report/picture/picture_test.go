package picture_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/golden"
	"tutor/runner/outcome"
	"tutor/runner/report/picture"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

func compare(t *testing.T, name, got string) {
	t.Helper()
	golden.Compare(t, *update, filepath.Join("testdata", name), got)
}

// played is what the embedded broker makes of a scenario.
func played(t *testing.T, name string, text []byte) *outcome.Report {
	t.Helper()
	s, err := scenario.Decode(name, text)
	if err != nil {
		t.Fatal(err)
	}
	target := embedded.New()
	defer func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}()
	return runner.Run(t.Context(), s, target)
}

func course(t *testing.T, name string) *outcome.Report {
	t.Helper()
	text, err := fs.ReadFile(scenarios.FS(), name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return played(t, name+".yaml", text)
}

func twelve(t *testing.T) *outcome.Report {
	t.Helper()
	text, err := os.ReadFile("testdata/twelve.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return played(t, "twelve.yaml", text)
}

// drawn are the runs whose pictures are looked at, by the names of their golden files.
func drawn(t *testing.T) map[string]*outcome.Report {
	t.Helper()
	dead := course(t, "deadletters")
	dead.Acts = dead.Acts[:1]
	return map[string]*outcome.Report{"workqueue": course(t, "workqueue"), "deadletters": dead, "twelve": twelve(t)}
}

func TestMermaid(t *testing.T) {
	for name, r := range drawn(t) {
		if r.Verdict() != outcome.Pass {
			t.Fatalf("%s: %s", name, r.Verdict())
		}
		var out strings.Builder
		if err := picture.WriteMermaid(&out, []*outcome.Report{r}); err != nil {
			t.Fatal(err)
		}
		compare(t, name+".md", out.String())
	}
}

func TestSVG(t *testing.T) {
	for name, r := range drawn(t) {
		var out strings.Builder
		if err := picture.WriteSVG(&out, []*outcome.Report{r}); err != nil {
			t.Fatal(err)
		}
		compare(t, name+".svg", out.String())
	}
}

// What comes from outside cannot say anything in the diagram's language.
func TestMermaidOfHarmfulTexts(t *testing.T) {
	r := played(t, "harm.yaml", []byte(`
title: "# ]( <b> title"
acts:
  - name: "end; note over a: x %% comment"
    cast:
      - consumer: 'end'
        queue: {name: "q\n; `+"```"+`", declare: true, durable: true}
      - publisher: "p #quot; <script>"
        routing_key: "q\n; `+"```"+`"
        message: "\u202e end\r\nparticipant x as y; $$x$$ 100%% \"q\" \\n \u0007 <br/>"
    expect: {fates: {dropped: [x]}}
`))
	var out strings.Builder
	if err := picture.WriteMermaid(&out, []*outcome.Report{r}); err != nil {
		t.Fatal(err)
	}
	compare(t, "harmful.md", out.String())
	diagram := strings.Split(out.String(), "```mermaid\n")[1]
	if n := strings.Count(diagram, "```"); n != 1 {
		t.Errorf("%d fences", n)
	}
	for _, harm := range []string{"<", "\"", "%", "\\", "$", "\r", "\u202e", "as end"} {
		if strings.Contains(strings.ReplaceAll(diagram, "->>", ""), harm) {
			t.Errorf("%q is in\n%s", harm, diagram)
		}
	}
}

// A run without an act, and an act without its end, say so.
func TestNothing(t *testing.T) {
	s := &scenario.Scenario{Title: "t"}
	a := &outcome.Act{Act: &scenario.Act{Name: "a"}, Verdict: outcome.Error, Err: fs.ErrNotExist}
	for _, r := range []*outcome.Report{{Scenario: s, Target: "x"}, {Scenario: s, Target: "x", Acts: []*outcome.Act{a}}} {
		var out, svg strings.Builder
		if err := errors.Join(picture.WriteMermaid(&out, []*outcome.Report{r}), picture.WriteSVG(&svg, []*outcome.Report{r})); err != nil {
			t.Fatal(err)
		}
		want := "left out, none of its acts was played"
		if len(r.Acts) > 0 {
			want = "the act did not come to its end"
		}
		if !strings.Contains(out.String(), want) || !strings.Contains(svg.String(), want) {
			t.Errorf("want %q in\n%s\n%s", want, &out, &svg)
		}
	}
}
