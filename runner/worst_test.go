package runner_test

import (
	"testing"

	"tutor/runner"
)

func TestWorst(t *testing.T) {
	for _, c := range []struct {
		want runner.Verdict
		of   []runner.Verdict
	}{
		{runner.LeftOut, nil},
		{runner.LeftOut, []runner.Verdict{runner.LeftOut}},
		{runner.Pass, []runner.Verdict{runner.LeftOut, runner.Pass}},
		{runner.Fail, []runner.Verdict{runner.Pass, runner.Fail, runner.Pass}},
		{runner.Error, []runner.Verdict{runner.Fail, runner.Error, runner.LeftOut}},
		{runner.Error, []runner.Verdict{runner.Pass, ""}},
	} {
		if got := runner.Worst(c.of...); got != c.want {
			t.Errorf("%q: %s, want %s", c.of, got, c.want)
		}
	}
}

// A run of no act at all proves nothing.
func TestNoActs(t *testing.T) {
	if v := (&runner.Report{}).Verdict(); v != runner.LeftOut {
		t.Errorf("verdict %s", v)
	}
	if v := runner.WorstOf([]*runner.Report{{}, {Acts: []*runner.ActReport{{Verdict: runner.Fail}}}}); v != runner.Fail {
		t.Errorf("verdict %s", v)
	}
}
