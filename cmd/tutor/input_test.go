package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// Files that have gone wrong elsewhere end with what is wrong with them, at its place, and with little memory.
func TestHostileInput(t *testing.T) {
	for name, want := range map[string]string{
		"alias-unknown.yaml":  ":6:16: not YAML: there is no anchor &nope before the alias *nope",
		"directive.yaml":      ":1:1: not YAML: found incompatible YAML document",
		"dup-merge.yaml":      ":11:9: << is given twice",
		"err-ansi.yaml":       `:2:1: unknown key k\x1b[31mRED\x1b[0m\x1b]0;pwned\a\x1b[2J`,
		"err-nl-key.yaml":     `:2:1: unknown key k\n/etc/passwd:1:1: forged`,
		"fate-count-oom.yaml": ":11:23: 2147483647 messages are more than an act can have",
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			code, _, stderr := run(t, filepath.Join("testdata", "input", name))
			runtime.ReadMemStats(&after)
			if code != exitError || !strings.Contains(stderr, name+want) {
				t.Errorf("exit code %d: %s", code, stderr)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 50<<20 {
				t.Errorf("it took %d MB", used>>20)
			}
		})
	}
}

// An act at the real clock ends when its time is up, and tells what goes round.
func TestRealLoop(t *testing.T) {
	code, stdout, _ := run(t, filepath.Join("testdata", "input", "real-loop.yaml"))
	text := strings.Join(strings.Fields(stdout), " ")
	if code != exitError || !strings.Contains(text, "the act has not come to its end within 2s: m goes round through q → q (dead-lettered") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}

// What aliases and merge keys stand for counts as if it were written out.
func TestBombs(t *testing.T) {
	var aliases strings.Builder
	aliases.WriteString("title: T\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n")
	for i := 1; i < 9; i++ {
		n, before := string(rune('0'+i)), string(rune('0'+i-1))
		aliases.WriteString("x" + n + ": &x" + n + " [" + strings.Repeat("*x"+before+", ", 9) + "*x" + before + "]\n")
	}
	aliases.WriteString("acts: *x8\n")
	var merges strings.Builder
	merges.WriteString("title: T\nx-0: &x0 {a0: 1, b0: 1}\n")
	for i := 1; i < 40; i++ {
		n, before := strconv.Itoa(i), strconv.Itoa(i-1)
		merges.WriteString("x-" + n + ": &x" + n + " {<<: [*x" + before + ", *x" + before + "], a" + n + ": 1}\n")
	}
	merges.WriteString("acts: [*x39]\n")
	for name, text := range map[string]string{"aliases": aliases.String(), "merge keys": merges.String()} {
		t.Run(name, func(t *testing.T) {
			if code, _, stderr := run(t, "check", write(t, text)); code != exitError {
				t.Errorf("exit code %d: %s", code, stderr)
			}
		})
	}
}

// Very long names are compared with nothing, and cost no more than they are long.
func TestLongNames(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for name, text := range map[string]string{
		"a key":    "title: T\n" + long + ": 1\nacts: []\n",
		"an actor": "title: T\nacts:\n  - name: a\n    cast: [{publisher: p, message: m}]\n    expect: {transcript: {" + long + ": x}}\n",
	} {
		if code, _, stderr := run(t, "check", write(t, text)); code != exitError || len(stderr) > 2*len(long)+1000 {
			t.Errorf("%s: exit code %d, %d bytes", name, code, len(stderr))
		}
	}
}

// A file that is larger than it may be, and what is no file, is refused; "-" is standard input.
func TestWhatIsRead(t *testing.T) {
	path := write(t, timesScenario)
	if code, _, stderr := run(t, "check", path, "--max-file-size", "100"); code != exitError || !strings.Contains(stderr, "--max-file-size") {
		t.Errorf("too large: exit code %d: %s", code, stderr)
	}
	if code, _, stderr := run(t, "check", os.DevNull); code != exitError || !strings.Contains(stderr, "is a device, not a file") {
		t.Errorf("a device: exit code %d: %s", code, stderr)
	}
	dir := t.TempDir()
	below := filepath.Join(dir, "[a]*", "b")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(below, "s.yaml"), []byte(timesScenario), 0o644); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]int{below: exitPass, dir + "/...": exitPass, dir: exitError} {
		if code, _, stderr := run(t, "check", arg); code != want {
			t.Errorf("%s: exit code %d: %s", arg, code, stderr)
		}
	}
}
