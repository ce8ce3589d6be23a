package scenario

import (
	"os"
	"testing"
)

// Errors of the YAML itself: the place, and what a person can do about it.
func TestSyntaxErrors(t *testing.T) {
	const head = "title: T\nacts:\n  - a: 1\n"
	for text, want := range map[string]string{
		head + "    x: *nope\n    y: &yes 1\n":                    "f:4:8: not YAML: there is no anchor &nope before the alias *nope",
		head + "    w: &rope 1\n    x: *nope\n":                   "f:5:8: not YAML: there is no anchor &nope before the alias *nope (did you mean rope?)",
		head + "    x: '*nope'\n    y: [1, *nope] # *nope\n":      "f:5:12: not YAML: there is no anchor &nope before the alias *nope",
		head + "    x: |\n      *nope\n    y: *nope\n":            "f:6:8: not YAML: there is no anchor &nope before the alias *nope",
		head + "    x: *late\n    y: &late 1\n":                   "f:4:8: not YAML: there is no anchor &late before the alias *late",
		"title: T\nacts:\n\t- a: 1\n":                             "f:3:1: not YAML: this is a tab: YAML is indented with blanks only",
		head + "\t  b: 1\n":                                       "f:4:1: not YAML: this is a tab: YAML is indented with blanks only",
		head + "    b:\n    \tc: 1\n":                             "f:5:5: not YAML: this is a tab: YAML is indented with blanks only",
		head + "    bind: [#]\n    y: 1\n":                        `f:4:12: not YAML: # begins a comment here, with all that stands behind it: write "#"`,
		head + "    bind: [jp.#, #.all, x]\n    y: 1\n":           `f:4:18: not YAML: # begins a comment here, with all that stands behind it: write "#.all"`,
		head + "    bind: {key: #, from: x}\n":                    `f:4:17: not YAML: # begins a comment here, with all that stands behind it: write "#"`,
		head + "    bind: [a, # one\n      #\n    ]\n    y: [b\n": "f:7:8: not YAML: this [ is never closed",
		head + "    key: *.eu # all\n    y: 1\n":                  `f:4:10: not YAML: a value that starts with * is an alias: write "*.eu"`,
		head + "    bind: [b, *.eu]\n    y: 1\n":                  `f:4:15: not YAML: a value that starts with * is an alias: write "*.eu"`,
		head + "    key: *\n    y: 1\n":                           `f:4:10: not YAML: a value that starts with * is an alias: write "*"`,
		head + "    key: %x\n    y: 1\n":                          `f:4:10: not YAML: a value that starts with % is reserved: write "%x"`,
		head + "    - @x\n":                                       `f:4:7: not YAML: a value that starts with @ is reserved: write "@x"`,
		head + "    key: Sent: m\n    y: 1\n":                     `f:4:14: not YAML: a value with a colon and a blank in it needs quotes: write "Sent: m"`,
		head + "      y: 1\n":                                     "f:4:7: not YAML: mapping values are not allowed in this context (is it indented like its neighbours?)",
		head + "   y: 1\n":                                        "f:4:4: not YAML: did not find expected '-' indicator (is it indented like its neighbours?)",
		head + "    b: 2\n    key: 'it's'\n    y: 1\n":            "f:5:14: not YAML: nothing can stand behind a closing quote (a quote inside of quotes is written twice: '')",
		head + "    key: [a, b\n    y: 1\n":                       "f:4:10: not YAML: this [ is never closed",
		head + "    key: \"abc\n    y: 1\n":                       "f:4:10: not YAML: this quote is never closed",
		"{title: T\nacts: 1\n":                                    "f:1:1: not YAML: this { is never closed",
		"title: T\nx: \"\\q\"\n":                                  `f:2:5: not YAML: found unknown escape character: write \\, or put the text in single quotes`,
		"title: T\nx: \x01\n":                                     `f:2:4: not YAML: control characters are not allowed: "\x01"`,
		head + "    y\n    z: 1\n":                                "f:4:5: not YAML: could not find expected ':'",
	} {
		if _, err := Decode("f", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func FuzzSurvey(f *testing.F) {
	f.Add("a: [#, *x, 'y', \"z\\\"\"]\n\tb: |\n  c\n- @d: e: f")
	f.Add(complete)
	if text, err := os.ReadFile("../../scenarios/topic.yaml"); err == nil {
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) { surveyed(text) })
}
