package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// screen is what somebody looks at.
type screen interface {
	// clear clears it, and what has scrolled out of it.
	clear() error
}

// screenOf is the screen that a file is, or nil if it is none.
func screenOf(file *os.File) screen {
	if term.IsTerminal(int(file.Fd())) {
		return ansiScreen{file}
	}
	return nil
}

// ansiScreen is a terminal that knows the escape sequences of ECMA-48, and xterm's for what has scrolled out.
type ansiScreen struct{ out io.Writer }

func (s ansiScreen) clear() error {
	_, err := io.WriteString(s.out, "\x1b[H\x1b[2J\x1b[3J")
	return err
}

// clearScreen clears the screen, if there is one.
func (t terminal) clearScreen() error {
	if t.screen == nil {
		return nil
	}
	return t.screen.clear()
}
