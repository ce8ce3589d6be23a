package vhost

import (
	"testing"
	"time"
)

// The pause grows with each failure up to the maximum, and not with returns that are no failures.
func TestPause(t *testing.T) {
	for name, c := range map[string]struct {
		kind        string
		least, most int64
		failed      bool
		want        []time.Duration
	}{
		"failures":             {"all", 300, 1000, true, []time.Duration{300, 600, 900, 1000, 1000}},
		"failures only":        {"failed", 300, 1000, false, []time.Duration{0, 0}},
		"returns only":         {"returned", 300, 1000, true, []time.Duration{0, 0}},
		"no failures":          {"returned", 300, 1000, false, []time.Duration{300}},
		"a small maximum":      {"all", 300, 100, true, []time.Duration{100, 100}},
		"no maximum":           {"all", 300, none, true, []time.Duration{300, 600}},
		"no minimum":           {"all", none, 1000, true, []time.Duration{0, 0}},
		"a minimum of nothing": {"all", 0, 1000, true, []time.Duration{0, 0}},
		"a type nobody knows":  {"nonsense", 300, 1000, true, []time.Duration{0, 0}},
	} {
		s := settings{retries: retries{least: c.least, most: c.most}}
		s.readRetries(c.kind)
		for i, want := range c.want {
			failures := 0
			if c.failed {
				failures = i + 1
			}
			if got := s.retries.pause(c.failed, failures); got != want*time.Millisecond {
				t.Errorf("%s, failure %d: %v, want %v", name, i+1, got, want*time.Millisecond)
			}
		}
	}
}
