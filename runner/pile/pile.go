// Package pile has lists that only grow, for what an act has a million of. They are kept in parts, so that what
// is there stays where it is when more comes, and is neither copied nor there twice meanwhile.
package pile

// partLen is how many elements a part has.
const partLen = 1 << 12

// Of is a pile of values. The zero pile is empty.
type Of[T any] struct{ parts [][]T }

// Add puts a value on the pile and returns where it is, which holds until the next is added.
func (p *Of[T]) Add(v T) *T { return push(&p.parts, v) }

// push puts a value behind those in parts.
func push[T any](parts *[][]T, v T) *T {
	last := len(*parts) - 1
	switch {
	case last < 0:
		// Most acts are small: the first part grows as slices do.
		*parts = append(*parts, nil)
		last++
	case len((*parts)[last]) == partLen:
		*parts = append(*parts, make([]T, 0, partLen))
		last++
	}
	part := append((*parts)[last], v)
	(*parts)[last] = part
	return &part[len(part)-1]
}

// Len is how many values there are.
func (p *Of[T]) Len() uint32 {
	last := len(p.parts) - 1
	if last < 0 {
		return 0
	}
	return uint32(last*partLen + len(p.parts[last]))
}

// At is where a value is, by its number from 0.
func (p *Of[T]) At(i uint32) *T { return &p.parts[i/partLen][i%partLen] }

// All yields the values.
func (p *Of[T]) All(yield func(T) bool) {
	for _, part := range p.parts {
		if !each(part, yield) {
			return
		}
	}
}
