package serverlog

import (
	"fmt"
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	var e Excerpt
	if e.Why() != "" || e.Last() != "" {
		t.Error("an empty log says something")
	}
	for n := range 50 {
		e.Add(fmt.Sprintf("[info] %d\n\n", n))
	}
	if got := strings.Split(e.Why(), "\n"); len(got) != kept || got[kept-1] != "[info] 49" || got[0] != "[info] 38" {
		t.Errorf("without an error: %q", got)
	}
	e.Add("[error] no such setting")
	e.Add("")
	for range 50 {
		e.Add("a trace")
	}
	if got := strings.Split(e.Why(), "\n"); len(got) != kept || got[0] != "[error] no such setting" || got[1] != "a trace" {
		t.Errorf("with an error: %q", got)
	}
	if strings.Contains(e.Last(), "[error]") {
		t.Errorf("the end is %q", e.Last())
	}
}

func TestReady(t *testing.T) {
	for line, want := range map[string]bool{
		" completed with 3 plugins.": true,
		"2026-01-01 00:00:00 [info] <0.603.0> Server startup complete; 3 plugins started.": true,
		"2026-01-01 00:00:00 [info] <0.603.0> started TCP listener on 127.0.0.1:5672":      false,
	} {
		if Ready(line) != want {
			t.Errorf("%q: %v", line, !want)
		}
	}
}
