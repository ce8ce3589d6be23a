package scenario

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// confirming is an act with a publisher that asks for confirms, and an expectation in a block that is indented by
// nothing.
func confirming(confirm, expect string) string {
	var block strings.Builder
	for l := range strings.Lines(expect) {
		block.WriteString(indented("      ", strings.TrimSuffix(l, "\n")) + "\n")
	}
	return "title: t\nacts:\n  - name: a\n    cast:\n      - consumer: c\n        queue: {name: q}\n      - publisher: p\n        confirm: " + confirm + "\n    expect:\n" + block.String()
}

func TestConfirmIsRead(t *testing.T) {
	for text, want := range map[string]Confirm{
		"false": {}, "true": {Asked: true, Every: 1}, "each": {Asked: true, Every: 1}, "async": {Asked: true},
		"{each: true}": {Asked: true, Every: 1}, "{every: 3}": {Asked: true, Every: 3}, "{async: true}": {Asked: true},
		"{show: true}": {Asked: true, Every: 1, Show: true}, "{async: true, show: true}": {Asked: true, Show: true},
		"{every: 3, show: true}": {Asked: true, Every: 3, Show: true}, "{async: false}": {Asked: true, Every: 1},
	} {
		got := decoded(t, confirming(text, "fates: {queued: 1}\n")).Acts[0].Cast[1].Publisher.Confirm
		if got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

func TestMistakesInConfirm(t *testing.T) {
	for text, want := range map[string]string{
		"asynch":                   "f:8:18: asynch is none of each, async (did you mean async?)",
		"3":                        "f:8:18: confirm: want true, each, async or a mapping such as {every: 3}, not \"3\"",
		"[each]":                   "f:8:18: confirm: want true, each, async or a mapping such as {every: 3}, not a list",
		"{}":                       "f:8:18: confirm: say how: each, every, async or show",
		"{every: 0}":               "f:8:19: every must be from 1 to 10000000",
		"{evry: 3}":                "f:8:19: unknown key evry (did you mean every?)",
		"{every: 3, async: true}":  "f:8:18: confirm: each, every and async are three ways to wait: give one of them",
		"{each: true, every: 3}":   "f:8:18: confirm: each, every and async are three ways to wait: give one of them",
		"{async: yes, show: true}": "f:8:26: want true or false, not \"yes\"",
	} {
		_, err := Decode("f", []byte(confirming(text, "fates: {queued: 1}\n")))
		if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "f:8:26: ")) {
			t.Errorf("%s:\n%v, want\n%s", text, err, want)
		}
	}
}

func TestMistakesInConfirms(t *testing.T) {
	for text, want := range map[string]string{
		confirming("false", "confirms: {p: {confirmed: 1}}"):             "f:10:21: p does not ask for confirms, so the broker tells it nothing: give it confirm: true",
		confirming("true", "confirms: {c: {confirmed: 1}}"):              "f:10:21: c does not ask for confirms, so the broker tells it nothing: a step {confirm: true, by: c} does",
		confirming("true", "confirms: {q: {confirmed: 1}}"):              "f:10:21: there is no actor q in the cast",
		confirming("true", "confirms: {p: {confirmd: 1}}"):               "f:10:22: unknown key confirmd (did you mean confirmed?)",
		confirming("true", "confirms: {p: {}}"):                          "f:10:21: say what the broker must have told p: confirmed, nacked or missing",
		confirming("true", "confirms: {p: {nacked: all}}"):               "f:10:30: want a number, or a range such as 2..3, 1.. or ..2, not \"all\"",
		confirming("true", "confirms: {p: {missing: {}}}"):               "f:10:31: missing: numbers that name no message are true of any",
		confirming("true", "confirms: {p: {missing: {m: many}}}"):        "f:10:35: want a number, or a range such as 2..3, 1.. or ..2, not \"many\"",
		confirming("true", "confirms: {}\ntranscript: {}\nqueues: {}\n"): "an act with nothing to check proves nothing",
	} {
		_, err := Decode("f", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v, want\n%s", text, err, want)
		}
	}
}

// told is what a publisher was told in all tests, the confirms out of order.
func toldAll() ConfirmsSeen {
	return ConfirmsSeen{Confirmed: []string{"2:m", "1:m", "1:m"}, Nacked: []string{"3:m"}}
}

func TestConfirmsDiffer(t *testing.T) {
	for expect, want := range map[string][]string{
		"{confirmed: [1:m, 1:m, 2:m]}":                     nil,
		"{confirmed: [1:m, <any>, <any>], nacked: [3:m]}":  nil,
		"{confirmed: 3, nacked: 1.., missing: ..0}":        nil,
		"{confirmed: {1:m: 2, <any>: 3, 4:m: 0}}":          nil,
		"{confirmed: [1:m, 2:m]}":                          {"+confirmed: 1:m"},
		"{missing: [3:m], nacked: []}":                     {"+nacked: 3:m", "-missing: 3:m"},
		"{confirmed: {1:m: ..1}, nacked: 0, missing: 1..}": {"-confirmed: 1:m: ..1", "+confirmed: 1:m: 2", "-nacked: 0", "+nacked: 1", "-missing: 1..", "+missing: 0"},
	} {
		var got []string
		for _, d := range decoded(t, confirming("true", "confirms: {p: "+expect+"}")).Acts[0].Expect[0].Confirms["p"].Diff(toldAll()) {
			if d.Op != ' ' {
				got = append(got, string(d.Op)+d.Text)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expect, diff)
		}
	}
}

// Only the kinds that were named are written down, each in its form.
func TestUpdateConfirms(t *testing.T) {
	for before, after := range map[string]string{
		"confirms:\n  p: {confirmed: [1:m]} # all\n":                           "confirms:\n  p: # all\n    confirmed: [1:m, 2:m, 1:m]\n",
		"confirms: {p: {confirmed: [<any>:m], nacked: 2}}\n":                   "confirms:\n  p:\n    confirmed: [<any>:m, 1:m, 1:m]\n    nacked: 1\n",
		"confirms:\n  p:\n    confirmed: {1:m: 2.., 2:m: 2}\n    missing: 1\n": "confirms:\n  p:\n    confirmed: {\"1:m\": 2.., \"2:m\": 1}\n    missing: 0\n",
		"confirms: {p: {confirmed: 3, missing: []}}\n":                         "confirms: {p: {confirmed: 3, missing: []}}\n",
	} {
		text := confirming("true", before)
		o := observe(decoded(t, text), "a", nil, fates{"queued": {"1:m": 2, "2:m": 1}})
		o.Confirms = map[string]ConfirmsSeen{"p": toldAll()}
		got, err := Update([]byte(text), o)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(confirming("true", after), string(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
