package main

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tutor/cmd/tutor/ending"
)

const passing = `title: T
acts:
  - name: a
    cast: [{publisher: p, routing_key: nowhere, message: m}]
    expect: {fates: {unroutable: [m]}} # a comment that stays
  - name: b
    cast: [{publisher: p, routing_key: nowhere, message: m, mandatory: true, confirm: true}]
    expect:
      transcript:
        p: "Returned: m (312 NO_ROUTE)"
`

func write(t testing.TB, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Exit codes and what is said where something is wrong.
func TestCommandLines(t *testing.T) {
	good := write(t, passing)
	wrong := write(t, strings.Replace(passing, "[m]", "[n]", 1))
	broken := write(t, strings.ReplaceAll(passing, "routing_key", "ruoting_key"))
	unchecked := write(t, "title: T\nacts:\n  - name: a\n    cast: [{publisher: p, routing_key: k, message: m}]\n    expect: {}\n")
	for name, c := range map[string]struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		"pass":                       {[]string{good}, 0, "2 acts: 2 passed", ""},
		"by name":                    {[]string{"hello"}, 0, "3 passed", ""},
		"several":                    {[]string{"run", good, "hello", "direct"}, 0, "3 scenarios, 6 acts: 6 passed", ""},
		"fail":                       {[]string{wrong}, 1, "- unroutable: n", ""},
		"a directory":                {[]string{filepath.Dir(good)}, 0, "2 passed", ""},
		"one act":                    {[]string{good, "--act", "b"}, 0, "✓ b", ""},
		"one act by number":          {[]string{good, "--act", "1"}, 0, "✓ a", ""},
		"acts of some only":          {[]string{"hello", "workqueue", "--act", "lazy worker under auto"}, 0, "Hello World: left out, none of its acts was played", ""},
		"no such act":                {[]string{good, "--act", "z"}, 2, "", `there are: "a", "b"`},
		"no such file":               {[]string{"hllo"}, 2, "", "did you mean hello?"},
		"an empty directory":         {[]string{t.TempDir()}, 2, "", "there is no *.yaml"},
		"mistakes":                   {[]string{broken}, 2, "", "4:27: unknown key ruoting_key (did you mean routing_key?)"},
		"all mistakes":               {[]string{broken}, 2, "", "7:27: unknown key ruoting_key"},
		"nothing to check":           {[]string{unchecked}, 2, "", "nothing to check"},
		"check":                      {[]string{"check", good, "hello"}, 0, "2 scenarios, 5 acts: no mistakes", ""},
		"check finds mistakes":       {[]string{"check", broken}, 2, "", "did you mean routing_key?"},
		"an unknown flag":            {[]string{good, "--bogus"}, 2, "", "unknown flag: --bogus"},
		"an unknown broker":          {[]string{good, "--broker", "kafka"}, 2, "", `unknown broker "kafka"`},
		"an unknown format":          {[]string{good, "--format", "xml"}, 2, "", "want one of text, json, junit"},
		"an unknown clock":           {[]string{good, "--clock", "sun"}, 2, "", "want virtual or real"},
		"a bad URL":                  {[]string{good, "--broker", "amqp://u:secret@h:port/"}, 2, "", "want a URL such as"},
		"an unreachable broker":      {[]string{good, "--broker", "amqp://u:secret@127.0.0.1:1/"}, 2, "connection refused", ""},
		"management for embedded":    {[]string{good, "--management", "http://x"}, 2, "", "--management is for brokers by URL"},
		"two formats to a pipe":      {[]string{good, "--format", "json", "--format", "junit"}, 2, "", "only one format goes to standard output; give the others a file (junit=FILE)"},
		"a format to no file":        {[]string{good, "--format", "json="}, 2, "", "want a file behind the ="},
		"two formats to a file":      {[]string{good, "--format", "json=x", "--format", "junit=x"}, 2, "", "x is wanted twice"},
		"an output that cannot be":   {[]string{good, "--output", "/nowhere/x"}, 2, "", "--output"},
		"con with a flag of pub":     {[]string{"con", "-q", "q", "--mandatory"}, 2, "", "are for publishers"},
		"con with another":           {[]string{"con", "-q", "q", "--persistent"}, 2, "", "are for publishers"},
		"pub with a flag of con":     {[]string{"pub", "--ack-auto"}, 2, "", "is for consumers"},
		"list":                       {[]string{"list"}, 0, "workqueue     Work queue · 3 lessons", ""},
		"list a file":                {[]string{"list", good}, 0, "1 a", ""},
		"schema":                     {[]string{"schema"}, 0, `"$schema"`, ""},
		"reference":                  {[]string{"schema", "--reference"}, 0, "prefetch", ""},
		"show":                       {[]string{"show", "topic"}, 0, "└─ jp.lg.# ─▶ amq.gen-… of all", ""},
		"show as DOT":                {[]string{"show", "fanout", "--format", "dot"}, 0, `"x:logs" [label="logs (fanout)" shape=diamond]`, ""},
		"show as Mermaid":            {[]string{"show", "fanout", "--format", "mermaid"}, 0, "flowchart LR", ""},
		"show as SVG":                {[]string{"show", "fanout", "--format", "svg"}, 0, `class="tutor topology" role="img"`, ""},
		"show in full":               {[]string{"show", "workqueue", "--full", "--act", "3"}, 0, "ack: auto", ""},
		"show in full as SVG":        {[]string{"show", "workqueue", "--full", "--format", "svg"}, 2, "", "--full is a scenario's own format"},
		"knobs":                      {[]string{"workqueue", "--knobs", "--act", "2"}, 0, "✓ a lazy worker (acknowledgement: auto)", ""},
		"knobs of none":              {[]string{good, "--knobs"}, 2, "", "none of the acts has a knob"},
		"knobs to be updated":        {[]string{"workqueue", "--knobs", "--update"}, 2, "", "--update has nothing to rewrite"},
		"run as Mermaid":             {[]string{good, "--format", "mermaid"}, 0, "sequenceDiagram", ""},
		"run as SVG":                 {[]string{good, "--format", "svg"}, 0, `<g class="row"`, ""},
		"run as a page":              {[]string{wrong, "--format", "html"}, 1, "✗ fail", ""},
		"matrix as a page":           {[]string{"matrix", good, "--format", "html"}, 0, "<!doctype html>", ""},
		"matrix":                     {[]string{"matrix", good, "-b", "embedded"}, 0, "2 acts on 1 target: 2 passed", ""},
		"matrix fails":               {[]string{"matrix", wrong}, 1, "✗ fail", ""},
		"matrix as Markdown":         {[]string{"matrix", good, "--format", "markdown"}, 0, "| ✓ pass |", ""},
		"help":                       {nil, 0, "tutor FILE|DIR|NAME...", ""},
		"completion":                 {[]string{"completion", "bash"}, 0, "__start_tutor", ""},
		"update of what is built in": {[]string{"hello", "--update"}, 0, "3 passed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := run(t, c.args...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit code %d, want %d\n--- stdout, want %q\n%s\n--- stderr, want %q\n%s", code, c.code, c.stdout, stdout, c.stderr, stderr)
			}
			if strings.Contains(stdout+stderr, "secret") {
				t.Error("a password is shown")
			}
		})
	}
}

func TestJSONAndJUnit(t *testing.T) {
	wrong := write(t, strings.Replace(passing, "[m]", "[n]", 1))
	code, stdout, _ := run(t, wrong, "--format", "json")
	var doc map[string]any
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil || code != 1 || doc["verdict"] != "fail" {
		t.Errorf("exit code %d, %v, verdict %v", code, err, doc["verdict"])
	}
	path := filepath.Join(t.TempDir(), "junit.xml")
	code, stdout, _ = run(t, wrong, "--format", "junit", "--output", path)
	if code != 1 || !strings.Contains(stdout, "✗ a") {
		t.Errorf("exit code %d, and on the terminal:\n%s", code, stdout)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Failures int `xml:"failures,attr"`
		Tests    int `xml:"tests,attr"`
	}
	if err := xml.Unmarshal(text, &suites); err != nil || suites.Failures != 1 || suites.Tests != 2 {
		t.Errorf("%v, %+v", err, suites)
	}
}

// Each format has a file of its own, and the text stays on the terminal.
func TestFormatsSideBySide(t *testing.T) {
	dir := t.TempDir()
	asJSON, asXML, asText := filepath.Join(dir, "a.json"), filepath.Join(dir, "a.xml"), filepath.Join(dir, "a.txt")
	code, stdout, stderr := run(t, write(t, passing), "--format", "json="+asJSON, "--format", "junit="+asXML, "--format", "text="+asText)
	if code != 0 || !strings.Contains(stdout, "2 acts: 2 passed") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	for path, want := range map[string]string{asJSON: `"verdict": "pass"`, asXML: "<testsuites ", asText: "2 acts: 2 passed"} {
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, want %q in\n%s", path, err, want, text)
		}
	}
}

// --update rewrites what is wrong, and nothing else.
func TestUpdate(t *testing.T) {
	path := write(t, strings.Replace(passing, "unroutable: [m]", "acked: [n]", 1))
	if code, _, stderr := run(t, path, "--update"); code != 1 || !strings.Contains(stderr, "rewrote the expectations of 1 act") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "unroutable") || strings.Contains(string(text), "acked") || !strings.Contains(string(text), "a comment that stays") {
		t.Errorf("%s", text)
	}
	if code, stdout, _ := run(t, path); code != 0 {
		t.Errorf("exit code %d after the update\n%s", code, stdout)
	}
}

// Where one act is to be chosen, the wish must mean one.
func TestWanted(t *testing.T) {
	if code, _, stderr := run(t, "by-hand", "workqueue", "--act", "lazy worker u"); code != 0 {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if code, _, stderr := run(t, "by-hand", "workqueue", "--act", "lazy"); code != 2 || !strings.Contains(stderr, "several acts") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if code, _, stderr := run(t, "hello", "--act", ""); code != 2 || !strings.Contains(stderr, "part of a name") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// What others write is not lost, and a link to a scenario remains one.
func TestUpdateReplacesWithCare(t *testing.T) {
	path := write(t, "old")
	if err := replace(path, []byte("another"), []byte("new")); err == nil || !strings.Contains(err.Error(), "has changed") {
		t.Errorf("error %v", err)
	}
	link := filepath.Join(t.TempDir(), "link.yaml")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := replace(link, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "new" {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone (%v)", err)
	}
}

// A mistake on the command line does not cost an earlier report.
func TestOutputIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(file, []byte("earlier"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"hello", "-o", file, "-b", "lokal"}, {"matrix", "hello", "-o", file, "-b", "embedded", "-b", "lokal"}} {
		if code, _, _ := run(t, args...); code != 2 {
			t.Errorf("%v: exit code %d", args, code)
		}
		if text, err := os.ReadFile(file); err != nil || string(text) != "earlier" {
			t.Errorf("%v: %q, %v", args, text, err)
		}
	}
}

// A new scenario is written with an empty expectation, and filled in by --update.
func TestUpdateFillsIn(t *testing.T) {
	path := write(t, `title: T
acts:
  - name: a
    cast:
      - consumer: c
        queue: {name: q, declare: true, durable: true}
      - publisher: p
        routing_key: q
        message: m
    expect: {transcript: {}, fates: {}}
`)
	if code, _, stderr := run(t, path, "--update"); code != 1 {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	text, _ := os.ReadFile(path)
	for _, want := range []string{"Received: m", "Sent: m", "acked"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if code, stdout, _ := run(t, path); code != 0 {
		t.Errorf("exit code %d after the update\n%s", code, stdout)
	}
}

// So is one of an act in which nothing is sent.
func TestUpdateFillsInATranscript(t *testing.T) {
	path := write(t, `title: T
acts:
  - name: a
    cast:
      - publisher: p
        queue: {name: amq.reserved, declare: true, durable: true}
        routing_key: amq.reserved
        message: m
    expect: {transcript: {}, fates: {}}
`)
	if code, _, stderr := run(t, path, "--update"); code != 1 {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if code, stdout, _ := run(t, path); code != 0 || !strings.Contains(stdout, "ERROR: 403") {
		t.Errorf("exit code %d after the update\n%s", code, stdout)
	}
}

// Every flag that a hand tool refuses.
func TestHandToolsRefuse(t *testing.T) {
	for want, args := range map[string][]string{
		"--create-exchange needs --exchange": {"con", "-E", "-q", "q"},
		"needs --exchange":                   {"con", "-q", "q", "--bind-queue"},
		"need --create-queue":                {"con", "-q", "q", "--durable-queue"},
		"need --create-exchange":             {"pub", "-e", "x", "--durable-exchange"},
		"a consumer needs a queue":           {"con"},
		"--prefetch -1":                      {"con", "-q", "q", "--prefetch", "-1"},
		"--bind-arguments needs":             {"con", "-q", "q", "--bind-arguments", "{x-match: any}"},
		"want arguments such as":             {"con", "-q", "q", "-e", "x", "--bind-queue", "--bind-arguments", "["},
		"--show-confirms needs --confirm":    {"pub", "--show-confirms"},
		"want each, async, or a number":      {"pub", "--confirm=never"},
		"--nb-messages -1":                   {"pub", "--nb-messages", "-1"},
		"--ack-auto is for consumers":        {"pub", "--ack-auto"},
		"none of the others can be":          {"pub", "--userpass", "a:b", "--userpass-file", "f"},
		"a login is user:password":           {"pub", "--userpass", "alice"},
		"exclusive durable-queue":            {"con", "-Q", "--exclusive", "--durable-queue"},
		"--cafile":                           {"pub", "--cafile", "/nowhere"},
		"connection refused":                 {"pub", "-k", "k", "--port-number", "1", "--server-name", "127.0.0.1"},
		"unknown command \"nonsense\"":       {"pub", "nonsense"},
	} {
		t.Run(want, func(t *testing.T) {
			code, stdout, stderr := run(t, args...)
			if code != 2 || !strings.Contains(stderr, want) {
				t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
			}
		})
	}
}

// However a run is ended, it says that the act could not be played to its end.
func TestSignals(t *testing.T) {
	sh := newShell(t)
	for _, s := range ending.Signals() {
		t.Run(s.String(), func(t *testing.T) {
			p := sh.start(t, "tutor workqueue --act 1 --clock real")
			p.prints("Work queue")
			if code := p.signal(s); code != exitError {
				t.Errorf("exit code %d", code)
			}
			for {
				line, more := p.out.next()
				if strings.Contains(line, "could not be played") {
					return
				}
				if !more {
					t.Fatalf("it only says %q", p.out.seen())
				}
			}
		})
	}
}

// A type of exchange that RabbitMQ does not have is a warning: it may come with a plugin.
func TestCheckWarnsOfStrangeExchanges(t *testing.T) {
	file := filepath.Join(t.TempDir(), "strange.yaml")
	err := os.WriteFile(file, []byte("title: t\ntopology: {exchanges: [{name: x, type: topc}]}\nacts:\n  - {name: a, cast: [{publisher: p, message: m}], expect: {fates: {unroutable: 1}}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := run(t, "check", file)
	if want := "warning: " + file + ":2:24: exchange x is of type topc, which RabbitMQ does not have (did you mean topic?)\n"; code != 0 || stderr != want || !strings.Contains(stdout, "no mistakes") {
		t.Errorf("%d\n%s\n%s, want\n%s", code, stdout, stderr, want)
	}
}
