package scenario

import (
	"testing"

	"tutor/runner/fate"
)

// What another broker shows is written beside what was expected so far, of which nothing is lost.
func TestUpdateBeside(t *testing.T) {
	printed := map[string][]string{"c": {"Received: a"}, "p": {"Sent: a"}}
	for name, test := range map[string]struct{ before, want string }{
		"one expectation": {
			"expect:\n  # both\n  transcript:\n    c: |\n      x\n  fates: {queued: 1}\n",
			"expect:\n  - on: rabbitmq =3.10\n    transcript:\n      c: |\n        Received: a\n    fates:\n      acked: [a]\n      queued: 0\n  - # both\n    transcript:\n      c: |\n        x\n    fates: {queued: 1}\n",
		},
		"in braces": {
			"expect: {fates: {queued: [a]}}\n",
			"expect:\n  - on: rabbitmq =3.10\n    transcript:\n      c: |\n        Received: a\n      p: |\n        Sent: a\n    fates:\n      acked: [a]\n  - {fates: {queued: [a]}}\n",
		},
		"a list": {
			"expect:\n  - on: rabbitmq >=3.9\n    fates: {queued: [a]}\n  - fates: {}\n",
			"expect:\n  - on: rabbitmq =3.10\n    transcript:\n      c: |\n        Received: a\n      p: |\n        Sent: a\n    fates:\n      acked: [a]\n  - on: rabbitmq >=3.9\n    fates: {queued: [a]}\n  - fates: {}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := inAct(test.before)
			o := observe(decoded(t, text), "act", printed, fates{fate.Acked: {"a": 1}})
			o.On = Condition{"rabbitmq", "=", []int{3, 10}}
			got, err := Update([]byte(text), o)
			if err != nil {
				t.Fatal(err)
			}
			if want := inAct(test.want); string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// Lines that came in different orders are expected without one.
func TestUpdateUnordered(t *testing.T) {
	for name, test := range map[string]struct{ before, want string }{
		"nothing was expected": {"expect: {transcript: {}, fates: {}}\n",
			"expect:\n  transcript:\n    c:\n      lines: |\n        b\n        a\n      unordered: true\n  fates:\n    acked: [a]\n"},
		"in order": {"expect:\n  transcript:\n    c: |\n      a\n      b\n",
			"expect:\n  transcript:\n    c:\n      lines: |\n        b\n        a\n      unordered: true\n"},
	} {
		t.Run(name, func(t *testing.T) {
			text := inAct(test.before)
			o := observe(decoded(t, text), "act", map[string][]string{"c": {"b", "a"}}, fates{fate.Acked: {"a": 1}})
			o.Unordered = map[string]bool{"c": true}
			got, err := Update([]byte(text), o)
			if err != nil {
				t.Fatal(err)
			}
			if want := inAct(test.want); string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
