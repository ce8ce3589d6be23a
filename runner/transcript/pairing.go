package transcript

// pairing gives expected lines with [Any] a printed line each.
type pairing struct {
	want, got []string
	// placed are the expected lines that have one.
	placed []bool
	// taker is the expected line that has a printed one, or nobody.
	taker []int
}

const nobody = -1

// mostRearranged is how many pairs of lines may have to be looked at again for one more line to find
// its place. Transcripts beyond that are paired in their order alone.
const mostRearranged = 1 << 20

// pair places as many of the expected lines as it can.
func pair(want, got []string) *pairing {
	p := &pairing{want, got, make([]bool, len(want)), make([]int, len(got))}
	for j := range p.taker {
		p.taker[j] = nobody
	}
	p.inOrder()
	if len(want)*len(got) > mostRearranged {
		return p
	}
	for i := range want {
		if !p.placed[i] {
			p.placed[i] = p.place(i, make([]bool, len(got)))
		}
	}
	return p
}

// inOrder gives each expected line the first printed one that is free.
func (p *pairing) inOrder() {
	// next[j] leads to the free line after the one before j.
	next := make([]int, len(p.got)+1)
	for j := range next {
		next[j] = j
	}
	for i, want := range p.want {
		for before, j := 0, next[0]; j < len(p.got); before, j = j+1, next[j+1] {
			if Matches(want, p.got[j]) {
				p.taker[j], p.placed[i] = i, true
				next[before] = next[j+1]
				break
			}
		}
	}
}

// place finds a printed line for an expected one, if need be by having others look for another one
// (an augmenting path).
func (p *pairing) place(i int, tried []bool) bool {
	for j := range p.got {
		if tried[j] || !Matches(p.want[i], p.got[j]) {
			continue
		}
		tried[j] = true
		if p.taker[j] == nobody || p.place(p.taker[j], tried) {
			p.taker[j] = i
			return true
		}
	}
	return false
}
