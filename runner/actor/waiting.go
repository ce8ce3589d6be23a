package actor

// waiting are messages that the broker has not answered for, by their numbers on the channel, which rise. As a rule
// the answers come in the same order.
type waiting struct {
	// list has them from the number first on, and between them gaps: what is answered, and what somebody else has
	// published on the channel. The first of the list is none.
	list  []place
	first uint64
	// n is how many wait.
	n int
}

// place is a message's; it is a gap if none waits there.
type place struct {
	unconfirmed
	waits bool
}

func (w *waiting) len() int { return w.n }

// add enters a message, whose number is higher than all before.
func (w *waiting) add(tag uint64, u unconfirmed) {
	if w.n == 0 {
		w.list, w.first = w.list[:0], tag
	}
	for w.first+uint64(len(w.list)) < tag {
		w.list = append(w.list, place{})
	}
	w.list = append(w.list, place{u, true})
	w.n++
}

// at is the message of a number, nil if it does not wait.
func (w *waiting) at(tag uint64) *unconfirmed {
	if tag < w.first || tag-w.first >= uint64(len(w.list)) || !w.list[tag-w.first].waits {
		return nil
	}
	return &w.list[tag-w.first].unconfirmed
}

// take is the message of a number, which waits no longer.
func (w *waiting) take(tag uint64) (u unconfirmed, waits bool) {
	at := w.at(tag)
	if at == nil {
		return u, false
	}
	u = *at
	w.list[tag-w.first] = place{}
	w.n--
	for len(w.list) > 0 && !w.list[0].waits {
		w.list = w.list[1:]
		w.first++
	}
	return u, true
}

// oldest is the message that waits for longest, nil if none does.
func (w *waiting) oldest() *unconfirmed { return w.at(w.first) }

// upTo yields the numbers of those that wait up to one, 0 being the last. What is yielded may be taken meanwhile.
func (w *waiting) upTo(tag uint64) func(yield func(uint64) bool) {
	return func(yield func(uint64) bool) {
		last := w.first + uint64(len(w.list))
		for t := w.first; t < last && (t <= tag || tag == 0); t++ {
			if !yield(t) {
				return
			}
		}
	}
}
