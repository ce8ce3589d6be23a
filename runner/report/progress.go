package report

import (
	"fmt"
	"io"
	"sync"

	"github.com/charmbracelet/x/ansi"

	"tutor/runner/escape"
)

// Progress is a status line on a terminal, rewritten in place while a run goes on. It is safe for
// concurrent use.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer
	width int
	acts  int
	done  int
	text  string
	shown bool
}

// NewProgress returns the status line of a run of some acts. Width is that of the terminal in cells,
// as [TerminalWidth] returns it; with a width of 0 nothing is ever shown.
func NewProgress(w io.Writer, width, acts int) *Progress {
	return &Progress{w: w, width: width, acts: acts}
}

// Show says what is going on now: which act is played, or what the run waits for.
func (p *Progress) Show(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = escape.Text(text)
	p.draw()
}

// ActDone counts an act as done.
func (p *Progress) ActDone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.draw()
}

// Close removes the status line.
func (p *Progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = ""
	p.erase()
}

// Around returns a writer for output that goes to the same terminal: the status line makes way for
// it, and comes back below. Each write should end with a line's end.
func (p *Progress) Around(w io.Writer) io.Writer {
	if p.width == 0 {
		return w
	}
	return makingWay{p, w}
}

// makingWay is a writer that a status line makes way for.
type makingWay struct {
	progress *Progress
	w        io.Writer
}

func (m makingWay) Write(text []byte) (int, error) {
	m.progress.mu.Lock()
	defer m.progress.mu.Unlock()
	m.progress.erase()
	n, err := m.w.Write(text)
	m.progress.draw()
	return n, err
}

// draw writes the status line over the one before. What a status line cannot show is no error.
func (p *Progress) draw() {
	if p.width == 0 || p.text == "" {
		return
	}
	text := p.text
	if p.acts > 1 {
		text = fmt.Sprintf("[%d/%d] %s", min(p.done+1, p.acts), p.acts, text)
	}
	// A line that fills the terminal would wrap, and could not be rewritten.
	text = ansi.Truncate(text, p.width-1, "…")
	_, _ = io.WriteString(p.w, "\r"+text+ansi.EraseLineRight)
	p.shown = true
}

func (p *Progress) erase() {
	if p.shown {
		_, _ = io.WriteString(p.w, "\r"+ansi.EraseLineRight)
		p.shown = false
	}
}
