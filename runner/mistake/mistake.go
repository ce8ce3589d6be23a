// Package mistake is what is wrong with a file that somebody has written, and where.
package mistake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tutor/runner/escape"
)

// Position is a place in a file. Line and Column count from 1; the zero Position is nowhere.
type Position struct {
	File         string
	Line, Column int
}

func (p Position) String() string {
	return fmt.Sprintf("%s:%d:%d", escape.Text(p.File), p.Line, p.Column)
}

// Compare orders places by file, line and column.
func (p Position) Compare(q Position) int {
	return cmp.Or(strings.Compare(p.File, q.File), p.Line-q.Line, p.Column-q.Column)
}

// Error is one mistake.
type Error struct {
	Pos Position
	Msg string
}

// Error is one line that is harmless to show, whatever the file has for names and keys.
func (e Error) Error() string { return e.Pos.String() + ": " + escape.Text(e.Msg) }

// Errors are all mistakes in a file, in the order of their places.
type Errors []Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// InOrder puts mistakes, or what else has a place, in the order of the file.
func InOrder[T any](all []T, place func(T) Position) {
	slices.SortStableFunc(all, func(a, b T) int { return place(a).Compare(place(b)) })
}
