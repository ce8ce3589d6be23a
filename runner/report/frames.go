package report

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/report/picture"
)

// framesShown is how many frames of an act are shown; of more, the first and last.
const framesShown = 2000

// frames prints the frames on the actors' connections: when, whose, from or to the broker, and what.
func frames(p *page, a *outcome.Act) {
	first, last := ends(len(a.Frames), framesShown, framesShown)
	times, names := 0, 0
	for i, f := range a.Frames {
		if i < first || i >= last {
			times = max(times, len(picture.Moment(f.At)))
			names = max(names, ansi.StringWidth(escape.Text(a.Act.Cast[f.Actor].Name())))
		}
	}
	p.line("  ", strong.of("frames"), faint.of("  (→ to the broker, ← from it)"))
	before := ""
	for i, f := range a.Frames {
		if i == first && last > first {
			p.line("  ", aside.of(fmt.Sprintf("… %s …", Counted(last-first, "more frame"))))
		}
		if i >= first && i < last {
			continue
		}
		at := picture.Moment(f.At)
		shown := at
		if at == before {
			shown = ""
		}
		before = at
		frame(p, f, strings.Repeat(" ", times-len(shown))+shown, pad(escape.Text(a.Act.Cast[f.Actor].Name()), names))
	}
}

func frame(p *page, f outcome.Frame, at, name string) {
	arrow := "←"
	if f.ToBroker {
		arrow = "→"
	}
	label := "  " + faint.of(at) + "  " + name + " " + faint.of(arrow) + " "
	p.hanging(label, clip(f.Text, lineChars), ansi.StringWidth(label), normal)
}
