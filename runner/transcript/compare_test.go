package transcript

import (
	"slices"
	"strings"
	"testing"
)

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		want, got string
		matches   bool
	}{
		{"a", "a", true},
		{"a", "ab", false},
		{"a", "", false},
		{"", "", true},
		{"<any>", "", true},
		{"<any>", "anything", true},
		{"amq.gen-<any>", "amq.gen-x1", true},
		{"amq.gen-<any>", "amq.gen", false},
		{"[<any>] to [<any>] key", "[q] to [e] key", true},
		{"[<any>] to [<any>] key", "[q] to [e] keys", false},
		{"a<any>a", "a", false},
		{"a<any>a", "aa", true},
		{"a<any>b<any>b", "ab", false},
		{"a<any>b<any>b", "abb", true},
		{"a<any>b<any>c", "abbbc", true},
	} {
		if got := Matches(test.want, test.got); got != test.matches {
			t.Errorf("%q matches %q: %v", test.want, test.got, got)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name, want, got string
		unordered       bool
		diff            string
	}{
		{"same", "a b", "a b", false, ""},
		{"nothing", "", "", false, ""},
		{"pattern", "a<any> b", "axx b", false, ""},
		{"missing", "a b c", "a c", false, " a|-b| c"},
		{"extra", "a c", "a b c", false, " a|+b| c"},
		{"other", "a b c", "a x c", false, " a|-b|+x| c"},
		{"order", "a b c", "b a c", false, "-a| b|+a| c"},
		{"nothing printed", "a b", "", false, "-a|-b"},
		{"nothing expected", "", "a b", false, "+a|+b"},
		{"any order", "a b c", "c a b", true, ""},
		{"not as often", "a a b", "a b b", true, "-a|+b"},
		{"exact lines first", "<any> a", "a b", true, ""},
		{"a pattern that fits less", "<any> a<any>", "ab c", true, ""},
		{"patterns that give way", "<any> <any>b<any> <any>bc", "abc xb y", true, ""},
		{"pattern without a line", "a<any> a<any> <any>", "ab x y", true, "-a<any>|+y"},
		{"pattern left over", "x<any> a", "a b", true, "-x<any>|+b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			diff := Compare(strings.Fields(test.want), strings.Fields(test.got), test.unordered)
			var lines []string
			for _, d := range diff {
				lines = append(lines, string(d.Op)+d.Text)
			}
			if got := strings.Join(lines, "|"); got != test.diff {
				t.Errorf("diff %q, want %q", got, test.diff)
			}
		})
	}
}

func TestCompareIgnoresBlanksAtTheEnd(t *testing.T) {
	if diff := Compare([]string{"to Exchange [logs]"}, []string{"to Exchange [logs] "}, false); diff != nil {
		t.Errorf("diff %v", diff)
	}
}

func TestCompareLong(t *testing.T) {
	lines := slices.Repeat([]string{"same"}, 100_000)
	if diff := Compare(lines, lines, false); diff != nil {
		t.Error("a long transcript differs from itself")
	}
	other := slices.Clone(lines)
	other[50_000] = "other"
	diff := Compare(lines, other, false)
	changed := slices.DeleteFunc(diff, func(d DiffLine) bool { return d.Op == Same })
	if len(changed) != 2 || changed[0].Text != "same" || changed[1].Text != "other" {
		t.Errorf("changed: %v", changed)
	}
}

func TestCompareLongUnordered(t *testing.T) {
	want := slices.Repeat([]string{"amq.gen-<any>"}, 100_000)
	got := slices.Repeat([]string{"amq.gen-x"}, 100_000)
	got[50_000] = "other"
	if diff := Compare(want, got, true); len(diff) != 2 {
		t.Errorf("the diff has %d lines", len(diff))
	}
}

func TestRecorderArranges(t *testing.T) {
	var r Recorder
	add := func(actor uint16, text string) { r.Add(Line{Actor: actor, Kind: Received, Text: Plain(text)}, 0) }
	add(0, "before")
	r.Arrange(0)
	add(2, "c")
	add(0, "a1")
	add(1, "b")
	add(0, "a2")
	r.Arrange(1)
	var got []string
	for _, l := range r.Close() {
		got = append(got, l.Text.String())
	}
	if want := []string{"before", "b", "a1", "a2", "c"}; !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
}
