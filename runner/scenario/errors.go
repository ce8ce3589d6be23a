package scenario

import (
	"slices"
	"strings"
)

// Error is one mistake in a scenario file.
type Error struct {
	Pos Position
	Msg string
}

func (e Error) Error() string { return e.Pos.String() + ": " + e.Msg }

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
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		return a.Pos.Column - b.Pos.Column
	})
	return slices.Compact(e)
}
