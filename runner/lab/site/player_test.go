package site_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tutor/runner/lab/site"
)

// heaviest is what a player may weigh, packed: a page loads all of it before anything is played.
const heaviest = 3_000_000

func TestBuild(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	checkout := site.Checkout(t.Context(), ".")
	if _, err := os.Stat(filepath.Join(checkout, "cmd", "laboratory")); err != nil {
		t.Fatalf("the checkout is %q: %v", checkout, err)
	}
	p, err := site.Build(t.Context(), checkout)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Packed) > heaviest {
		t.Errorf("the player has %d bytes, which is more than %d", len(p.Packed), heaviest)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(p.Packed))
	if err != nil {
		t.Fatal(err)
	}
	program, err := io.ReadAll(unpacked)
	if err != nil || !bytes.HasPrefix(program, []byte("\x00asm")) {
		t.Errorf("the player is no WebAssembly: %v", err)
	}
	if !strings.Contains(string(p.Script), "globalThis.Go =") {
		t.Error("the script is not Go's")
	}
	if left := list(t, os.TempDir()); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	// A name in the program of what the standard library would have.
	if bytes.Contains(program, []byte("crypto/x509.(*Certificate).Verify")) || bytes.Contains(program, []byte("crypto/internal/fips140/nistec.")) {
		t.Error("the player has cryptography that it cannot use")
	}
}

func TestNoCheckout(t *testing.T) {
	if got := site.Checkout(t.Context(), t.TempDir()); got != "" {
		t.Errorf("an empty directory is checkout %s", got)
	}
	t.Setenv("PATH", "")
	if got := site.Checkout(t.Context(), "."); got != "" {
		t.Errorf("without a go command there is checkout %s", got)
	}
}

func TestBuildBrokenOff(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := site.Build(ctx, site.Checkout(t.Context(), ".")); err == nil {
		t.Error("it was built")
	}
	if left := list(t, os.TempDir()); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
