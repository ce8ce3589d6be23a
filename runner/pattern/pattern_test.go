package pattern_test

import (
	"testing"

	"github.com/dlclark/regexp2"

	"tutor/runner/pattern"
)

var names = []string{"", "a", "ab", "b", "audit", "audit-1", "my audit", "tutor.audit", "tutorial", "task_queue", "A", ")", "(b)", "a\nb"}

// What is read in whichever way means what it means to an engine that has look-ahead.
func TestMatches(t *testing.T) {
	for _, expression := range []string{
		"", "^a", "b$", "^(a|b)$", "(?i)AUDIT",
		"^(?!audit)", `^(?!tutor\.)`, "^(?!)", "^(?!a|b)", "^(?!(a|b)b)", "^(?!(?i)A)", "^(?!a$)", "^(?![)])",
		"^(?!a)|b", "^(?!a)|(b)", "^(?!a)(b)", "^(?!a)b", `(?!a)`, `^(?!a\)` + `)`, "^(?=a)", "^(?!(?!a))",
	} {
		matches, err := pattern.Compile(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		oracle := regexp2.MustCompile(expression, regexp2.None)
		for _, name := range names {
			want, err := oracle.MatchString(name)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := matches(name); got != want || err != nil {
				t.Errorf("%s matches %q: %v, %v; want %v", expression, name, got, err, want)
			}
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, expression := range []string{"(", "^(?!a", `^(?!a\)`, "^(?!(a)"} {
		if _, err := pattern.Compile(expression); err == nil {
			t.Errorf("%s, which nobody can read, was read", expression)
		}
	}
}
