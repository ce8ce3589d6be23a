package recorded_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tutor/runner/lab/recorded"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
)

// A chapter that is recorded anew leaves the others as they are; recorded twice, the file is the same.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "9.9.json")
	write := func(chapter string, acts map[string]*recorded.Act) string {
		t.Helper()
		return rewritten(t, path, chapter, acts)
	}
	write("b", map[string]*recorded.Act{"one": {Product: "P", Version: "1", Verdict: outcome.Pass}, "two": {}})
	write("a", map[string]*recorded.Act{"<one>": {Product: "P", Version: "1", Verdict: outcome.Fail, Run: &document.Act{Name: "<one>"}}})
	first := write("b", map[string]*recorded.Act{"three": {Product: "P", Version: "2", Verdict: outcome.Pass}})
	lines := strings.Split(first, "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[1], `"a/<one>": {"product":"P","version":"1","verdict":"fail","run":{`) ||
		lines[2] != `"b/three": {"product":"P","version":"2","verdict":"pass"}` {
		t.Errorf("written:\n%s", first)
	}
	if again := write("b", map[string]*recorded.Act{"three": {Product: "P", Version: "2", Verdict: outcome.Pass}}); again != first {
		t.Errorf("the second time:\n%s", again)
	}
	f, err := recorded.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := f.Act(recorded.Key("a", "<one>")); err != nil || a.Run == nil || a.Run.Name != "<one>" {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := f.Act(recorded.Key("b", "one")); err != nil || a != nil {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "9.9.json")
	if err := os.WriteFile(path, []byte("{\n\"a/b\": \n}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := recorded.Open(path); err == nil || !strings.Contains(err.Error(), "9.9.json") {
		t.Errorf("%v", err)
	}
}

// What is kept of an act is what counts of it, without what is another each time.
func TestPlayed(t *testing.T) {
	c := played(t, "declaring", "asking")
	for _, chapter := range c {
		again := played(t, chapter.Name)[0]
		for i, a := range chapter.report.Acts {
			kept, err := recorded.Played(a, again.report.Acts[i])
			if err != nil || kept.Run != nil {
				t.Errorf("%s: played twice, and otherwise: %v, %v", a.Act.Name, kept, err)
			}
			// All of it is kept where the embedded broker has done nothing of the kind.
			nothing := &outcome.Act{Act: a.Act, Verdict: outcome.Fail}
			first, err := recorded.Played(a, nothing)
			if err != nil || first.Run == nil {
				t.Fatalf("%s: %v, %v", a.Act.Name, first, err)
			}
			second, err := recorded.Played(again.report.Acts[i], nothing)
			if err != nil || second.Run == nil {
				t.Fatalf("%s: %v, %v", a.Act.Name, second, err)
			}
			if one, two := asText(t, first), asText(t, second); one != two {
				t.Errorf("%s: recorded once\n%s\nand again\n%s", a.Act.Name, one, two)
			}
		}
	}
}

// What is recorded is held to verdict, transcripts and fates.
func TestDiffers(t *testing.T) {
	c := played(t, "workqueue")[0]
	a := c.report.Acts[2]
	recall := func(change func(*recorded.Act)) *recorded.Act {
		t.Helper()
		kept, err := recorded.Played(a, &outcome.Act{Act: a.Act, Verdict: outcome.Fail})
		if err != nil {
			t.Fatal(err)
		}
		change(kept)
		return kept
	}
	kept := recall(func(*recorded.Act) {})
	for name, test := range map[string]struct {
		now  func(*recorded.Act)
		want string
	}{
		"the same":      {func(*recorded.Act) {}, ""},
		"its order":     {func(a *recorded.Act) { e := a.Run.Events; e[0], e[1] = e[1], e[0] }, ""},
		"a new version": {func(a *recorded.Act) { a.Version = "10" }, ""},
		"the verdict":   {func(a *recorded.Act) { a.Verdict = outcome.Fail }, "recorded as pass, now fail"},
		"alike":         {func(a *recorded.Act) { a.Run = nil }, "now as there"},
		"a line":        {func(a *recorded.Act) { a.Run.Lines = a.Run.Lines[1:] }, "transcript of lazy (- recorded, + now)\n- Created queue: task_queue"},
		"a fate":        {func(a *recorded.Act) { delete(a.Run.Fates, "dropped") }, "- dropped: 1:Hello!"},
	} {
		got := kept.Differs(a.Act, recall(test.now))
		if got != test.want && (test.want == "" || !strings.Contains(got, test.want)) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	alike := &recorded.Act{Verdict: outcome.Pass}
	if got := alike.Differs(a.Act, kept); !strings.Contains(got, "now otherwise") {
		t.Errorf("%q", got)
	}
	if got := alike.Differs(a.Act, alike); got != "" {
		t.Errorf("%q", got)
	}
}

// asText is an act as a file has it.
func asText(t *testing.T, a *recorded.Act) string {
	t.Helper()
	return rewritten(t, filepath.Join(t.TempDir(), "a.json"), "c", map[string]*recorded.Act{"a": a})
}

// rewritten is a file when acts of a chapter were recorded in it.
func rewritten(t *testing.T, path, chapter string, acts map[string]*recorded.Act) string {
	t.Helper()
	f, err := recorded.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Replace(chapter, acts); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
