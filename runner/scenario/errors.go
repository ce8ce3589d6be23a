package scenario

import (
	"slices"
	"strings"

	"tutor/runner/escape"
)

// Error is one mistake in a scenario file.
type Error struct {
	Pos Position
	Msg string
}

// Error is one line that is harmless to show, whatever the file has for names and keys.
func (e Error) Error() string { return e.Pos.String() + ": " + escape.Text(e.Msg) }

// Errors are all mistakes in a scenario file, in the order of their places.
type Errors []Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted puts the mistakes in the order of the file and leaves out what is said twice, as happens
// where two aliases lead to the same place.
func (e Errors) sorted() Errors {
	slices.SortStableFunc(e, func(a, b Error) int {
		if a.Pos.File != b.Pos.File {
			return strings.Compare(a.Pos.File, b.Pos.File)
		}
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		return a.Pos.Column - b.Pos.Column
	})
	said := map[Error]bool{}
	return slices.DeleteFunc(e, func(one Error) bool {
		defer func() { said[one] = true }()
		return said[one]
	})
}
