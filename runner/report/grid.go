package report

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/outcome"
	"tutor/runner/report/compare"
	"tutor/runner/scenario"
)

// grid is the acts of some scenarios, each as it was played on several targets.
type grid struct {
	targets []target
	acts    []played
	// left says of which scenarios no act was played, and where.
	left []string
}

// target is a column of a grid.
type target struct {
	name string
	// broker is the product and version that answered there; empty if none did.
	broker string
}

// played is a row of a grid: an act on all targets.
type played struct {
	scenario *scenario.Scenario
	act      *scenario.Act
	// reports by target; nil where the act was not played.
	reports []*outcome.Act
	// failures of the act, by what went wrong.
	failures []failure
	// differences of the other targets from the first.
	differences []difference
}

// failure is how an act failed on some targets.
type failure struct {
	// targets are those on which it failed like this, by their place in the grid.
	targets []int
	// report of the first of them.
	report *outcome.Act
}

// difference is how what happened on some targets differs from what happened on the first.
type difference struct {
	// targets are those on which the same happened, by their place in the grid.
	targets []int
	parts   []compare.Part
}

// newGrid arranges reports of several targets over the same scenarios.
func newGrid(reports []*outcome.Report) *grid {
	g := &grid{}
	type key struct{ file, title, act string }
	places := map[key]int{}
	for _, r := range reports {
		column := g.column(r)
		if r.Verdict() == outcome.LeftOut {
			g.left = append(g.left, fmt.Sprintf("%s on %s: %s", r.Scenario.Title, r.Target, nothingPlayed))
		}
		for _, a := range r.Acts {
			k := key{r.Scenario.Pos.File, r.Scenario.Title, a.Act.Name}
			if _, known := places[k]; !known {
				places[k] = len(g.acts)
				g.acts = append(g.acts, played{scenario: r.Scenario, act: a.Act})
			}
			row := &g.acts[places[k]]
			for len(row.reports) <= column {
				row.reports = append(row.reports, nil)
			}
			row.reports[column] = a
			if g.targets[column].broker == "" {
				g.targets[column].broker = strings.TrimSpace(a.Product + " " + a.Version)
			}
		}
	}
	for i := range g.acts {
		row := &g.acts[i]
		for len(row.reports) < len(g.targets) {
			row.reports = append(row.reports, nil)
		}
		row.failures = failures(row.reports)
		row.differences = differ(row.reports)
	}
	return g
}

// column finds the target of a report, or adds it.
func (g *grid) column(r *outcome.Report) int {
	at := slices.IndexFunc(g.targets, func(t target) bool { return t.name == r.Target })
	if at < 0 {
		at = len(g.targets)
		g.targets = append(g.targets, target{name: r.Target})
	}
	return at
}

// failures lists how an act failed. Targets on which it failed in the same way share an entry.
func failures(reports []*outcome.Act) []failure {
	var all []failure
	keys := map[string]int{}
	for i, a := range reports {
		if a == nil || a.Verdict == outcome.Pass {
			continue
		}
		k := fmt.Sprint(a.Verdict, a.Err, a.Mismatches)
		if _, known := keys[k]; !known {
			keys[k] = len(all)
			all = append(all, failure{report: a})
		}
		f := &all[keys[k]]
		f.targets = append(f.targets, i)
	}
	return all
}

// differ lists how the others differ from the first. Those that differ from it in the same way
// share an entry.
func differ(reports []*outcome.Act) []difference {
	var all []difference
	keys := map[string]int{}
	if len(reports) == 0 || reports[0] == nil {
		return nil
	}
	first := compare.Of(reports[0])
	for i, other := range reports[1:] {
		if other == nil {
			continue
		}
		parts := compare.Parts(reports[0].Act, first, compare.Of(other))
		if len(parts) == 0 {
			continue
		}
		k := fmt.Sprint(parts)
		if _, known := keys[k]; !known {
			keys[k] = len(all)
			all = append(all, difference{parts: parts})
		}
		d := &all[keys[k]]
		d.targets = append(d.targets, i+1)
	}
	return all
}
