package pile

import "slices"

// Moments is a list of what happens, which for a moment is kept apart by a key and comes into the order of the
// keys when the moment is over. So there is nothing to sort, however much happens in a moment. The zero
// Moments is empty.
type Moments[K comparable, T any] struct {
	past [][]T
	// present are the keys of the moment, in the order in which they came, and what has happened by each.
	present []*strand[K, T]
	by      map[K]*strand[K, T]
	// order says of each value of the moment which of these has it.
	order Of[uint16]
	// spare are strands for moments to come.
	spare []*strand[K, T]
}

// strand is what happens by one key.
type strand[K comparable, T any] struct {
	key K
	// place is its place among those of the moment.
	place uint16
	list  [][]T
}

// Add puts a value into the present moment and returns where it is, which holds until the next is added.
func (m *Moments[K, T]) Add(key K, v T) *T {
	s := m.of(key)
	m.order.Add(s.place)
	return push(&s.list, v)
}

// few is how many keys are sooner compared than looked up. Most moments have no more.
const few = 4

func (m *Moments[K, T]) of(key K) *strand[K, T] {
	for _, s := range m.present[:min(few, len(m.present))] {
		if s.key == key {
			return s
		}
	}
	if s := m.by[key]; s != nil {
		return s
	}
	return m.begin(key)
}

func (m *Moments[K, T]) begin(key K) *strand[K, T] {
	if m.by == nil {
		m.by = map[K]*strand[K, T]{}
	}
	s := &strand[K, T]{}
	if last := len(m.spare) - 1; last >= 0 {
		s, m.spare = m.spare[last], m.spare[:last]
	}
	s.key, s.place = key, uint16(len(m.present))
	m.by[key] = s
	m.present = append(m.present, s)
	return s
}

// Over ends the moment: what has happened by one key comes before what has by another.
func (m *Moments[K, T]) Over(compare func(a, b K) int) {
	slices.SortStableFunc(m.present, func(a, b *strand[K, T]) int { return compare(a.key, b.key) })
	for _, s := range m.present {
		for i, part := range s.list {
			if m.join(part) && i == 0 {
				clear(part)
				s.list[0] = part[:0]
			} else {
				s.list[i] = nil
			}
		}
		s.list = s.list[:1]
		m.spare = append(m.spare, s)
	}
	clear(m.by)
	m.present, m.order = m.present[:0], Of[uint16]{}
}

// join puts a part behind what is past, and reports whether its memory is free again: few values are copied.
func (m *Moments[K, T]) join(part []T) (copied bool) {
	last := len(m.past) - 1
	switch {
	case last < 0 && len(part) < partLen:
		m.past = append(m.past, slices.Clone(part))
	case last >= 0 && len(m.past[last])+len(part) <= partLen:
		m.past[last] = append(m.past[last], part...)
	default:
		m.past = append(m.past, part)
		return false
	}
	return true
}

// Len is how many values there are.
func (m *Moments[K, T]) Len() int {
	n := int(m.order.Len())
	for _, part := range m.past {
		n += len(part)
	}
	return n
}

// All yields the values, those of the present in the order in which they came.
func (m *Moments[K, T]) All(yield func(T) bool) {
	for _, part := range m.past {
		if !each(part, yield) {
			return
		}
	}
	yielded := make([]int, len(m.present))
	for place := range m.order.All {
		n := yielded[place]
		yielded[place]++
		if !yield(m.present[place].list[n/partLen][n%partLen]) {
			return
		}
	}
}

func each[T any](part []T, yield func(T) bool) bool {
	for _, v := range part {
		if !yield(v) {
			return false
		}
	}
	return true
}
