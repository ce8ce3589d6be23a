// Package escape makes texts that come from outside (names, messages, a broker's words, lines of a
// file) fit to be printed: nothing in them can move a terminal's cursor, colour it, begin a line, or
// turn the direction of writing.
package escape

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text writes control characters (line breaks and C1 among them), marks that turn the direction of
// writing, and bytes that are not UTF-8 as Go escapes them. All else stays as it is, so that a text
// without them is returned unchanged, and escaping twice is harmless.
func Text(s string) string {
	if harmless(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case Harmful(r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Lines is [Text] for a text that has line breaks of its own; those at its ends are cut off.
func Lines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, line := range lines {
		lines[i] = Text(strings.TrimSuffix(line, "\r"))
	}
	return strings.Join(lines, "\n")
}

func harmless(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return utf8.ValidString(s) && !strings.ContainsFunc(s, Harmful)
		}
	}
	return true
}

// Harmful reports whether a character does something to a terminal, or to the order in which people read.
func Harmful(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
