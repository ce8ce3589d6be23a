package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tutor/runner/transcript"
)

// What is watched is played again when it is saved, in place or by putting another file there; a mistake is shown,
// and watching goes on.
func TestWatch(t *testing.T) {
	const text = `title: T
acts:
  - name: a
    cast:
      - {publisher: p, queue: {name: q, declare: true}, routing_key: q, messages: [{body: {file: body.txt}}]}
    expect: {transcript: {p: ["Created queue: q", "Sent: %s"]}}
`
	sh := newShell(t)
	dir := t.TempDir()
	save := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	replace := func(name, text string) {
		t.Helper()
		save(name+"~", text)
		if err := os.Rename(filepath.Join(dir, name+"~"), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	save("body.txt", "one")
	path := filepath.Join(dir, "f.yaml")
	save("f.yaml", fmt.Sprintf(text, "one"))
	p := sh.start(t, "tutor "+path+" --watch --quiet")
	const again = "watching 2 files; Ctrl-C ends"
	comes(t, p, "1 act: 1 passed<any>", again)
	replace("body.txt", "two")
	comes(t, p, "1 act: 1 failed<any>", again)
	replace("f.yaml", fmt.Sprintf(text, "two"))
	comes(t, p, "1 act: 1 passed<any>", again)
	replace("f.yaml", "title: T\nacts: 1\n")
	comes(t, p, path+":2:<any>", again)
	replace("f.yaml", fmt.Sprintf(text, "two"))
	comes(t, p, "1 act: 1 passed<any>", again)
	// Saved in place, it may be read half written, and is read again.
	save("body.txt", "two")
	for line, more := p.out.next(); !strings.HasPrefix(line, "1 act: 1 passed"); line, more = p.out.next() {
		if !more {
			t.Fatalf("is not played again: %q", p.out.seen())
		}
	}
	if code := p.interrupt(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// comes reads on until each of some lines has come.
func comes(t *testing.T, p *process, want ...string) {
	t.Helper()
	for _, w := range want {
		for {
			got, ok := p.out.next()
			if !ok {
				t.Fatalf("prints no more, want %q\nbefore: %q", w, p.out.seen())
			}
			if transcript.Matches(w, got) {
				break
			}
			if strings.HasPrefix(got, "watching ") {
				t.Fatalf("is through without %q\nbefore: %q", w, p.out.seen())
			}
		}
	}
}

// What nobody can save is not watched.
func TestWatchRefuses(t *testing.T) {
	for _, args := range [][]string{{"-", "--watch"}, {"hello", "--watch"}, {".", "--watch", "--update"}} {
		if code, _, stderr := run(t, args...); code != exitError || stderr == "" {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
	}
}
