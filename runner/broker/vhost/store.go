package vhost

import (
	"container/heap"
	"math/bits"
)

// Message priorities. A quorum queue always has 32, and messages without the
// property are in the middle of the lower range; a classic queue has what
// x-max-priority says, and messages without the property are lowest.
const (
	maxPriorities         = 256
	quorumPriorities      = 32
	quorumDefaultPriority = 4
)

// store holds the ready messages of a queue in the order in which they leave:
// higher priorities first, within one in the order of arrival.
//
// A message that comes back takes its original place in a classic queue. It
// left from the front, so it precedes everything that never left; what came
// back is therefore kept apart, in a heap, and goes first. In a quorum queue
// what comes back goes before everything else, in the order of coming back.
type store struct {
	levels   []level
	occupied [maxPriorities / 64]uint64 // bit p: levels[p] is not empty
	quorum   bool
	returned deque[entry] // quorum queues only
	size     int
}

// level is what is ready at one priority.
type level struct {
	fresh    deque[entry]
	requeued entryHeap
}

func newStore(quorum bool, maxPriority int) store {
	if quorum {
		return store{quorum: true, levels: make([]level, quorumPriorities)}
	}
	return store{levels: make([]level, maxPriority+1)}
}

func (s *store) len() int { return s.size }

// push adds a new message.
func (s *store) push(e entry) {
	p := s.priority(e.msg)
	s.levels[p].fresh.push(e)
	s.occupy(p)
	s.size++
}

// putBack adds a message that had left.
func (s *store) putBack(e entry) {
	if s.quorum {
		s.returned.push(e)
	} else {
		p := s.priority(e.msg)
		heap.Push(&s.levels[p].requeued, e)
		s.occupy(p)
	}
	s.size++
}

// front returns the message that leaves next, or nil. It is valid until the
// store is changed.
func (s *store) front() *entry {
	if s.returned.len() > 0 {
		return s.returned.front()
	}
	p := s.highest()
	if p < 0 {
		return nil
	}
	l := &s.levels[p]
	if len(l.requeued) > 0 {
		return &l.requeued[0]
	}
	return l.fresh.front()
}

// pop removes the message that leaves next, which must exist.
func (s *store) pop() entry {
	s.size--
	if s.returned.len() > 0 {
		return s.returned.pop()
	}
	p := s.highest()
	l := &s.levels[p]
	var e entry
	if len(l.requeued) > 0 {
		e = heap.Pop(&l.requeued).(entry)
	} else {
		e = l.fresh.pop()
	}
	if len(l.requeued) == 0 && l.fresh.len() == 0 {
		s.occupied[p/64] &^= 1 << (p % 64)
	}
	return e
}

func (s *store) occupy(p int) { s.occupied[p/64] |= 1 << (p % 64) }

// highest returns the highest priority with a message, or -1.
func (s *store) highest() int {
	for i := len(s.occupied) - 1; i >= 0; i-- {
		if s.occupied[i] != 0 {
			return i*64 + bits.Len64(s.occupied[i]) - 1
		}
	}
	return -1
}

// priority is the level a message belongs to.
func (s *store) priority(m *message) int {
	if s.quorum && m.priority == none {
		return quorumDefaultPriority
	}
	return min(max(int(m.priority), 0), len(s.levels)-1)
}

// entryHeap has the message with the lowest position on top; see
// container/heap.
type entryHeap []entry

func (h entryHeap) Len() int           { return len(h) }
func (h entryHeap) Less(i, j int) bool { return h[i].seq < h[j].seq }
func (h entryHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *entryHeap) Push(x any)        { *h = append(*h, x.(entry)) }

func (h *entryHeap) Pop() any {
	old := *h
	last := len(old) - 1
	e := old[last]
	old[last] = entry{} // lets the message be collected
	*h = old[:last]
	return e
}
