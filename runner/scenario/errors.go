package scenario

import (
	"slices"

	"tutor/runner/mistake"
)

// Position is a place in a scenario file.
type Position = mistake.Position

// Error is one mistake in a scenario file.
type Error = mistake.Error

// Errors are all mistakes in a scenario file, in the order of their places.
type Errors = mistake.Errors

// sorted puts mistakes in the order of the file and leaves out what is said twice, as happens
// where two aliases lead to the same place.
func sorted(e Errors) Errors {
	mistake.InOrder(e, func(one Error) Position { return one.Pos })
	said := map[Error]bool{}
	return slices.DeleteFunc(e, func(one Error) bool {
		defer func() { said[one] = true }()
		return said[one]
	})
}
