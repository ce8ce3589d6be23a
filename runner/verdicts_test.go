package runner_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"tutor/runner/outcome"
)

// asVerdicts holds the verdicts of a chapter against those that the course's table of verdicts is made of. There is a file
// for each version, with a line for each act: chapter, act, verdict, and of which brokers just that was expected, if not
// of all.
func asVerdicts(t *testing.T, chapter string, r *outcome.Report) {
	t.Helper()
	var now []string
	for _, a := range r.Acts {
		line := fmt.Sprintf("%s\t%s\t%s", chapter, a.Act.Name, a.Verdict)
		if len(a.Act.Expect) > 1 && a.Expected != nil {
			line += "\tas on " + expectedOn(a)
		}
		now = append(now, line)
	}
	path := filepath.Join("testdata", "verdicts", verdictsOf(r.Acts[0])+".txt")
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var of, others []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSuffix(line, "\n"); strings.HasPrefix(line, chapter+"\t") {
			of = append(of, line)
		} else {
			others = append(others, line)
		}
	}
	slices.Sort(of)
	slices.Sort(now)
	if *update {
		all := append(others, now...)
		slices.Sort(all)
		text := strings.Join(all, "\n") + "\n"
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(of, now); diff != "" {
		t.Errorf("%s (-recorded +now; go test ./runner -run Tutorials -update records):\n%s", path, diff)
	}
}

func expectedOn(a *outcome.Act) string {
	if a.Expected.On.Product == "" {
		return "any other"
	}
	return a.Expected.On.String()
}

// verdictsOf is the broker by its product and the part of the version that lessons differ by.
func verdictsOf(a *outcome.Act) string {
	if a.Product == "embedded" {
		return "embedded"
	}
	major, rest, _ := strings.Cut(a.Version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	return major + "." + minor
}
