package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tutor/runner/fate"
	"tutor/runner/transcript"
)

// fates writes observed fates as "acked: 2 a".
type fates = map[fate.Fate]map[string]int

// updateTest is the text of one act's expect block, before and after.
type updateTest struct {
	name         string
	before, want string
	lines        map[string][]string
	fates        fates
}

// inAct puts an expect block, indented by nothing, between other acts.
func inAct(expect string) string {
	var block strings.Builder
	for l := range strings.Lines(expect) {
		block.WriteString(indented("    ", strings.TrimSuffix(l, "\n")) + "\n")
	}
	other := "  - name: %s # as ever\n    cast:\n      - publisher: p\n    expect: # nothing\n      fates: {} # at all\n"
	return "# top\ntitle: t\nacts:\n" + fmt.Sprintf(other, "before") +
		"  # ours\n  - name: act\n    cast:\n      - consumer: c\n        queue: {name: q}\n      - publisher: p # behind c\n" +
		block.String() + fmt.Sprintf(other, "after") + "# end\n"
}

func decoded(t *testing.T, text string) *Scenario {
	t.Helper()
	s, err := Decode("f", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

// observe fits an observation to an act, of which the first expectation counts.
func observe(s *Scenario, name string, lines map[string][]string, f fates) Observed {
	for _, a := range s.Acts {
		if a.Name == name {
			return Observed{Act: a, Expect: a.Expect[0], Lines: lines, Fates: f}
		}
	}
	panic("no act " + name)
}

func TestUpdate(t *testing.T) {
	acked := fates{fate.Acked: {"a": 1}}
	printed := map[string][]string{"c": {"Received: a"}, "p": {"Sent: a"}}
	for _, test := range []updateTest{
		{"lines",
			"expect:\n  transcript:\n    # about c\n    c: |\n      Received: b\n      Received: c\n\n    # about p\n    p: |\n      Sent: a\n  # about fates\n  fates:\n    acked: [a]\n",
			"expect:\n  transcript:\n    # about c\n    c: |\n      Received: a\n\n    # about p\n    p: |\n      Sent: a\n  # about fates\n  fates:\n    acked: [a]\n",
			printed, acked},
		{"nothing differs", "expect: {transcript: {p: 'Sent: a', c: ['Received: <any>']}, fates: {acked: 1}}\n",
			"", printed, acked},
		{"stub", "expect: {fates: {}} # to do\n",
			"expect: # to do\n  transcript:\n    c: |\n      Received: a\n    p: |\n      Sent: a\n  fates:\n    acked: [a]\n", printed, acked},
		{"stub in lines", "expect:\n  # both\n  fates: {}\n",
			"expect:\n  transcript:\n    c: |\n      Received: a\n    p: |\n      Sent: a\n  # both\n  fates:\n    acked: [a]\n", printed, acked},
		{"who printed nothing is left out", "expect:\n  fates: {}\n",
			"expect:\n  transcript:\n    p: |\n      Sent: a\n  fates:\n    acked: [a]\n", map[string][]string{"p": {"Sent: a"}}, acked},
		{"silence is expected, too", "expect:\n  fates: {}\n",
			"expect:\n  transcript:\n    c: \"\"\n    p: |\n      Sent: a\n  fates:\n    acked: [a]\n", map[string][]string{"c": nil, "p": {"Sent: a"}}, acked},
		{"only who is named", "expect:\n  transcript: {c: x}\n", "expect:\n  transcript:\n    c: |\n      Received: a\n", printed, acked},
		{"fates only where they are expected", "expect:\n  transcript:\n    c: x # c\n", "expect:\n  transcript:\n    c: | # c\n      Received: a\n", printed, acked},
		{"prints nothing any more", "expect:\n  transcript:\n    c: |\n      x\n  fates: {acked: [a]}\n",
			"expect:\n  transcript:\n    c: \"\"\n  fates: {acked: [a]}\n", nil, acked},
		{"prints something now", "expect:\n  transcript:\n    c: \"\"\n    p: |\n      Sent: a\n",
			"expect:\n  transcript:\n    c: |\n      Received: a\n    p: |\n      Sent: a\n", printed, acked},
		{"indentation is kept", "expect:\n    transcript:\n       'c': |-   # kept\n             Received: b\n             Received: c\n",
			"expect:\n    transcript:\n       'c': |-   # kept\n             Received: a\n", printed, acked},
		{"patterns are kept", "expect:\n  transcript:\n    c: |\n      Created queue: amq.<any>\n      Received: b\n",
			"expect:\n  transcript:\n    c: |\n      Created queue: amq.<any>\n      Received: a\n",
			map[string][]string{"c": {"Created queue: amq.gen-1", "Received: a"}}, nil},
		{"patterns for what the broker made up", "expect:\n  transcript:\n    c: x\n",
			"expect:\n  transcript:\n    c: |\n      Bound Queue [amq.gen-<any>] to Exchange [e]\n      Created queue: amq.gen-<any>\n",
			map[string][]string{"c": {"Bound Queue [amq.gen-Ab_-9] to Exchange [e] ", "Created queue: amq.gen-JzTY20BRgKO-HjmUJj0wLg"}}, nil},
		{"unordered", "expect:\n  transcript:\n    c:\n      unordered: true\n      lines: |\n        b<any>\n        a\n        x\n",
			"expect:\n  transcript:\n    c:\n      unordered: true\n      lines: |\n        b<any>\n        a\n        y\n",
			map[string][]string{"c": {"y", "a", "b1"}}, nil},
		{"unordered in braces", "expect:\n  transcript:\n    c: {unordered: true, lines: [a, x]}\n",
			"expect:\n  transcript:\n    c:\n      lines: |\n        y\n        z\n      unordered: true\n", map[string][]string{"c": {"y", "z"}}, nil},
		{"list of lines", "expect:\n  transcript:\n    c:\n    - a\n    - b\n    p: |\n      Sent: a\n",
			"expect:\n  transcript:\n    c:\n      - \"Received: a\"\n    p: |\n      Sent: a\n", printed, nil},
		{"lines that are no text", "expect:\n  transcript:\n    c: |\n      x\n",
			"expect:\n  transcript:\n    c:\n      - \"Received: 1\\n2\"\n      - \"\"\n      - Received\n", map[string][]string{"c": {"Received: 1\n2", "", "Received"}}, nil},
		{"bytes that are no text", "expect:\n  transcript:\n    c: |\n      x\n",
			"expect:\n  transcript:\n    c: |\n      Received: <any>!\n", map[string][]string{"c": {"Received: \xff\xfe!"}}, nil},
		{"blank lines inside", "expect:\n  transcript:\n    c: |\n      x\n      # no comment\n    # a comment\n",
			"expect:\n  transcript:\n    c: |\n      a\n\n        b\n    # a comment\n", map[string][]string{"c": {"a", "", "  b"}}, nil},
		{"fates in lines", "expect:\n  fates:\n    # good\n    acked: [a] # one\n    # bad\n    dropped: [b]\n  transcript: {}\n",
			"expect:\n  fates:\n    # good\n    acked: [2:b, a] # one\n    queued: [c]\n  transcript: {}\n",
			nil, fates{fate.Acked: {"a": 1, "2:b": 1}, fate.Queued: {"c": 1}}},
		{"fates before and behind", "expect:\n  fates:\n    dropped: [b]\n",
			"expect:\n  fates:\n    acked: [c]\n    handled: [d]\n    dropped: [b]\n    expired: [a]\n    deleted: [a]\n",
			nil, fates{fate.Acked: {"c": 1}, fate.Handled: {"d": 1}, fate.Dropped: {"b": 1}, fate.Deleted: {"a": 1}, fate.Expired: {"a": 1}}},
		{"no fates any more", "expect:\n  fates:\n    dropped: [b]\n  # end of fates\n", "expect:\n  fates: {}\n  # end of fates\n", nil, nil},
		{"forms", "expect:\n  fates:\n    acked: 3\n    handled: {a: 1, '2:b': 2}\n    dropped:\n    - a\n    queued:\n      a: 1\n    returned: [a]\n    rejected: 2\n",
			"expect:\n  fates:\n    acked: 2\n    handled: {\"2:b\": 1, \"10:c\": 1}\n    dropped:\n      - a\n      - b\n    queued:\n      b: 2\n    returned: [a, a]\n    rejected: 0\n",
			nil, fates{fate.Acked: {"a": 2}, fate.Handled: {"2:b": 1, "10:c": 1}, fate.Dropped: {"a": 1, "b": 1}, fate.Queued: {"b": 2}, fate.Returned: {"a": 2}}},
		{"numbers where bodies come more than once", "expect: {fates: {}, transcript: {c: \"\"}}\n",
			"expect:\n  transcript:\n    c: \"\"\n  fates:\n    acked: {a: 2, b: 1}\n", nil, fates{fate.Acked: {"a": 2, "b": 1}}},
		{"quotes where YAML needs them", "expect:\n  fates: {}\n",
			"expect:\n  fates:\n    acked: [\"\", \" x\", \"#c\", \"1\", 1:Hello!, Hello World!, \"a, b\", \"true\", \"x: y\", \"yes\\nno\"]\n",
			nil, fates{fate.Acked: {"a, b": 1, "x: y": 1, "1": 1, "true": 1, "1:Hello!": 1, "Hello World!": 1, "": 1, " x": 1, "yes\nno": 1, "#c": 1}}},
		{"long lists", "expect:\n  fates: {acked: 3, handled: []}\n",
			"expect:\n  fates:\n    acked: 3\n    handled:\n      - " + strings.Repeat("x", 50) + "\n      - " + strings.Repeat("y", 50) + "\n",
			nil, fates{fate.Acked: {"a": 3}, fate.Handled: {strings.Repeat("x", 50): 1, strings.Repeat("y", 50): 1}}},
		{"the one that counted", "expect:\n  - on: embedded\n    fates: {acked: [b]}\n    transcript: {c: x}\n  # the rest\n  - fates: {}\n",
			"expect:\n  - on: embedded\n    fates:\n      acked: [a]\n    transcript:\n      c: |\n        Received: a\n  # the rest\n  - fates: {}\n", printed, acked},
		{"the one in braces", "expect:\n  - {on: \"rabbitmq >=4.0\", fates: {acked: 7}}\n  - {fates: {}}\n",
			"expect:\n  - on: rabbitmq >=4.0\n    transcript:\n      c: |\n        Received: a\n      p: |\n        Sent: a\n    fates:\n      acked: 1\n  - {fates: {}}\n", printed, acked},
		{"the one beside the dash", "expect:\n  - fates: {acked: 7}\n    on: embedded\n  - {fates: {}}\n",
			"expect:\n  - on: embedded\n    transcript:\n      c: |\n        Received: a\n      p: |\n        Sent: a\n    fates:\n      acked: 1\n  - {fates: {}}\n", printed, acked},
		{"a list in brackets", "expect: [{on: embedded, fates: {}}, {fates: {queued: [x]}}]\n",
			"expect:\n  - on: embedded\n    transcript:\n      c: |\n        Received: a\n      p: |\n        Sent: a\n    fates:\n      acked: [a]\n  - {fates: {queued: [x]}}\n", printed, acked},
		{"an anchor that nobody uses", "expect: &e\n  transcript: &t\n    c: &c |\n      x\n", "expect: &e\n  transcript: &t\n    c: &c |\n      Received: a\n", printed, nil},
		{"an alias that goes", "expect:\n  transcript:\n    c: &c |\n      Received: a\n    p: *c\n",
			"expect:\n  transcript:\n    c: &c |\n      Received: a\n    p: |\n      Sent: a\n", printed, nil},
		{"an alias that follows", "expect:\n  transcript:\n    c: &c |\n      x\n    p: *c\n",
			"expect:\n  transcript:\n    c: &c |\n      y\n    p: *c\n", map[string][]string{"c": {"y"}, "p": {"y"}}, nil},
		{"anchor and alias part", "expect:\n  transcript:\n    c: &c |\n      x\n    p: *c\n",
			"expect:\n  transcript:\n    c: &c |\n      Received: a\n    p: |\n      Sent: a\n", printed, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.want == "" {
				test.want = test.before
			}
			text, want := inAct(test.before), inAct(test.want)
			checkUpdate(t, text, want, test)
			checkUpdate(t, strings.ReplaceAll(text, "\n", "\r\n"), strings.ReplaceAll(want, "\n", "\r\n"), test)
			head, tail, _ := strings.Cut(text, "  - name: after")
			wantHead, _, _ := strings.Cut(want, "  - name: after")
			if tail != "" { // as the last act of a file that does not end its last line
				checkUpdate(t, strings.TrimSuffix(head, "\n"), strings.TrimSuffix(wantHead, "\n"), test)
			}
		})
	}
}

func checkUpdate(t *testing.T, text, want string, test updateTest) {
	t.Helper()
	got, err := Update([]byte(text), observe(decoded(t, text), "act", test.lines, test.fates))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.SplitAfter(want, "\n"), strings.SplitAfter(string(got), "\n")); diff != "" {
		t.Fatalf("wanted -, got +:\n%s", diff)
	}
	again, err := Update(got, observe(decoded(t, string(got)), "act", test.lines, test.fates))
	if err != nil || string(again) != string(got) {
		t.Fatalf("a second update: %v\n%s", err, again)
	}
}

func TestUpdateRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"alias", "title: t\nx-e: &e\n  fates: {acked: 1}\nacts:\n  - name: act\n    cast: [{publisher: p}]\n    expect: *e\n",
			"f:7:13: act act: what is expected comes from an alias: update it by hand"},
		{"merge key", "title: t\nx-a: &a\n  expect: {fates: {acked: 1}}\nacts:\n  - name: act\n    cast: [{publisher: p}]\n    <<: *a\n",
			"f:5:5: act act: what is expected comes from a merge key: update it by hand"},
		{"merge key inside", "title: t\nx-e: &e {fates: {acked: 1}}\nacts:\n  - name: act\n    cast: [{publisher: p}]\n    expect:\n      <<: *e\n",
			"f:7:7: act act: what is expected comes from a merge key: update it by hand"},
		{"merge key in fates", "title: t\nx-f: &f {acked: 1}\nacts:\n  - name: act\n    cast: [{publisher: p}]\n    expect:\n      transcript: {p: b}\n      fates:\n        <<: *f\n        queued: 1\n",
			"f:9:9: act act: the fates come from a merge key: update them by hand"},
		{"merge key in the transcript", "title: t\nx-t: &t {p: a}\nacts:\n  - name: act\n    cast: [{publisher: p}]\n    expect:\n      transcript:\n        <<: *t\n",
			"f:8:9: act act: the lines of p come from a merge key: update them by hand"},
		{"alias of an item", "title: t\nx-e: &e\n  fates: {acked: 1}\nacts:\n  - name: act\n    cast: [{publisher: p}]\n    expect:\n      - *e\n",
			"f:8:9: act act: what is expected comes from an alias: update it by hand"},
		{"alias of the act", "title: t\nx-a: &a\n  name: act\n  cast: [{publisher: p}]\n  expect: {fates: {acked: 1}}\nacts:\n  - *a\n",
			"f:7:5: act act comes from an alias: update it by hand"},
		{"others refer to it", "title: t\nacts:\n  - name: act\n    cast: [{publisher: p}]\n    expect: &e {fates: {acked: 1}}\n  - name: other\n    cast: [{publisher: p}]\n    expect: *e\n",
			"f:8:13: *e refers to what is expected of an act that would be updated: update it by hand"},
		{"others inherit it", "title: t\nacts:\n  - &a\n    name: act\n    cast: [{publisher: p}]\n    expect:\n      fates:\n        acked: 1\n  - <<: *a\n    name: other\n",
			"f:9:9: *a refers to what is expected of an act that would be updated: update it by hand"},
		{"others refer to lines", "title: t\nacts:\n  - name: act\n    cast: [{publisher: p}]\n    expect:\n      transcript:\n        p: &l |\n          x\n  - name: other\n    cast: [{publisher: p}]\n    expect:\n      transcript:\n        p: *l\n",
			"f:13:12: *l refers to what is expected of an act that would be updated: update it by hand"},
		{"act in braces", "title: t\nacts:\n  - {name: act, cast: [{publisher: p}], expect: {fates: {acked: 1}}}\n",
			"f:3:5: act act is written in braces: write it in lines to have it updated"},
		{"acts in brackets", "title: t\nacts: [{name: act, cast: [{publisher: p}], expect: {fates: {acked: 1}}}]\n",
			"f:1:1: the acts are not a list in lines of their own: update them by hand"},
		{"all in braces", "{title: t, acts: [{name: act, cast: [{publisher: p}], expect: {fates: {acked: 1}}}]}\n",
			"f:1:1: a scenario in braces cannot be updated: write it in lines"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := observe(decoded(t, test.text), "act", map[string][]string{"p": {"Sent: b"}}, fates{fate.Queued: {"b": 2}})
			got, err := Update([]byte(test.text), o)
			if err == nil || err.Error() != test.want || got != nil {
				t.Errorf("error %v, want %s\n%s", err, test.want, got)
			}
		})
	}
}

func TestUpdateNoticesAnotherText(t *testing.T) {
	text := inAct("expect: {fates: {acked: 1}}\n")
	o := observe(decoded(t, text), "act", nil, nil)
	if _, err := Update([]byte("# new\n"+text), o); err == nil || !strings.Contains(err.Error(), "the file has changed") {
		t.Errorf("error %v", err)
	}
}

// asExpected are the deliveries that an expectation has, as far as messages and the redelivered flag go.
func asExpected(e *Expectation) map[string][]Delivered {
	came := map[string][]Delivered{}
	for name, want := range e.Deliveries {
		for _, d := range want.Lines {
			came[name] = append(came[name], Delivered{Message: d.Message.want.(string), Redelivered: d.Redelivered != nil && *d.Redelivered})
		}
	}
	return came
}

// The tutorials, observed as expected, stay as they are; observed otherwise, they come back.
func TestUpdateTutorials(t *testing.T) {
	files, err := filepath.Glob("../../scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := decoded(t, string(text))
		var same, other []Observed
		for _, a := range s.Acts {
			// What must be observed does not follow from what is expected of parts of it.
			if e := a.Expect[0]; !reflect.DeepEqual(*e, Expectation{Pos: e.Pos, On: e.On, Transcript: e.Transcript, Fates: e.Fates, FatesPos: e.FatesPos}) {
				continue
			}
			o := Observed{Act: a, Expect: a.Expect[0], Lines: map[string][]string{}, Fates: fates{}}
			for name, want := range a.Expect[0].Transcript {
				o.Lines[name] = want.Lines
			}
			for f, m := range a.Expect[0].Fates {
				o.Fates[f] = m.Copies
			}
			o.Deliveries = asExpected(a.Expect[0])
			same = append(same, o)
			other = append(other, Observed{Act: a, Expect: a.Expect[0], Lines: map[string][]string{}, Fates: fates{fate.Refused: {"x": 1}}})
		}
		got, err := Update(text, same...)
		if err != nil || string(got) != string(text) {
			t.Errorf("%s: %v\n%s", file, err, cmp.Diff(string(text), string(got)))
		}
		changed, err := Update(text, other...)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		again(t, changed, same)
		back, err := Update(changed, same...)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		again(t, back, same)
		for _, o := range same {
			if !o.fits() {
				t.Errorf("%s: act %s did not come back", file, o.Act.Name)
			}
		}
	}
}

// again is about the acts as they are in a text.
func again(t *testing.T, text []byte, all []Observed) {
	acts := decoded(t, string(text)).Acts
	for i := range all {
		at := slices.IndexFunc(acts, func(a *Act) bool { return a.Name == all[i].Act.Name })
		all[i].Act, all[i].Expect = acts[at], acts[at].Expect[0]
	}
}

// layout draws the text around and of expect blocks in the many ways of YAML.
type layout struct {
	t    *rapid.T
	step string
}

func (l layout) comment(margin string) string {
	return rapid.SampledFrom([]string{"", "", "\n", margin + "# note\n", "# note: {\n", margin + " # - deep\n\n"}).Draw(l.t, "comment")
}

func (l layout) word() string {
	return rapid.OneOf(rapid.SampledFrom([]string{"a", "1:Hello!", "", " ", "#", "x: y", "- a", "é\t", "\n", "<any>", "amq.gen-x", "\xff!", "\u2028x"}), rapid.String()).Draw(l.t, "word")
}

// expect is an expect block, its key excluded, below an act's keys at a margin.
func (l layout) expect(margin string) string {
	in, deep := margin+l.step, margin+l.step+l.step
	return rapid.SampledFrom([]string{
		" {fates: {}}\n",
		" # note\n" + in + "fates: {acked: [a],\n" + in + "  queued: 3}\n",
		"\n" + in + "transcript:\n" + deep + "c: |\n" + deep + "        x\n\n" + deep + "        # text\n",
		"\n" + in + "transcript: {c: x, p: [y, z]} # note\n" + in + "fates:\n" + deep + "acked:\n" + deep + "- a\n" + deep + "# note\n" + deep + "queued: 2\n",
		"\n" + in + "# note\n" + in + "fates:\n" + deep + "handled: {a: 2}\n" + in + "transcript:\n" + deep + "p: {lines: [x], unordered: true}\n" + deep + "c: >-\n" + deep + "         x\n",
		"\n" + in + "- on: embedded\n" + in + "  fates: {queued: ['x']}\n",
		"\n" + in + "- fates: {acked: 9}\n" + in + "  on: embedded\n" + in + "-\n" + in + "  fates: {}\n",
		" [{on: embedded, fates: {acked: [\"x\\\n" + in + "  # y\"]}}, {fates: {}}]\n",
	}).Draw(l.t, "expect")
}

// What is outside of the expect blocks keeps every byte, whatever was observed, and what is inside
// says what was observed.
func TestUpdateKeepsTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := layout{t, strings.Repeat(" ", rapid.IntRange(1, 4).Draw(t, "step"))}
		dash := rapid.SampledFrom([]string{"- ", "  - ", "    -   "}).Draw(t, "dash")
		margin := blank(dash)
		outside := []string{l.comment("") + "title: t\nacts:\n"}
		var blocks []string
		for i := range rapid.IntRange(1, 3).Draw(t, "acts") {
			outside[i] += l.comment(margin) + dash + fmt.Sprintf("name: act %d\n", i) + margin + "cast: [{consumer: c, queue: {name: q}}, {publisher: p}]\n" + l.comment(margin)
			blocks = append(blocks, margin+"expect:"+l.expect(margin))
			tail := l.comment(margin)
			if rapid.Bool().Draw(t, "key behind") {
				tail += margin + "about: x\n"
			}
			outside = append(outside, tail)
		}
		var text strings.Builder
		for i, block := range blocks {
			text.WriteString(outside[i] + block)
		}
		text.WriteString(outside[len(blocks)])
		if rapid.Bool().Draw(t, "CRLF") {
			whole := strings.ReplaceAll(text.String(), "\n", "\r\n")
			text.Reset()
			text.WriteString(whole)
			for i := range outside {
				outside[i] = strings.ReplaceAll(outside[i], "\n", "\r\n")
			}
		}
		checkKept(t, l, text.String(), outside)
	})
}

func checkKept(t *rapid.T, l layout, text string, outside []string) {
	s, err := Decode("f", []byte(text))
	if err != nil {
		t.Fatalf("what was drawn is no scenario: %v\n%s", err, text)
	}
	var observed []Observed
	for i, a := range s.Acts {
		if !rapid.Bool().Draw(t, "observed") {
			continue
		}
		o := observe(s, fmt.Sprintf("act %d", i), map[string][]string{}, fates{})
		for _, actor := range a.Cast {
			for range rapid.IntRange(0, 3).Draw(t, "lines") {
				o.Lines[actor.Name()] = append(o.Lines[actor.Name()], l.word())
			}
		}
		for _, f := range fate.All() {
			if rapid.IntRange(0, 3).Draw(t, "fate") == 0 {
				o.Fates[f] = map[string]int{l.word(): 1, l.word(): rapid.IntRange(1, 2).Draw(t, "copies")}
			}
		}
		observed = append(observed, o)
	}
	got, err := Update([]byte(text), observed...)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	rest := string(got)
	for i, kept := range outside {
		at := strings.Index(rest, kept)
		if i == len(outside)-1 {
			at = strings.LastIndex(rest, kept)
		}
		if at < 0 || i == 0 && at > 0 {
			t.Fatalf("lost outside of the expect blocks:\n%s\nfrom\n%s\nto\n%s", kept, text, got)
		}
		rest = rest[at+len(kept):]
	}
	if rest != "" {
		t.Fatalf("added at the end:\n%s", rest)
	}
	checkSays(t, got, observed)
}

// checkSays compares what an updated file expects with the observation, without the help of the
// code under test.
func checkSays(t *rapid.T, text []byte, observed []Observed) {
	s, err := Decode("f", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, o := range observed {
		at := slices.IndexFunc(s.Acts, func(a *Act) bool { return a.Name == o.Act.Name })
		now := s.Acts[at].Expect[0]
		for name, want := range now.Transcript {
			if diff := transcript.Compare(want.Lines, o.Lines[name], want.Unordered); diff != nil {
				t.Fatalf("%s: %v\n%s", name, diff, text)
			}
		}
		for _, f := range fate.All() {
			want := now.Fates[f]
			if total := len(o.bodies(f)); want == nil && total > 0 && now.Fates != nil || want != nil && want.Total != total {
				t.Fatalf("%s: %v, want %d\n%s", f, want, total, text)
			}
		}
	}
}
