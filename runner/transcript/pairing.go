package transcript

// pairing gives each expected thing an observed one that fits it, in whatever order.
type pairing struct {
	fits func(w, g int) bool
	// placed are the expected ones that have one.
	placed []bool
	// taker is the expected one that has an observed one, or None.
	taker []int
}

// mostRearranged is how many pairs may have to be looked at again for one more expected thing to find its place.
// Beyond that they are paired in their order alone.
const mostRearranged = 1 << 20

// Pair places as many of the expected things as it can. The steps are what is missing, in order, then what was
// observed.
func Pair(want, got int, fits func(w, g int) bool) []Step {
	p := &pairing{fits, make([]bool, want), make([]int, got)}
	for j := range p.taker {
		p.taker[j] = None
	}
	p.inOrder()
	if want*got <= mostRearranged {
		for i := range p.placed {
			if !p.placed[i] {
				p.placed[i] = p.place(i, make([]bool, got))
			}
		}
	}
	return p.steps()
}

func (p *pairing) steps() []Step {
	var steps []Step
	for i, placed := range p.placed {
		if !placed {
			steps = append(steps, Step{i, None})
		}
	}
	for j, taker := range p.taker {
		steps = append(steps, Step{taker, j})
	}
	return steps
}

// inOrder gives each expected thing the first observed one that is free.
func (p *pairing) inOrder() {
	// next[j] leads to the free one after the one before j.
	next := make([]int, len(p.taker)+1)
	for j := range next {
		next[j] = j
	}
	for i := range p.placed {
		for before, j := 0, next[0]; j < len(p.taker); before, j = j+1, next[j+1] {
			if p.fits(i, j) {
				p.taker[j], p.placed[i] = i, true
				next[before] = next[j+1]
				break
			}
		}
	}
}

// place finds an observed thing for an expected one, if need be by having others look for another one
// (an augmenting path).
func (p *pairing) place(i int, tried []bool) bool {
	for j := range p.taker {
		if tried[j] || !p.fits(i, j) {
			continue
		}
		tried[j] = true
		if p.taker[j] == None || p.place(p.taker[j], tried) {
			p.taker[j] = i
			return true
		}
	}
	return false
}
