package report

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"tutor/runner/escape"
	"tutor/runner/report/picture"
)

// clip cuts a text that is longer than a number of characters, says how much is missing, and makes
// it harmless.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return escape.Text(s)
	}
	chars := 0
	for i := range s {
		if chars == limit {
			return fmt.Sprintf("%s… (%s more)", escape.Text(s[:i]), Counted(len(s)-i, "byte"))
		}
		chars++
	}
	return escape.Text(s)
}

// Wrap sets running text, such as what a scenario says about itself, in lines of a width, each behind an
// indentation, and makes it harmless.
func Wrap(text string, width, indent int) string {
	margin := strings.Repeat(" ", indent)
	return margin + strings.Join(wrap(escape.Lines(text), width-indent), "\n"+margin)
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

// Counted is a number with its noun: "1 act", "12,000 bytes".
func Counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return Grouped(n) + " " + noun
}

// Grouped writes a number of 0 or more with commas between thousands.
func Grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
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
		return picture.Moment(d.Round(time.Second))
	}
}
