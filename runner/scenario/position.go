package scenario

import (
	"fmt"

	"tutor/runner/escape"
)

// Position is a place in a scenario file. Line and Column count from 1; the zero Position is
// nowhere.
type Position struct {
	File   string
	Line   int
	Column int
}

func (p Position) String() string {
	return fmt.Sprintf("%s:%d:%d", escape.Text(p.File), p.Line, p.Column)
}
