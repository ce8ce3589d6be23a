package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Where there is neither a carried player nor a checkout the pages are made all the same, and it is said what they lack.
func TestSiteWithoutPlay(t *testing.T) {
	mine := write(t, passing)
	t.Chdir(t.TempDir())
	code, out, errs := run(t, "site", "public", mine)
	if code != 0 || errs != "" {
		t.Fatalf("code %d: %s", code, errs)
	}
	for _, want := range []string{"public: ", " lessons, ", " MB, written in ", "The pages are without Play"} {
		if !strings.Contains(out, want) {
			t.Errorf("output lacks %q:\n%s", want, out)
		}
	}
	for _, page := range []string{"index.html", "lesson/hello/both-sides-declare-the-queue.html", "lesson/scenario/a.html"} {
		text, err := os.ReadFile(filepath.Join("public", filepath.FromSlash(page)))
		if err != nil || strings.Contains(string(text), "wasm") {
			t.Errorf("%s: %v, or somebody plays there", page, err)
		}
	}
}
