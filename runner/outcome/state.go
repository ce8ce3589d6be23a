package outcome

import (
	"iter"
	"maps"
	"slices"

	"tutor/runner/fate"
)

// State is what there is at a moment of an act, by the numbers of copies. It is a fold over the events until
// then.
type State struct {
	// Ready are the copies in each queue, in the order in which they first came to it.
	Ready map[Queue][]int
	// Buffer are the copies that were delivered to each consumer and not looked at, Hands those that it has
	// begun with and not answered.
	Buffer, Hands map[string][]int
	// Held are the copies that have died in a queue, and that it keeps until another has taken their dead letter.
	Held map[Queue][]int
	// Fates are those of the copies that have ended.
	Fates map[int]fate.Fate
}

// Queue names a queue, and the vhost it is in.
type Queue struct{ Vhost, Name string }

// NewState is that of an act's beginning: nothing is there.
func NewState() *State {
	return &State{Ready: map[Queue][]int{}, Buffer: map[string][]int{}, Hands: map[string][]int{}, Held: map[Queue][]int{}, Fates: map[int]fate.Fate{}}
}

// ends are the events that end a copy, with its fate.
var ends = map[EventKind]fate.Fate{
	Refuse: fate.Refused, Return: fate.Returned, DeadLetter: fate.DeadLettered, Expire: fate.Expired,
	Overflow: fate.Overflowed, Drop: fate.Dropped, GiveUp: fate.GivenUp, Nack: fate.Rejected, Reject: fate.Rejected,
}

// Apply is the step from one moment to the next.
func (s *State) Apply(e Event) {
	switch e.Kind {
	case Route:
		s.route(e)
	case Deliver:
		remove(s.Ready, e.queue(), e.Copy)
		s.Buffer[e.Actor] = append(s.Buffer[e.Actor], e.Copy)
	case Get:
		remove(s.Ready, e.queue(), e.Copy)
		s.Hands[e.Actor] = append(s.Hands[e.Actor], e.Copy)
	case Take:
		remove(s.Buffer, e.Actor, e.Copy)
		s.Hands[e.Actor] = append(s.Hands[e.Actor], e.Copy)
	case Requeue:
		s.take(e.Copy)
		delete(s.Fates, e.Copy)
		s.insert(e.queue(), e.Copy)
	case Ack:
		s.end(e.Copy, fate.Acked)
		if e.Auto {
			s.end(e.Copy, fate.Handled)
		}
	case Delete, Purge:
		s.empty(e)
	default:
		switch f, ends := ends[e.Kind]; {
		case !ends || e.Copy == 0 || e.Requeue:
		case e.Kept:
			s.take(e.Copy)
			s.Held[e.queue()] = append(s.Held[e.queue()], e.Copy)
		default:
			s.end(e.Copy, f)
		}
	}
}

func (s *State) route(e Event) {
	if e.Queue == "" {
		s.Fates[e.Copy] = fate.Unroutable
		return
	}
	s.insert(e.queue(), e.Copy)
}

// insert keeps a queue in the order in which copies first came.
func (s *State) insert(queue Queue, n int) {
	at, _ := slices.BinarySearch(s.Ready[queue], n)
	s.Ready[queue] = slices.Insert(s.Ready[queue], at, n)
}

func (s *State) empty(e Event) {
	if e.Copy != 0 {
		s.end(e.Copy, fate.Deleted)
		return
	}
	for _, n := range s.Ready[e.queue()] {
		s.Fates[n] = fate.Deleted
	}
	delete(s.Ready, e.queue())
}

// end takes a copy from where it is, and gives it its fate.
func (s *State) end(n int, f fate.Fate) {
	s.take(n)
	s.Fates[n] = f
}

// take takes a copy from where it is.
func (s *State) take(n int) {
	if !removeFrom(s.Hands, n) && !removeFrom(s.Buffer, n) && !removeFrom(s.Held, n) {
		removeFrom(s.Ready, n)
	}
}

// removeFrom takes a copy from whichever place has it, and reports whether one had.
func removeFrom[K comparable](places map[K][]int, n int) bool {
	for name := range places {
		if remove(places, name, n) {
			return true
		}
	}
	return false
}

// remove takes a copy from a place, and reports whether it was there.
func remove[K comparable](places map[K][]int, name K, n int) bool {
	at := slices.Index(places[name], n)
	if at < 0 {
		return false
	}
	places[name] = slices.Delete(places[name], at, at+1)
	if len(places[name]) == 0 {
		delete(places, name)
	}
	return true
}

// End gives what is in a queue, or with who has not answered, its fate: it is still there.
func (s *State) End() map[int]fate.Fate {
	s.remain(maps.Values(s.Ready))
	s.remain(maps.Values(s.Buffer))
	s.remain(maps.Values(s.Hands))
	s.remain(maps.Values(s.Held))
	return s.Fates
}

func (s *State) remain(places iter.Seq[[]int]) {
	for copies := range places {
		for _, n := range copies {
			s.Fates[n] = fate.Queued
		}
	}
}
