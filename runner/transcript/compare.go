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

// diffSequences keeps a longest common subsequence. Common heads and tails are cut off first, so
// that the table it needs is small for transcripts that differ little.
func diffSequences(want, got []string) []DiffLine {
	var head, tail []DiffLine
	for len(want) > 0 && len(got) > 0 && Matches(want[0], got[0]) {
		head = append(head, DiffLine{Same, got[0]})
		want, got = want[1:], got[1:]
	}
	for len(want) > 0 && len(got) > 0 && Matches(want[len(want)-1], got[len(got)-1]) {
		tail = append(tail, DiffLine{Same, got[len(got)-1]})
		want, got = want[:len(want)-1], got[:len(got)-1]
	}
	slices.Reverse(tail)
	return slices.Concat(head, diffMiddle(want, got), tail)
}

// diffMiddle walks the table of longest common subsequences of all suffixes. Transcripts too long
// for a table are shown as a replacement.
func diffMiddle(want, got []string) []DiffLine {
	var diff []DiffLine
	const largestTable = 4 << 20
	i, j := 0, 0
	if (len(want)+1)*(len(got)+1) <= largestTable {
		common := commonSuffixes(want, got)
		for i < len(want) && j < len(got) {
			switch {
			case Matches(want[i], got[j]):
				diff = append(diff, DiffLine{Same, got[j]})
				i, j = i+1, j+1
			case common[i+1][j] >= common[i][j+1]:
				diff = append(diff, DiffLine{Missing, want[i]})
				i++
			default:
				diff = append(diff, DiffLine{Extra, got[j]})
				j++
			}
		}
	}
	for ; i < len(want); i++ {
		diff = append(diff, DiffLine{Missing, want[i]})
	}
	for ; j < len(got); j++ {
		diff = append(diff, DiffLine{Extra, got[j]})
	}
	return diff
}

// commonSuffixes[i][j] is the length of the longest common subsequence of want[i:] and got[j:].
func commonSuffixes(want, got []string) [][]int32 {
	common := make([][]int32, len(want)+1)
	for i := range common {
		common[i] = make([]int32, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if Matches(want[i], got[j]) {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
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
	pairs := pair(wild, rest)
	for i, w := range wild {
		if !pairs.placed[i] {
			diff = append(diff, DiffLine{Missing, w})
		}
	}
	for j, g := range rest {
		if pairs.taker[j] == nobody {
			diff = append(diff, DiffLine{Extra, g})
		}
	}
	return diff
}
