package outcome

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// Way is one way in which an act came out, of several plays of it.
type Way struct {
	// Plays is in how many plays it came out so.
	Plays int
	// Report of the first of these.
	Report *Act
	// Lines are what was observed: what each actor printed, then what became of each copy.
	Lines []string
}

// Distribution makes one report of several plays of a scenario. Each act has the report of its worst play,
// with all its outcomes, the most frequent first.
func Distribution(plays []*Report) *Report {
	all := *plays[0]
	all.Acts, all.Elapsed = nil, 0
	for _, r := range plays {
		all.Elapsed += r.Elapsed
	}
	for i := range plays[0].Acts {
		var acts []*Act
		for _, r := range plays {
			// The last play may have been broken off.
			if i < len(r.Acts) {
				acts = append(acts, r.Acts[i])
			}
		}
		all.Acts = append(all.Acts, distributed(acts))
	}
	return &all
}

func distributed(plays []*Act) *Act {
	outcomes := outcomes(plays)
	worst := outcomes[0].Report
	for _, o := range outcomes {
		if Worst(worst.Verdict, o.Report.Verdict) != worst.Verdict {
			worst = o.Report
		}
	}
	report := *worst
	report.Outcomes, report.Elapsed = outcomes, 0
	for _, a := range plays {
		report.Elapsed += a.Elapsed
	}
	return &report
}

func outcomes(plays []*Act) []Way {
	var all []Way
	index := map[string]int{}
	for _, a := range plays {
		lines := outcomeOf(a)
		key := string(a.Verdict) + "\n" + strings.Join(lines, "\n")
		i, ok := index[key]
		if !ok {
			i = len(all)
			index[key] = i
			all = append(all, Way{Report: a, Lines: lines})
		}
		all[i].Plays++
	}
	slices.SortStableFunc(all, func(a, b Way) int { return cmp.Compare(b.Plays, a.Plays) })
	return all
}

// outcomeOf is what was observed of an act, without what the broker makes up anew each time, and without
// the order of lines where none is expected.
func outcomeOf(a *Act) []string {
	var lines []string
	all := transcript.Each(a.Lines, len(a.Act.Cast))
	for i, member := range a.Act.Cast {
		printed := all[i]
		for n := range printed {
			printed[n] = member.Name() + ": " + scenario.Generic(printed[n])
		}
		if a.Expected != nil && a.Expected.Transcript[member.Name()] != nil && a.Expected.Transcript[member.Name()].Unordered {
			slices.Sort(printed)
		}
		lines = append(lines, printed...)
	}
	for _, m := range a.Mismatches {
		for _, d := range m.Diff {
			if m.Step && d.Op == transcript.Extra {
				lines = append(lines, m.Subject+": "+d.Text)
			}
		}
	}
	if a.Err != nil {
		return append(lines, "error: "+a.Err.Error())
	}
	var fates []string
	for c := range a.Books.Copies {
		fates = append(fates, fmt.Sprintf("%s: %s", cmp.Or(string(c.Fate), "unaccounted"), c.Message))
	}
	slices.Sort(fates)
	lines = append(lines, fates...)
	if a.Expected != nil {
		lines = append(lines, a.Expected.Shown(a.Books.Deliveries, a.Books.DeathsOf(a.Expected), a.Books.Queues, a.Books.Confirms)...)
	}
	return lines
}
