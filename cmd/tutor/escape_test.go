package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tutor/runner/escape"
)

// hostile has what makes terminals and shells do things, and what makes a reader see another line or order,
// wherever a scenario has a text.
const hostile = "\\e]0;pwned\\a\\e[2J\\n\\u202e/etc/passwd:1:1: forged"

// Whatever is in a scenario, the screen shows it as text, in the line where it belongs.
func TestHarmlessOnTheScreen(t *testing.T) {
	good := write(t, strings.NewReplacer("T\n", "\"T"+hostile+"\"\n", "name: a", "name: \"a"+hostile+"\"", "publisher: p", "publisher: \"p"+hostile+"\"",
		"nowhere", "\"nowhere"+hostile+"\"", "p: \"Ret", "\"p"+hostile+"\": \"Ret").Replace(passing))
	wrongKey := write(t, "\"k"+hostile+"\": 1\n"+passing)
	name := filepath.Join(t.TempDir(), "a\x1b[31m\nforged.yaml")
	if err := os.WriteFile(name, []byte("title: T\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{good}, {good, "--verbose"}, {"list", good}, {"show", good}, {"show", good, "--format", "dot"}, {"show", good, "--format", "mermaid"},
		{"by-hand", good}, {"check", wrongKey}, {"check", name}, {"list", name}, {"list", "no such\x1b[2J\nfile"},
		{"matrix", good}, {"matrix", good, "--format", "markdown"}, {good, "--format", "json"}, {good, "--format", "junit"},
		{good, "--format", "svg"}, {good, "--format", "mermaid"}, {good, "--format", "html"}, {"show", good, "--format", "svg"},
		{good, "--act", "\x1b[2J"}, {good, "--predict"},
	} {
		_, stdout, stderr := run(t, args...)
		for line := range strings.Lines(stdout + stderr) {
			line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", " ")
			if line != escape.Text(line) {
				t.Errorf("%q: %q is not harmless", args, line)
			}
			if strings.HasPrefix(line, "forged") || strings.HasPrefix(line, "/etc") {
				t.Errorf("%q: a line is forged: %q", args, line)
			}
		}
		if stdout+stderr == "" {
			t.Errorf("%q: nothing is shown", args)
		}
	}
}
