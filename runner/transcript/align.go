package transcript

import "slices"

// Step is an expected thing with an observed one that fits it, by their places, or one of the two alone: then
// the other is [None].
type Step struct{ Want, Got int }

// None is the place of what is not there.
const None = -1

// Align keeps a longest common subsequence of what is expected and what was observed. Common heads and tails
// are cut off first, so that the table it needs is small for what differs little.
func Align(want, got int, fits func(w, g int) bool) []Step {
	var head, tail []Step
	i, j := 0, 0
	for i < want && j < got && fits(i, j) {
		head = append(head, Step{i, j})
		i, j = i+1, j+1
	}
	for want > i && got > j && fits(want-1, got-1) {
		want, got = want-1, got-1
		tail = append(tail, Step{want, got})
	}
	slices.Reverse(tail)
	middle := alignMiddle(want-i, got-j, func(w, g int) bool { return fits(i+w, j+g) })
	for n := range middle {
		if middle[n].Want != None {
			middle[n].Want += i
		}
		if middle[n].Got != None {
			middle[n].Got += j
		}
	}
	return slices.Concat(head, middle, tail)
}

// alignMiddle walks the table of longest common subsequences of all suffixes. What is too long for a table
// is replaced.
func alignMiddle(want, got int, fits func(w, g int) bool) []Step {
	var steps []Step
	const largestTable = 4 << 20
	i, j := 0, 0
	if (want+1)*(got+1) <= largestTable {
		common := commonSuffixes(want, got, fits)
		for i < want && j < got {
			switch {
			case fits(i, j):
				steps = append(steps, Step{i, j})
				i, j = i+1, j+1
			case common[i+1][j] >= common[i][j+1]:
				steps = append(steps, Step{i, None})
				i++
			default:
				steps = append(steps, Step{None, j})
				j++
			}
		}
	}
	for ; i < want; i++ {
		steps = append(steps, Step{i, None})
	}
	for ; j < got; j++ {
		steps = append(steps, Step{None, j})
	}
	return steps
}

// commonSuffixes[i][j] is the length of the longest common subsequence of what is behind i and behind j.
func commonSuffixes(want, got int, fits func(w, g int) bool) [][]int32 {
	common := make([][]int32, want+1)
	for i := range common {
		common[i] = make([]int32, got+1)
	}
	for i := want - 1; i >= 0; i-- {
		for j := got - 1; j >= 0; j-- {
			if fits(i, j) {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}
