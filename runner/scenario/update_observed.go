package scenario

import (
	"maps"
	"math"
	"slices"
	"strings"

	"tutor/runner/fate"
	"tutor/runner/transcript"
)

// What an observation has to do with an expectation: what differs, and how it is spelled.

// fits reports whether the observation is what was expected.
func (o Observed) fits() bool {
	return len(o.differing()) == 0 && len(o.changedFates()) == 0 && o.fitsParts() && !o.isBlank()
}

// isBlank reports whether nothing is expected of an act in which actors have printed something, and no message
// was sent: that holds of any such act.
func (o Observed) isBlank() bool {
	return o.Expect.ProvesNothing(len(o.Fates)) && len(o.transcript()) > 0
}

// differing lists the actors that did not print what was expected, in the order of the cast.
func (o Observed) differing() []string {
	var names []string
	for _, a := range o.Act.Cast {
		want := o.Expect.Transcript[a.Name()]
		if want != nil && (want.Diff(o.Lines[a.Name()]) != nil || o.Unordered[a.Name()] && !want.Unordered) {
			names = append(names, a.Name())
		}
	}
	return names
}

// transcript lists the actors whose lines are expected from now on, in the order of the cast: those
// that were named, or all that were looked at. That an actor prints nothing is expected, too.
func (o Observed) transcript() []string {
	var names []string
	for _, a := range o.Act.Cast {
		name := a.Name()
		named := o.Expect.Transcript[name] != nil
		if _, seen := o.Lines[name]; named || len(o.Expect.Transcript) == 0 && seen {
			names = append(names, name)
		}
	}
	return names
}

// changedFates lists the fates that differ from what was expected, if any were expected.
func (o Observed) changedFates() []fate.Fate {
	var changed []fate.Fate
	met := o.met()
	for _, f := range fate.All() {
		if o.Expect.diff(met, []fate.Fate{f}) != nil {
			changed = append(changed, f)
		}
	}
	return changed
}

// met are the fates of the copies.
func (o Observed) met() Fates {
	met := Fates{Counts: map[fate.Fate]int{}}
	for f, copies := range o.Fates {
		for _, n := range copies {
			met.Counts[f] += n
		}
	}
	met.Copies = func(yield func(fate.Fate, string) bool) {
		for f := range o.Fates {
			for _, body := range o.bodies(f) {
				if !yield(f, body) {
					return
				}
			}
		}
	}
	return met
}

// expectedFates lists the fates that are expected from now on. A fate that no longer occurs stays
// only where just its number is given.
func (o Observed) expectedFates() []fate.Fate {
	var expected []fate.Fate
	changed := o.changedFates()
	for _, f := range fate.All() {
		want := o.Expect.Fates[f]
		kept := want != nil && (want.Copies == nil || !slices.Contains(changed, f))
		if kept || len(o.Fates[f]) > 0 && len(o.bodies(f)) > 0 {
			expected = append(expected, f)
		}
	}
	return expected
}

// bodies lists the observed copies that met a fate.
func (o Observed) bodies(f fate.Fate) []string { return repeated(o.Fates[f], math.MaxInt) }

// bodies lists the expected copies; of each body one more than there are observed ones, at the most.
func (m *Messages) bodies(observed int) []string { return repeated(m.Copies, observed+1) }

func repeated(copies map[string]int, most int) []string {
	var all []string
	for _, body := range slices.SortedFunc(maps.Keys(copies), compareNatural) {
		all = append(all, slices.Repeat([]string{body}, max(0, min(copies[body], most)))...)
	}
	return all
}

// respelledBodies lists the observed copies as they are written down.
func (o Observed) respelledBodies(f fate.Fate) []string {
	var want []string
	got := o.bodies(f)
	if m := o.Expect.Fates[f]; m != nil {
		want = m.bodies(len(got))
	}
	bodies := respellSet(want, got)
	slices.SortFunc(bodies, compareNatural)
	return bodies
}

// respelled is what an actor printed, as it is written down where t was expected; t may be nil.
func (t *Transcript) respelled(got []string) []string {
	lines := make([]string, len(got))
	for i, l := range got { // as the comparison has it
		lines[i] = strings.TrimRight(l, " \t")
	}
	switch {
	case t == nil:
		return respellSequence(nil, lines)
	case t.Unordered:
		return respellSet(t.Lines, lines)
	default:
		return respellSequence(t.Lines, lines)
	}
}

// respellSequence keeps the spelling of the expected lines that fit, in their order.
func respellSequence(want, got []string) []string {
	diff := transcript.Compare(want, got, false)
	if diff == nil {
		return want
	}
	var spare []string
	for _, d := range diff {
		if d.Op == transcript.Missing && strings.Contains(d.Text, transcript.Any) {
			spare = append(spare, d.Text)
		}
	}
	var lines []string
	next := 0
	for _, d := range diff {
		switch d.Op {
		case transcript.Same:
			lines = append(lines, want[next])
			next++
		case transcript.Missing:
			next++
		default:
			lines = append(lines, respell(spare, d.Text))
		}
	}
	return lines
}

// respellSet keeps the expected lines that fit, in the order in which they are expected, and puts
// the others behind them.
func respellSet(want, got []string) []string {
	left := slices.Clone(got)
	fit := make([]bool, len(want))
	take := func(i int, fits func(w, g string) bool) {
		at := slices.IndexFunc(left, func(g string) bool {
			return fits(strings.TrimRight(want[i], " \t"), strings.TrimRight(g, " \t"))
		})
		if fit[i] = at >= 0; fit[i] {
			left = slices.Delete(left, at, at+1)
		}
	}
	for i := range want {
		take(i, func(w, g string) bool { return w == g })
	}
	var lines []string
	for i, w := range want {
		if !fit[i] && strings.Contains(w, transcript.Any) {
			take(i, transcript.Matches)
		}
		if fit[i] {
			lines = append(lines, w)
		}
	}
	for _, g := range left {
		lines = append(lines, respell(nil, g))
	}
	return lines
}

// respell takes a spare pattern that fits a line, or writes a pattern where the line has what
// differs from run to run, or what YAML cannot hold.
func respell(spare []string, line string) string {
	at := slices.IndexFunc(spare, func(pattern string) bool { return transcript.Matches(pattern, line) })
	if at >= 0 {
		return spare[at]
	}
	return Generic(strings.ToValidUTF8(line, transcript.Any))
}

// compareNatural orders texts as people do: 2:x before 10:x.
func compareNatural(a, b string) int {
	whole, other := a, b
	for a != "" && b != "" {
		m, n := digits(a), digits(b)
		if m > 0 && n > 0 {
			x, y := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if x != y {
				return strings.Compare(x, y)
			}
			a, b = a[m:], b[n:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(whole, other)
}

// digits counts the digits in front of a text.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
