package site_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tutor/runner/lab/course"
	"tutor/runner/lab/site"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/embedded"
)

const mine = `
title: Mine
acts:
  - name: nobody is there
    about: A message for nobody is gone.
    cast: [{publisher: p, routing_key: nowhere, message: m}]
    expect: {fates: {unroutable: [m]}}
`

// siteOf is a site of one chapter, which is the reader's own or not.
func siteOf(t *testing.T, own bool) *site.Site {
	t.Helper()
	s, err := scenario.Decode("mine.yaml", []byte(mine))
	if err != nil {
		t.Fatal(err)
	}
	target := embedded.New()
	t.Cleanup(func() { target.Close() })
	chapters := []*course.Chapter{course.Of("mine", s)}
	if own {
		return &site.Site{Own: chapters, Target: target}
	}
	return &site.Site{Course: chapters, Target: target}
}

// write writes a site where it may be written.
func write(t *testing.T, s *site.Site, dir string) site.Written {
	t.Helper()
	w, err := s.Write(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// list is what is in a directory.
func list(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWithoutPlayer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	w := write(t, siteOf(t, false), dir)
	if w.Lessons != 1 || w.Bytes == 0 || len(w.Unplayed) > 0 {
		t.Errorf("wrote %+v", w)
	}
	if got, want := list(t, dir), []string{".tutor-site", "index.html", "js", "lab.css", "lesson", "noscript.css", "own.html"}; !slices.Equal(got, want) {
		t.Errorf("there are %v, want %v", got, want)
	}
	lesson := read(t, dir, "lesson", "mine", "nobody-is-there.html")
	for _, want := range []string{`"backend":""`, `"verdict":"pass"`, "script-src &#39;self&#39;; style-src"} {
		if !strings.Contains(lesson, want) {
			t.Errorf("the page of the lesson lacks %s", want)
		}
	}
}

// The player does not know chapters that are the reader's own.
func TestWithPlayer(t *testing.T) {
	for own, want := range map[bool]string{false: `"backend":"wasm"`, true: `"backend":""`} {
		dir := filepath.Join(t.TempDir(), "public")
		s := siteOf(t, own)
		s.Player = &site.Player{Packed: []byte("packed"), Script: []byte("script")}
		write(t, s, dir)
		if got := read(t, dir, "lab.wasm.gz") + read(t, dir, "wasm_exec.js"); got != "packedscript" {
			t.Errorf("the player's files are %s", got)
		}
		if !strings.Contains(read(t, dir, "lesson", "mine", "nobody-is-there.html"), want) {
			t.Errorf("own %v: the page of the lesson lacks %s", own, want)
		}
		if !strings.Contains(read(t, dir, "own.html"), `"backend":"wasm"`) {
			t.Error("nobody plays scenarios of the reader's own")
		}
	}
}

func TestReplacesWhatItHasWritten(t *testing.T) {
	beside := t.TempDir()
	dir := filepath.Join(beside, "public")
	s := siteOf(t, false)
	s.Player = &site.Player{}
	write(t, s, dir)
	write(t, siteOf(t, false), dir)
	if slices.Contains(list(t, dir), "lab.wasm.gz") {
		t.Error("a file of the old site is still there")
	}
	if got := list(t, beside); len(got) != 1 {
		t.Errorf("beside the site there are %v", got)
	}
	if err := os.Mkdir(filepath.Join(beside, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, siteOf(t, false), filepath.Join(beside, "empty"))
}

func TestLosesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		there string // a file that is there before
		site  bool   // so is a site
		want  string
	}{
		"somebody's directory": {"public/notes.txt", false, "there is something that tutor site has not written"},
		"somebody's file":      {"public", false, "it is no directory"},
		"a file in a site":     {"public/CNAME", true, "CNAME is not from tutor site"},
		"a file below":         {"public/lesson/notes.txt", true, "lesson/notes.txt is not from tutor site"},
	} {
		t.Run(name, func(t *testing.T) {
			beside := t.TempDir()
			dir, there := filepath.Join(beside, "public"), filepath.Join(beside, filepath.FromSlash(c.there))
			if c.site {
				write(t, siteOf(t, false), dir)
			} else if err := os.MkdirAll(filepath.Dir(there), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(there, []byte("mine"), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := siteOf(t, false).Write(t.Context(), dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if read(t, there) != "mine" || len(list(t, beside)) != 1 {
				t.Errorf("there are %v", list(t, beside))
			}
		})
	}
}

func TestNotWhereWeAre(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, where := range []string{".", "..", dir} {
		if _, err := siteOf(t, false).Write(t.Context(), where); err == nil || !strings.Contains(err.Error(), "the directory that you are in") {
			t.Errorf("%s: error %v", where, err)
		}
	}
}

// playing breaks off while a lesson is being played.
type playing struct {
	*embedded.Target
	stop context.CancelFunc
}

func (p playing) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	p.stop()
	return p.Target.Prepare(ctx, needs)
}

func TestBrokenOff(t *testing.T) {
	beside := t.TempDir()
	dir := filepath.Join(beside, "public")
	write(t, siteOf(t, false), dir)
	before := read(t, dir, "index.html")
	s := siteOf(t, true) // is another one
	ctx, stop := context.WithCancel(t.Context())
	s.Target = playing{s.Target.(*embedded.Target), stop}
	s.Player = &site.Player{}
	if _, err := s.Write(ctx, dir); err == nil || ctx.Err() == nil {
		t.Errorf("error %v, context %v", err, ctx.Err())
	}
	if got := list(t, beside); len(got) != 1 || read(t, dir, "index.html") != before || slices.Contains(list(t, dir), "lab.wasm.gz") {
		t.Errorf("there are %v, or the old site has changed", got)
	}
}
