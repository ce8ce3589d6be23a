//go:build unix

package scenario

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Neither a symbolic link leads out of the directory, nor is what may never end read.
func TestDirectory(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	for _, err := range []error{
		os.WriteFile(filepath.Join(outside, "shop.json"), []byte(export), 0o600), os.Mkdir(filepath.Join(dir, "sub"), 0o700),
		os.WriteFile(filepath.Join(dir, "sub", "shop.json"), []byte(export), 0o600),
		os.Symlink(filepath.Join(outside, "shop.json"), filepath.Join(dir, "out.json")), os.Symlink(outside, filepath.Join(dir, "away")),
		os.Symlink("sub/shop.json", filepath.Join(dir, "in.json")), syscall.Mkfifo(filepath.Join(dir, "pipe.json"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for from, want := range map[string]string{
		"in.json": "", "sub/shop.json": "", "out.json": "s.yaml:4:16: from: reading out.json: path escapes from parent",
		"away/shop.json": "s.yaml:4:16: from: reading away/shop.json: path escapes from parent", "pipe.json": "s.yaml:4:16: from: pipe.json is not a file",
	} {
		_, err := DecodeIn(Directory(dir), "s.yaml", fromAct("{from: "+from+"}", toOrders))
		if got := said(err); got != want {
			t.Errorf("%s: got %q, want %q", from, got, want)
		}
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
