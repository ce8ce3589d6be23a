package escape

import (
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Hello, 世界!", "Hello, 世界!"},
		{"a\tb\nc\r", `a\tb\nc\r`},
		{"\x00\x1b[31m\x7f", `\x00\x1b[31m\x7f`},
		{"\u009b1m", `\u009b1m`},
		{"a\xffb", `a\xffb`},
		{"\ufffd", "\ufffd"},
		{"\u202e\u2066", `\u202e\u2066`},
		{"a\u2028b", `a\u2028b`},
		{"👩\u200d💻", "👩\u200d💻"},
	} {
		if got := Text(test.text); got != test.want {
			t.Errorf("Text(%q) = %s, want %s", test.text, got, test.want)
		}
	}
}

func TestLines(t *testing.T) {
	if got, want := Lines("one\r\n\ttwo\x1b[2J\n"), "one\n"+`\ttwo\x1b[2J`; got != want {
		t.Errorf("Lines: %q, want %q", got, want)
	}
}

func FuzzText(f *testing.F) {
	f.Add("Hello, 世界!")
	f.Add("\x1b[31m\n\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		once := Text(s)
		if !utf8.ValidString(once) || !harmless(once) {
			t.Errorf("Text(%q) = %q is harmful", s, once)
		}
		if twice := Text(once); twice != once {
			t.Errorf("Text(%q) = %q, and that becomes %q", s, once, twice)
		}
	})
}
