package report

import (
	"io"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"tutor/runner/escape"
)

// prose is the widest that running text is set, in cells: longer lines are hard to read.
const prose = 100

// page is text on its way to the reader: it is composed, then written at once, so that nothing else
// comes in between.
type page struct {
	strings.Builder
	width int
}

func (p *page) line(parts ...string) {
	for _, part := range parts {
		p.WriteString(part)
	}
	p.WriteByte('\n')
}

func (p *page) blank() { p.WriteByte('\n') }

// paragraphs sets running text, which may have several lines, with an indentation.
func (p *page) paragraphs(text string, indent int, s style) {
	p.hanging(strings.Repeat(" ", indent), escape.Lines(text), indent, s)
}

// hanging sets a text behind a label, with all its further lines below its first one.
func (p *page) hanging(label, text string, indent int, s style) {
	width := min(p.width, prose) - indent
	for i, line := range wrap(text, max(width, narrowest)) {
		if i == 0 {
			p.line(label, s.of(line))
			continue
		}
		if line == "" {
			p.blank()
			continue
		}
		p.line(strings.Repeat(" ", indent), s.of(line))
	}
}

// cell is a piece of a row of columns.
type cell struct {
	lines []string
	style style
}

// row sets cells side by side, each as wide as its column, with a text between them. It takes as
// many lines as its highest cell.
func (p *page) row(between string, widths []int, cells []cell) {
	height := 1
	for _, c := range cells {
		height = max(height, len(c.lines))
	}
	for n := range height {
		var line strings.Builder
		for i, c := range cells {
			if i > 0 {
				line.WriteString(between)
			}
			text := ""
			if n < len(c.lines) {
				text = c.lines[n]
			}
			line.WriteString(pad(c.style.of(text), widths[i]))
		}
		p.line(strings.TrimRight(line.String(), " "))
	}
}

// writeTo writes the page in the colours that the reader's terminal has.
func (p *page) writeTo(w io.Writer, color colorprofile.Profile) error {
	_, err := (&colorprofile.Writer{Forward: w, Profile: color}).Write([]byte(p.String()))
	return err
}

// bare is the page without colours.
func (p *page) bare() string { return ansi.Strip(p.String()) }
