package scenario

import (
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tutor/runner/fate"
	"tutor/runner/transcript"
)

// The one comparison of what was expected with what was seen: the judge shows what differs, and what rewrites
// expectations asks which of them does.

// Fates are what became of the copies of an act's messages.
type Fates struct {
	// Counts is the number of copies that met each fate.
	Counts map[fate.Fate]int
	// Copies are the fate and the body of each copy.
	Copies iter.Seq2[fate.Fate, string]
}

// Diff leads from the lines that are expected of an actor to those that it has printed; nil if they are alike.
func (t *Transcript) Diff(printed []string) []transcript.DiffLine {
	return transcript.Compare(t.Lines, printed, t.Unordered)
}

// Diff leads from the fates that are expected to those that were met; nil if they are alike, or none are
// expected.
func (e *Expectation) Diff(met Fates) []transcript.DiffLine { return e.diff(met, fate.All()) }

// diff is [Expectation.Diff] of some fates.
func (e *Expectation) diff(met Fates, of []fate.Fate) []transcript.DiffLine {
	if e.Fates == nil {
		return nil
	}
	var got []string
	if listed := e.listed(met, of); len(listed) > 0 {
		for f, body := range met.Copies {
			if slices.Contains(listed, f) {
				got = append(got, meets(f, body))
			}
		}
	}
	seen := tally(got)
	var want []string
	for _, f := range of {
		switch m := e.Fates[f]; {
		case m == nil:
		case m.Copies == nil:
			want = append(want, total(f, m.Total))
			got = append(got, total(f, met.Counts[f]))
		default:
			for _, body := range slices.Sorted(maps.Keys(m.Copies)) {
				want = append(want, wanted(meets(f, body), m.Copies[body], seen)...)
			}
		}
	}
	return transcript.Compare(want, got, true)
}

// listed are those of some fates that any copies have met and that are not just counted. There may be a million copies.
func (e *Expectation) listed(met Fates, of []fate.Fate) (listed []fate.Fate) {
	for _, f := range of {
		if m := e.Fates[f]; met.Counts[f] > 0 && (m == nil || m.Copies != nil) {
			listed = append(listed, f)
		}
	}
	return listed
}

// ProvesNothing reports whether an expectation holds whatever the actors do: that there are no fates, deliveries
// or deaths is true of an act in which nothing was sent.
func (e *Expectation) ProvesNothing(sent int) bool {
	return sent == 0 && len(e.Transcript) == 0 && len(e.Fates) == 0 && len(e.Queues) == 0
}

// wanted is a line for each copy that must be there. Of those that are not, it has a few, and one that says
// how many there are more.
func wanted(line string, copies int, seen map[string]int) []string {
	const few = 20
	there := seen[line]
	if strings.Contains(line, transcript.Any) {
		there = seen[ofAll]
	}
	if copies <= there+few {
		return slices.Repeat([]string{line}, copies)
	}
	return append(slices.Repeat([]string{line}, there+few-1), fmt.Sprintf("%s (%d times more)", line, copies-there-few+1))
}

// ofAll is the key of the number of all lines.
const ofAll = ""

// tally counts how often there is each line, and how many lines there are.
func tally(lines []string) map[string]int {
	n := map[string]int{ofAll: len(lines)}
	for _, l := range lines {
		n[l]++
	}
	return n
}

func meets(f fate.Fate, body string) string { return fmt.Sprintf("%s: %s", f, body) }

func total(f fate.Fate, n int) string { return fmt.Sprintf("%s: %d", f, n) }

// Generic writes a line without the names that the broker makes up anew each time.
func Generic(line string) string { return madeUp.ReplaceAllString(line, "amq.${1}${2}"+transcript.Any) }

// Numbered writes a text with numbers in those names, in the order in which they first appear, so that it is the same
// each time and says still which name is which.
func Numbered(text string) string {
	numbers := map[string]int{}
	return madeUp.ReplaceAllStringFunc(text, func(name string) string {
		if numbers[name] == 0 {
			numbers[name] = len(numbers) + 1
		}
		return madeUp.ReplaceAllString(name, "amq.${1}${2}") + strconv.Itoa(numbers[name])
	})
}

// madeUp matches the names that a broker gives queues and consumers, and those who ask by direct reply-to.
var madeUp = regexp.MustCompile(`\bamq\.(?:(gen-|ctag-)[A-Za-z0-9_-]+|(rabbitmq\.reply-to\.)[A-Za-z0-9_.+/=-]+)`)
