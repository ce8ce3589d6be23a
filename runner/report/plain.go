package report

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// plain makes a text harmless to show: control characters, marks that turn the direction of writing,
// and bytes that are not UTF-8 are written as Go escapes them.
func plain(s string) string {
	if harmless(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case harmful(r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plainLines makes a text harmless that has line breaks of its own.
func plainLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, line := range lines {
		lines[i] = plain(strings.TrimSuffix(line, "\r"))
	}
	return strings.Join(lines, "\n")
}

func harmless(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, harmful)
}

func harmful(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// clip cuts a text that is longer than a number of characters, says how much is missing, and makes
// it harmless.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return plain(s)
	}
	chars := 0
	for i := range s {
		if chars == limit {
			return fmt.Sprintf("%s… (%s more)", plain(s[:i]), counted(len(s)-i, "byte"))
		}
		chars++
	}
	return plain(s)
}

// wrap breaks a text into lines that are no wider than a number of cells: between words where it
// can, and inside only of words that are wider than a line.
func wrap(s string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		lines = append(lines, fill(words(paragraph), width)...)
	}
	return lines
}

// fill sets words in lines.
func fill(words iter.Seq[string], width int) []string {
	var lines []string
	line, room := "", max(width, 2)
	end := func() {
		lines = append(lines, strings.TrimRight(line, " "))
		line, room = "", max(width, 2)
	}
	for word := range words {
		bare := strings.TrimLeft(word, " ")
		if ansi.StringWidth(word) > room && ansi.StringWidth(bare) <= width {
			end()
			word = bare
		}
		for ansi.StringWidth(word) > room {
			head := ansi.Truncate(word, room, "")
			line, word = line+head, word[len(head):]
			end()
		}
		line += word
		room -= ansi.StringWidth(word)
	}
	end()
	return lines
}

// words cuts a text into words, each with the blanks in front of it.
func words(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s != "" {
			end := len(s) - len(strings.TrimLeft(s, " "))
			if i := strings.IndexByte(s[end:], ' '); i >= 0 {
				end += i
			} else {
				end = len(s)
			}
			if !yield(s[:end]) {
				return
			}
			s = s[end:]
		}
	}
}

// pad fills a text with blanks up to a number of cells.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

// counted is a number with its noun: "1 act", "12,000 bytes".
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// grouped writes a number of 0 or more with commas between thousands.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// moment is a time on an act's timeline. The timeline has hops of a nanosecond, which keep causes
// before effects and are nothing to show.
func moment(d time.Duration) string {
	s := d.Round(time.Millisecond).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// elapsed is a time by the wall clock, to the precision that says something.
func elapsed(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return moment(d.Round(time.Second))
	}
}
