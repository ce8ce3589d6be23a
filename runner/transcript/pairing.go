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
	free := 0
	for i := range p.want {
		for free < len(p.got) && p.taker[free] != nobody {
			free++
		}
		for j := free; j < len(p.got); j++ {
			if p.taker[j] == nobody && Matches(p.want[i], p.got[j]) {
				p.taker[j], p.placed[i] = i, true
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
