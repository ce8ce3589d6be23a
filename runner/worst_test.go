package runner_test

import (
	"testing"

	"tutor/runner/outcome"
)

func TestWorst(t *testing.T) {
	for _, c := range []struct {
		want outcome.Verdict
		of   []outcome.Verdict
	}{
		{outcome.LeftOut, nil},
		{outcome.LeftOut, []outcome.Verdict{outcome.LeftOut}},
		{outcome.Pass, []outcome.Verdict{outcome.LeftOut, outcome.Pass}},
		{outcome.Fail, []outcome.Verdict{outcome.Pass, outcome.Fail, outcome.Pass}},
		{outcome.Error, []outcome.Verdict{outcome.Fail, outcome.Error, outcome.LeftOut}},
		{outcome.Error, []outcome.Verdict{outcome.Pass, ""}},
	} {
		if got := outcome.Worst(c.of...); got != c.want {
			t.Errorf("%q: %s, want %s", c.of, got, c.want)
		}
	}
}

// A run of no act at all proves nothing.
func TestNoActs(t *testing.T) {
	if v := (&outcome.Report{}).Verdict(); v != outcome.LeftOut {
		t.Errorf("verdict %s", v)
	}
	if v := outcome.WorstOf([]*outcome.Report{{}, {Acts: []*outcome.Act{{Verdict: outcome.Fail}}}}); v != outcome.Fail {
		t.Errorf("verdict %s", v)
	}
}
