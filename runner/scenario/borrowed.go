package scenario

import "fmt"

// borrowed is a mistake that an act has where another one that it is like is written.
type borrowed struct {
	Error
	act string
}

// likened sets the mistakes of an act aside that are not written in it, but in one that it is like.
func (c *checker) likened(a *Act, before int) {
	if a.Like == "" {
		return
	}
	own := c.errs[:before:before]
	for _, e := range c.errs[before:] {
		if c.isWithin(a, e.Pos) {
			own = append(own, e)
		} else {
			c.borrowed = append(c.borrowed, borrowed{e, a.Name})
		}
	}
	c.errs = own
}

// tellBorrowed tells of mistakes that only acts have that are like another one, each of one of them.
func (c *checker) tellBorrowed() {
	said := map[Error]bool{}
	for _, e := range c.errs {
		said[e] = true
	}
	for _, b := range c.borrowed {
		if !said[b.Error] {
			said[b.Error] = true
			c.errs = append(c.errs, Error{Pos: b.Pos, Msg: fmt.Sprintf("in act %s, which is like this one: %s", b.act, b.Msg)})
		}
	}
}

// isWithin reports whether a place is in what is written of an act, up to where it starts to be another's.
func (c *checker) isWithin(a *Act, pos Position) bool {
	return pos.Line >= a.Pos.Line && pos.Line <= c.ends[a.Pos]
}
