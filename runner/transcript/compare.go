package transcript

import (
	"slices"
	"strings"
)

// Any in an expected line matches any run of characters, also none.
const Any = "<any>"

// Op says to which side a line of a diff belongs.
type Op byte

const (
	// Same lines are expected and were printed.
	Same Op = ' '
	// Missing lines are expected and were not printed.
	Missing Op = '-'
	// Extra lines were printed and are not expected.
	Extra Op = '+'
)

// DiffLine is one line of a diff of expected and printed lines.
type DiffLine struct {
	Op   Op
	Text string
}

// Compare returns the shortest diff that leads from the expected lines to the printed ones, or nil
// if they agree. Blanks at the end of lines do not count. If unordered is set, only the number of
// times that each line was printed counts, and the diff lists what is missing, then what is extra.
func Compare(want, got []string, unordered bool) []DiffLine {
	want, got = trimmed(want), trimmed(got)
	var diff []DiffLine
	if unordered {
		diff = diffSets(want, got)
	} else {
		diff = diffSequences(want, got)
	}
	if !slices.ContainsFunc(diff, func(d DiffLine) bool { return d.Op != Same }) {
		return nil
	}
	return diff
}

// Matches reports whether a line is what was expected, which may contain [Any].
func Matches(want, got string) bool {
	head, rest, wild := strings.Cut(want, Any)
	if !wild {
		return want == got
	}
	if !strings.HasPrefix(got, head) {
		return false
	}
	got = got[len(head):]
	pieces := strings.Split(rest, Any)
	last := pieces[len(pieces)-1]
	for _, piece := range pieces[:len(pieces)-1] {
		at := strings.Index(got, piece)
		if at < 0 {
			return false
		}
		got = got[at+len(piece):]
	}
	return strings.HasSuffix(got, last)
}

func trimmed(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimRight(l, " \t")
	}
	return out
}

// diffSequences keeps a longest common subsequence.
func diffSequences(want, got []string) []DiffLine {
	var diff []DiffLine
	for _, s := range Align(len(want), len(got), func(w, g int) bool { return Matches(want[w], got[g]) }) {
		switch {
		case s.Got == None:
			diff = append(diff, DiffLine{Missing, want[s.Want]})
		case s.Want == None:
			diff = append(diff, DiffLine{Extra, got[s.Got]})
		default:
			diff = append(diff, DiffLine{Same, got[s.Got]})
		}
	}
	return diff
}

// diffSets pairs each expected line with a printed one: exact lines first, so that a line with
// [Any] does not take what another one needs.
func diffSets(want, got []string) []DiffLine {
	left := make(map[string]int, len(got))
	for _, g := range got {
		left[g]++
	}
	var wild, missing []string
	for _, w := range want {
		switch {
		case left[w] > 0:
			left[w]--
		case strings.Contains(w, Any):
			wild = append(wild, w)
		default:
			missing = append(missing, w)
		}
	}
	rest := make([]string, 0, len(left))
	for _, g := range got {
		if left[g] > 0 {
			left[g]--
			rest = append(rest, g)
		}
	}
	var diff []DiffLine
	for _, w := range missing {
		diff = append(diff, DiffLine{Missing, w})
	}
	for _, s := range Pair(len(wild), len(rest), func(w, g int) bool { return Matches(wild[w], rest[g]) }) {
		switch {
		case s.Got == None:
			diff = append(diff, DiffLine{Missing, wild[s.Want]})
		case s.Want == None:
			diff = append(diff, DiffLine{Extra, rest[s.Got]})
		}
	}
	return diff
}
