package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"tutor/runner/escape"
	"tutor/runner/report/picture"
)

func TestClip(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"abcde", "abcde"},
		{"abcdef", "abcde… (1 byte more)"},
		{"世界世界世界", "世界世界世… (3 bytes more)"},
		{"世界", "世界"},
		{"世界世界世", "世界世界世"},
	} {
		if got := clip(test.text, 5); got != test.want {
			t.Errorf("clip(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"one two", "one two"},
		{"one two three", "one two|three"},
		{"one  two   three", "one  two|three"},
		{"  one two", "  one|two"},
		{"a bb ccc dddd", "a bb ccc|dddd"},
		{"a 0123456789", "a 012345|6789"},
		{"0123456789 a", "01234567|89 a"},
		{"世界世界世界", "世界世界|世界"},
		{"a世界世界世界", "a世界世|界世界"},
		{"one\n\ntwo", "one||two"},
	} {
		if got := strings.Join(wrap(test.text, 8), "|"); got != test.want {
			t.Errorf("wrap(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("one two three", 8)
	f.Add("世界 👩\u200d💻 \x1b[31m \xff\u0301", 3)
	f.Fuzz(func(t *testing.T, text string, width int) {
		text, width = escape.Text(text), 2+(width&0xff)
		lines := wrap(text, width)
		for _, line := range lines {
			if w := ansi.StringWidth(line); w > width {
				t.Errorf("%q is %d wide, not %d", line, w, width)
			}
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := squeeze(strings.Join(lines, "")); got != squeeze(text) {
			t.Errorf("%q became %q", text, lines)
		}
	})
}

func TestShare(t *testing.T) {
	for _, test := range []struct {
		total        int
		wanted, want []int
	}{
		{100, []int{10, 20, 30}, []int{10, 20, 30}},
		{50, []int{10, 40, 30}, []int{10, 20, 20}},
		{30, []int{40, 40, 40}, []int{10, 10, 10}},
		{31, []int{40, 40, 5}, []int{13, 13, 5}},
		{-5, []int{40}, []int{0}},
	} {
		got := share(test.total, test.wanted)
		if !slices.Equal(got, test.want) {
			t.Errorf("share(%d, %v) = %v, want %v", test.total, test.wanted, got, test.want)
		}
	}
}

func TestTimes(t *testing.T) {
	for _, test := range []struct {
		d             time.Duration
		moment, clock string
	}{
		{0, "0s", "0.0 ms"},
		{time.Second + 3, "1s", "1.0 s"},
		{1499 * time.Microsecond, "1ms", "1.5 ms"},
		{35 * time.Millisecond, "35ms", "35 ms"},
		{time.Minute + 1, "1m", "1m"},
		{90 * time.Second, "1m30s", "1m30s"},
		{time.Hour, "1h", "1h"},
	} {
		if got := picture.Moment(test.d); got != test.moment {
			t.Errorf("picture.Moment(%d) = %s, want %s", test.d, got, test.moment)
		}
		if got := elapsed(test.d); got != test.clock {
			t.Errorf("elapsed(%d) = %s, want %s", test.d, got, test.clock)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := Grouped(n); got != want {
			t.Errorf("Grouped(%d) = %s", n, got)
		}
	}
}
