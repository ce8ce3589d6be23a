package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	outputBlock = regexp.MustCompile("(?s)<!-- output: ([^\n]*) -->\n```console\n(.*?)```\n")
	elapsed     = regexp.MustCompile(`\d+(\.\d+)? ms`)
)

// The output in the README is what the program prints.
func TestReadmeOutput(t *testing.T) {
	const path = "../../README.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := outputBlock.FindAllSubmatch(text, -1)
	if len(blocks) == 0 {
		t.Fatal("the README shows no output")
	}
	for _, block := range blocks {
		args := strings.Fields(string(block[1]))
		for i, arg := range args {
			args[i] = strings.Replace(arg, "scenarios/", "../../scenarios/", 1)
		}
		code, stdout, stderr := run(t, args...)
		if code != 0 {
			t.Fatalf("tutor %s: exit code %d\n%s", block[1], code, stderr)
		}
		got := "$ tutor " + string(block[1]) + "\n" + elapsed.ReplaceAllString(stdout, "2 ms")
		if *rewrite {
			whole := "<!-- output: " + string(block[1]) + " -->\n```console\n" + got + "```\n"
			text = bytes.Replace(text, block[0], []byte(whole), 1)
			continue
		}
		if diff := cmp.Diff(string(block[2]), got); diff != "" {
			t.Errorf("the README's output of tutor %s (make update rewrites it; -README +program):\n%s", block[1], diff)
		}
	}
	if *rewrite {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var diagramBlock = regexp.MustCompile("(?s)<!-- mermaid: ([^\n]*) -->\n(```mermaid\n.*?```\n)")

// The diagram in the README is the one that the program draws.
func TestReadmeDiagram(t *testing.T) {
	const path = "../../README.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block := diagramBlock.FindSubmatch(text)
	if block == nil {
		t.Fatal("the README shows no diagram")
	}
	args := strings.Fields(strings.ReplaceAll(string(block[1]), "scenarios/", "../../scenarios/"))
	code, stdout, stderr := run(t, append(args, "--format", "mermaid")...)
	if code != 0 {
		t.Fatalf("tutor %s: exit code %d\n%s", block[1], code, stderr)
	}
	_, diagram, _ := strings.Cut(stdout, "```mermaid\n")
	got := "```mermaid\n" + diagram
	if *rewrite {
		if err := os.WriteFile(path, bytes.Replace(text, block[2], []byte(got), 1), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(block[2]), got); diff != "" {
		t.Errorf("the README's diagram of tutor %s (make update rewrites it; -README +program):\n%s", block[1], diff)
	}
}
