package play

import (
	"fmt"
	"time"

	"tutor/runner/outcome"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// frameRecorder keeps the frames of an act in words.
type frameRecorder struct {
	now    func() time.Duration
	frames []outcome.Frame
}

// observe is called by the journal, one event at a time.
func (r *frameRecorder) observe(e tap.Event) {
	f := outcome.Frame{At: r.now(), Actor: e.Who, ToBroker: e.ToBroker}
	if e.Method == nil {
		f.Text = "connection ended"
	} else {
		f.Text = fmt.Sprintf("[%d] %s", e.Channel, describe(e))
	}
	r.frames = append(r.frames, f)
}

// describe puts a method and its content in words.
func describe(e tap.Event) string {
	text := wire.Format(e.Method)
	if e.Content != nil {
		text += fmt.Sprintf(" + %d bytes", e.Content.Size)
	}
	return text
}
