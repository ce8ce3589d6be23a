// Package report shows what came of playing scenarios: to a person as text, to programs as JSON and
// JUnit, and for several targets side by side as a matrix.
//
// A [Text] prints act by act while a run goes on; its columns are the actors, like terminals side by
// side. [JSON], [JUnit], [Matrix] and [MatrixMarkdown] are given the reports of a whole run. Whatever
// messages carry is shown so that it cannot reach into the reader's terminal: control characters are
// escaped by all of them.
package report

import (
	"io"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"
)

// Options say how a text is laid out.
type Options struct {
	// Width of a line in character cells; 0 stands for 80.
	Width int
	// Color is what the terminal can show; the zero value is plain text. The layout does not depend
	// on it.
	Color colorprofile.Profile
	// Verbose shows the frames, where the reports carry them, and cuts less of what is long.
	Verbose bool
	// Quiet shows only acts that have not passed, and the total.
	Quiet bool
}

const defaultWidth = 80

func (o Options) width() int {
	if o.Width <= 0 {
		return defaultWidth
	}
	return o.Width
}

// For returns the options that suit an output: the width and colours of a terminal, plain text of
// 80 cells for anything else. The environment (in the form of os.Environ) may say otherwise:
// COLUMNS, NO_COLOR, CLICOLOR_FORCE, TERM.
func For(w io.Writer, environ []string) Options {
	o := Options{Width: TerminalWidth(w, environ), Color: colorprofile.NoTTY}
	terminal := o.Width > 0
	if n, err := strconv.Atoi(lookup(environ, "COLUMNS")); err == nil && n > 0 {
		o.Width = n
	}
	forced, _ := strconv.ParseBool(lookup(environ, "CLICOLOR_FORCE"))
	if (terminal || forced) && lookup(environ, "NO_COLOR") == "" {
		o.Color = colorprofile.Env(environ)
	}
	return o
}

// TerminalWidth is the width in character cells of the terminal that an output leads to; 0 if it
// leads to none, or to one that cannot move its cursor.
func TerminalWidth(w io.Writer, environ []string) int {
	file, ok := w.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0
	}
	if kind := lookup(environ, "TERM"); kind == "dumb" {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		return defaultWidth
	}
	return width
}

// lookup returns the last value that an environment gives a variable.
func lookup(environ []string, name string) string {
	value := ""
	for _, entry := range environ {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			value = v
		}
	}
	return value
}
