// Package golden holds what tests have seen against files, which are rewritten when a test is asked to (-update).
package golden

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Compare has a test fail if a text is not what a file has, or makes the file have it.
func Compare(t testing.TB, rewrite bool, path, got string) {
	t.Helper()
	if rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-file +now; -update rewrites it):\n%s", path, diff)
	}
}
