package outcome

import "slices"

// Verdict is what a run proved.
type Verdict string

const (
	// Pass: what was observed is what was expected.
	Pass Verdict = "pass"
	// Fail: what was observed differs from what was expected.
	Fail Verdict = "fail"
	// Error: the act could not be played to its end, so nothing is proved.
	Error Verdict = "error"
	// LeftOut: nothing was played, so nothing is proved. It is never counted as passed.
	LeftOut Verdict = "left out"
)

// severity orders the verdicts, the worst first. What was left out proves nothing, so that it decides only
// where there is nothing else.
var severity = [...]Verdict{Error, Fail, Pass, LeftOut}

// Worst is the verdict of several together; without any it is [LeftOut]. It is the one place where verdicts
// are weighed: whatever is not known to be better counts as an [Error].
func Worst(verdicts ...Verdict) Verdict {
	worst := len(severity) - 1
	for _, v := range verdicts {
		worst = min(worst, max(0, slices.Index(severity[:], v)))
	}
	return severity[worst]
}

// Verdict of the whole run: the worst of its acts, or [LeftOut] if none was played.
func (r *Report) Verdict() Verdict {
	verdicts := make([]Verdict, len(r.Acts))
	for i, a := range r.Acts {
		verdicts[i] = a.Verdict
	}
	return Worst(verdicts...)
}

// WorstOf is the verdict of several runs together.
func WorstOf(reports []*Report) Verdict {
	verdicts := make([]Verdict, len(reports))
	for i, r := range reports {
		verdicts[i] = r.Verdict()
	}
	return Worst(verdicts...)
}
