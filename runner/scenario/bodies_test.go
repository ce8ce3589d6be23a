package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a body cannot come from is refused where that is written.
func TestBodyMistakes(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "in")
	for _, name := range []string{filepath.Join(above, "secret"), filepath.Join(dir, "own")} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"link": "../secret", "up": "..", "near": "own"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	large, err := os.Create(filepath.Join(dir, "large"))
	if err != nil {
		t.Fatal(err)
	}
	defer large.Close()
	if err := large.Truncate(MaxMessageSize + 1); err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		"{file: own}":                "",
		"{file: ../secret}":          "5:68: file: ../secret leads out of the directory of the scenario",
		"{file: " + above + "/none}": "5:68: file: " + above + "/none leads out of the directory of the scenario",
		"{file: ''}":                 "5:68: file:  is not a file",
		"{file: .}":                  "5:68: file: . is not a file",
		"{file: link}":               "5:68: file: reading link: path escapes from parent",
		"{file: near}":               "",
		"{file: up/secret}":          "5:68: file: reading up/secret: path escapes from parent",
		"{file: none}":               "5:68: file: there is no file none in the directory of the scenario",
		"{file: large}":              "5:68: file: large has more than 33554432 bytes",
		"{base64: A}":                "5:68: base64: illegal base64 data",
		"{file: own, base64: AA==}":  "5:67: a body is a text, or one of file, base64, json",
		"{}":                         "5:67: a body is a text, or one of file, base64, json",
		"{flie: own}":                "5:68: unknown key flie (did you mean file?)",
		"{json: {a: .inf}}":          "5:78: .inf is not a number",
		"[a]":                        "5:67: want a text, not a list",
	} {
		text := "title: t\nacts:\n  - name: a\n    cast:\n      - {publisher: p, routing_key: unheard-of, messages: [{body: " + body + "}]}\n    expect: {fates: {}}\n"
		path := filepath.Join(dir, "f.yaml")
		s, err := DecodeFile(path, []byte(text))
		switch {
		case want == "" && err == nil:
			if got := s.Acts[0].Cast[0].Publisher.Written[0].Body; got != "x" || len(s.Reads) != 1 || !strings.Contains(body, s.Reads[0]) {
				t.Errorf("%s: %q from %v", body, got, s.Reads)
			}
		case want == "" || err == nil || !strings.HasPrefix(err.Error(), path+":"+want):
			t.Errorf("%s: %v, want %s", body, err, want)
		}
		if _, err := Decode("-", []byte(text)); want == "" && (err == nil || !strings.Contains(err.Error(), "this scenario is not read from a directory")) {
			t.Errorf("without a directory: %v", err)
		}
	}
}

// A text that aliases make large is refused before memory is spent on it, in a body and in a knob's position.
func TestSpelledOut(t *testing.T) {
	aliases := func(name string, n int) string { return "[" + strings.Repeat("*"+name+",", n) + "]" }
	head := "title: t\nx-a: &a '" + strings.Repeat("x", 10_000) + "'\nx-b: &b " + aliases("a", 100) + "\nx-c: &c " + aliases("b", 100) + "\n"
	for name, act := range map[string]string{
		"body": "    cast: [{publisher: p, routing_key: q, messages: [{body: {json: *c}}]}]\n",
		"knob": "    cast: [{publisher: p, routing_key: q, headers: {h: 1}}]\n    knobs: {k: {key: headers.h, values: [1, *c]}}\n",
	} {
		_, err := Decode("f", []byte(head+"acts:\n  - name: a\n"+act+"    expect: {fates: {}}\n"))
		if err == nil || !strings.Contains(err.Error(), "the file describes too much") {
			t.Errorf("%s: %.200v", name, err)
		}
	}
}
