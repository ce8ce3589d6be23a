package report

import (
	"github.com/charmbracelet/x/ansi"

	"tutor/runner/outcome"
	"tutor/runner/transcript"
)

// style is the look of a piece of text. Colours are those of the reader's own palette, which suits
// dark and light backgrounds. Red is for what is wrong; yellow for what befell messages, which may
// be just what a scenario is there to show.
type style uint8

const (
	normal style = iota
	strong
	title
	faint
	aside
	sent
	received
	trouble
	good
	bad
)

func (s style) of(text string) string {
	if text == "" {
		return ""
	}
	look := ansi.NewStyle()
	switch s {
	case strong:
		look = look.Bold()
	case title:
		look = look.Bold().Underline(true)
	case faint:
		look = look.Faint()
	case aside:
		look = look.Faint().Italic(true)
	case sent:
		look = look.ForegroundColor(ansi.Cyan)
	case received:
		look = look.ForegroundColor(ansi.Green)
	case trouble:
		look = look.ForegroundColor(ansi.Yellow)
	case good:
		look = look.Bold().ForegroundColor(ansi.Green)
	case bad:
		look = look.Bold().ForegroundColor(ansi.Red)
	default:
		return text
	}
	return look.Styled(text)
}

// lineStyle is the look of a transcript's line.
func lineStyle(l transcript.Line) style {
	switch {
	case l.Kind == transcript.Error:
		return bad
	case l.Trouble || l.Kind == transcript.Warning || l.Kind == transcript.Returned || l.Kind == transcript.Nacked:
		return trouble
	case l.Kind == transcript.Remark:
		return aside
	case l.Kind == transcript.Sent || l.Kind == transcript.Asked:
		return sent
	case l.Kind == transcript.Received || l.Kind == transcript.Answered:
		return received
	}
	return normal
}

// verdictStyle is the look of a verdict.
func verdictStyle(v outcome.Verdict) style {
	if v == outcome.Pass {
		return good
	}
	return bad
}

// mark is a verdict as one character, for those who see no colours.
func mark(v outcome.Verdict) string {
	switch v {
	case outcome.Pass:
		return "✓"
	case outcome.Fail:
		return "✗"
	case outcome.LeftOut:
		return "–"
	}
	return "!"
}
