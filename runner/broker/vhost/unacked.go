package vhost

import "sort"

// unacked is a delivery that waits for its acknowledgement.
type unacked struct {
	tag      uint64
	gone     bool // it only fills its place, see unackedList
	queue    *queue
	consumer *consumer // nil for basic.get
	entry    entry
	since    int64 // when it was delivered, in microseconds, where consumers have a time-out
	late     bool  // its consumer was stopped, and the message has gone back
}

// unackedList is a channel's unacknowledged deliveries by rising delivery tag. Most acknowledgements are for
// the first or for all up to one; one in the middle is found by bisection and leaves a gap, and gaps are
// closed when they are half of the list. So each operation costs, on average, next to nothing, with thousands
// of deliveries outstanding as well.
type unackedList struct {
	items []unacked
	head  int // items before it are gone
	live  int // items not gone
}

func (l *unackedList) push(u unacked) {
	if len(l.items) == cap(l.items) && l.live <= len(l.items)/2 {
		l.compact()
	}
	l.items = append(l.items, u)
	l.live++
}

// last is the delivery pushed last. It is valid until the list is changed.
func (l *unackedList) last() *unacked { return &l.items[len(l.items)-1] }

// each calls do with the items not gone, in order.
func (l *unackedList) each(do func(*unacked)) {
	for i := l.head; i < len(l.items); i++ {
		if !l.items[i].gone {
			do(&l.items[i])
		}
	}
}

// compact moves the items not gone to the front.
func (l *unackedList) compact() {
	kept := l.items[:0]
	for _, u := range l.items[l.head:] {
		if !u.gone {
			kept = append(kept, u)
		}
	}
	clear(l.items[len(kept):])
	l.items, l.head = kept, 0
}

// take removes the delivery with the tag.
func (l *unackedList) take(tag uint64) (unacked, bool) {
	i, ok := l.find(tag)
	if !ok {
		return unacked{}, false
	}
	return l.removeAt(i), true
}

// takeUpTo removes all deliveries up to the one with the tag, which must be there, appending them to dst.
func (l *unackedList) takeUpTo(tag uint64, dst []unacked) ([]unacked, bool) {
	last, ok := l.find(tag)
	if !ok {
		return dst, false
	}
	for i := l.head; i <= last; i++ {
		if !l.items[i].gone {
			dst = append(dst, l.removeAt(i))
		}
	}
	return dst, true
}

// takeAll removes all deliveries, appending them to dst.
func (l *unackedList) takeAll(dst []unacked) []unacked {
	for _, u := range l.items[l.head:] {
		if !u.gone {
			dst = append(dst, u)
		}
	}
	*l = unackedList{}
	return dst
}

// restore puts deliveries back that were taken, which is what tx.rollback does to acknowledgements.
func (l *unackedList) restore(us []unacked) {
	all := append(l.takeAll(nil), us...)
	sort.Slice(all, func(i, j int) bool { return all[i].tag < all[j].tag })
	l.items, l.live = all, len(all)
}

func (l *unackedList) find(tag uint64) (int, bool) {
	if l.head < len(l.items) && l.items[l.head].tag == tag { // the usual case
		return l.head, !l.items[l.head].gone
	}
	i := l.head + sort.Search(len(l.items)-l.head, func(i int) bool { return l.items[l.head+i].tag >= tag })
	return i, i < len(l.items) && l.items[i].tag == tag && !l.items[i].gone
}

// removeAt marks item i and forgets what can be forgotten at the front.
func (l *unackedList) removeAt(i int) unacked {
	u := l.items[i]
	l.items[i] = unacked{tag: u.tag, gone: true}
	l.live--
	for l.head < len(l.items) && l.items[l.head].gone {
		l.head++
	}
	if l.live == 0 {
		l.reset()
	}
	return u
}

// reset empties the list, and gives the memory of a large one back.
func (l *unackedList) reset() {
	if cap(l.items) > 4096 {
		l.items = nil
	}
	l.items, l.head = l.items[:0], 0
}
