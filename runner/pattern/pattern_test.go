package pattern_test

import (
	"testing"

	"tutor/runner/pattern"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		expression, name string
		want             bool
	}{
		{"", "task_queue", true},
		{"^task", "task_queue", true},
		{"^queue", "task_queue", false},
		{"^(?!audit)", "task_queue", true},
		{"^(?!audit)", "audit-1", false},
	} {
		matches, err := pattern.Compile(c.expression)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		if got, err := matches(c.name); got != c.want || err != nil {
			t.Errorf("%s matches %s: %v, %v; want %v", c.expression, c.name, got, err, c.want)
		}
	}
}

func TestUnreadable(t *testing.T) {
	if _, err := pattern.Compile("("); err == nil {
		t.Error("an expression that nobody can read was read")
	}
}
