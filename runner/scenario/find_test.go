package scenario_test

import (
	"strings"
	"testing"

	"tutor/runner/scenario"
)

// Acts are meant by number, by name, by a part of it, or by an expression.
func TestFind(t *testing.T) {
	s := &scenario.Scenario{Acts: []*scenario.Act{{Name: "lazy"}, {Name: "lazy, 1 message"}, {Name: "sober"}}}
	for wish, want := range map[string]string{
		"1": "lazy", "LAZY": "lazy", "la": "lazy; lazy, 1 message", "ob": "sober", "4": "", "drunk": "", "message": "lazy, 1 message",
		"^S": "sober", "y$|r$": "lazy; sober",
	} {
		var names []string
		acts, err := s.Find(wish)
		if err != nil {
			t.Errorf("%s: %v", wish, err)
		}
		for _, a := range acts {
			names = append(names, a.Name)
		}
		if got := strings.Join(names, "; "); got != want {
			t.Errorf("%s: %s, want %s", wish, got, want)
		}
	}
	if acts, err := s.Find("["); err == nil {
		t.Errorf("[ finds %v", acts)
	}
}
