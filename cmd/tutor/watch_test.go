package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
	eventually(t, p, "1 act: 1 passed")
	eventually(t, p, again) // it has come out
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

// put has a file be there as a whole, in a directory that may be new.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path+"~", []byte(text), 0o644); err != nil {
		t.Error(err)
	}
	if err := os.Rename(path+"~", path); err != nil {
		t.Error(err)
	}
}

// Scenarios that come into a directory are played with the others: at once, in directories below it, also new ones.
func TestWatchDirectories(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "f.yaml"), passing)
	put(t, filepath.Join(dir, "there", "f.yaml"), passing)
	p := newShell(t).start(t, "tutor "+dir+"/... --watch --quiet")
	comes(t, p, "2 scenarios, 4 acts: 4 passed<any>", "watching 2 files; Ctrl-C ends")
	for i, name := range []string{"there/g.yml", "new/below/f.yaml", "new/below/g.yaml", "new/f.yaml"} {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), passing)
		// A directory and the file in it may be noticed one after the other: what is there is then played twice.
		eventually(t, p, fmt.Sprintf("%d scenarios, %d acts: %[2]d passed", i+3, 2*(i+3)))
		eventually(t, p, fmt.Sprintf("watching %d files", i+3))
	}
	if code := p.interrupt(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// eventually reads on until a line begins so.
func eventually(t *testing.T, p *process, want string) {
	t.Helper()
	for {
		line, more := p.out.next()
		if strings.HasPrefix(line, want) {
			return
		}
		if !more {
			t.Fatalf("prints no more, want %q\nbefore: %q", want, p.out.seen())
		}
	}
}

// hooked is an output that does something once, when a text passes through it.
type hooked struct {
	io.Writer
	text string
	do   func()
	once sync.Once
}

func (h *hooked) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(h.text)) {
		h.once.Do(h.do)
	}
	return h.Writer.Write(b)
}

// printedScreen is a screen whose clearing is a line.
type printedScreen struct{ out io.Writer }

func (s printedScreen) clear() error {
	_, err := fmt.Fprintln(s.out, "cleared")
	return err
}

// watchHere watches in this process, until the test ends.
func watchHere(t *testing.T, out func(io.Writer) io.Writer, args ...string) *process {
	t.Helper()
	reading, writing := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	p := &process{t: t, out: newLines(reading)}
	go func() {
		defer close(ended)
		to := out(writing)
		execute(ctx, args, terminal{in: strings.NewReader(""), out: to, err: io.Discard, screen: printedScreen{to}})
		writing.Close()
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return p
}

// What is saved while it is played is played again, be it new or not.
func TestWatchWhilePlaying(t *testing.T) {
	for name, want := range map[string][]string{
		"f.yaml":       {"2 acts: 1 passed, 1 failed", "2 acts: 2 passed", "watching 1 file"},
		"new/g.yaml":   {"2 acts: 1 passed, 1 failed", "2 scenarios, 4 acts: 3 passed, 1 failed", "watching 2 files"},
		"new/a/g.yaml": {"2 acts: 1 passed, 1 failed", "2 scenarios, 4 acts: 3 passed, 1 failed", "watching 2 files"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "f.yaml"), strings.Replace(passing, "unroutable: [m]", "acked: [n]", 1))
			p := watchHere(t, func(out io.Writer) io.Writer {
				// The title comes when the file has been read, before its acts.
				return &hooked{Writer: out, text: "T\n", do: func() { put(t, filepath.Join(dir, filepath.FromSlash(name)), passing) }}
			}, dir+"/...", "--watch", "--no-color")
			for _, w := range want {
				eventually(t, p, w)
			}
		})
	}
}

// The screen is cleared before each play, so that the last one stays in view; what is no terminal is not.
func TestWatchClearsTheScreen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.yaml")
	put(t, path, passing)
	p := watchHere(t, func(out io.Writer) io.Writer { return out }, path, "--watch", "--quiet")
	again := []string{"cleared", "2 acts: 2 passed<any>", "", "watching 1 file; Ctrl-C ends"}
	p.prints(again...)
	put(t, path, passing)
	p.prints(again...)
	var out bytes.Buffer
	if err := (ansiScreen{&out}).clear(); err != nil || out.String() != "\x1b[H\x1b[2J\x1b[3J" {
		t.Errorf("%q, %v", out.String(), err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if s := screenOf(file); s != nil {
		t.Errorf("a file is cleared as %T", s)
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
