package main

import (
	"io/fs"
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
	if size := sizeOf(t, "public"); size > pagesOnly {
		t.Errorf("the pages have %d bytes, more than %d", size, pagesOnly)
	}
}

// pagesOnly is what the pages of the course may take without a player: a site has 6 MB in all, and a player may have
// 3,000,000 bytes of them.
const pagesOnly = 6<<20 - 3_000_000

func sizeOf(t *testing.T, dir string) (size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}
