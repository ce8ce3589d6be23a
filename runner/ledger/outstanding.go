package ledger

import (
	"slices"
	"sort"
)

// outstanding are what waits for an answer on a channel, in the order of the tags, which as a rule rise. Most answers are
// for the first, or for all up to one; one in the middle is found by bisection and leaves a gap. All direct replies that
// come one after the other have the same tag (RabbitMQ): of these the first is meant.
type outstanding struct {
	// items before head are answered, and so are those with a gap; the others are open.
	items []tagged
	head  int
	open  int
}

// tagged is a copy or a message with its tag.
type tagged struct {
	tag uint64
	i   uint32
	gap bool
}

// len is how many wait.
func (o *outstanding) len() int { return o.open }

// add enters what waits under a tag. Room is made when half of the list is answered.
func (o *outstanding) add(tag uint64, i uint32) {
	if len(o.items) == cap(o.items) && o.open <= len(o.items)/2 {
		o.compact()
	}
	item := tagged{tag: tag, i: i}
	if last := len(o.items) - 1; last < 0 || o.items[last].tag <= tag {
		o.items = append(o.items, item)
	} else {
		o.items = slices.Insert(o.items, o.head+sort.Search(len(o.items)-o.head, func(n int) bool { return o.items[o.head+n].tag > tag }), item)
	}
	o.open++
}

func (o *outstanding) compact() {
	left := o.items[:0]
	for _, item := range o.items[o.head:] {
		if !item.gap {
			left = append(left, item)
		}
	}
	o.items, o.head = left, 0
}

func (o *outstanding) find(tag uint64) (at int, ok bool) {
	at = o.head + sort.Search(len(o.items)-o.head, func(n int) bool { return o.items[o.head+n].tag >= tag })
	for at < len(o.items) && o.items[at].tag == tag && o.items[at].gap {
		at++
	}
	return at, at < len(o.items) && o.items[at].tag == tag
}

// get is what waits under a tag.
func (o *outstanding) get(tag uint64) (i uint32, ok bool) {
	at, ok := o.find(tag)
	if !ok {
		return 0, false
	}
	return o.items[at].i, true
}

// take is what waits under a tag, and does so no longer.
func (o *outstanding) take(tag uint64) (i uint32, ok bool) {
	at, ok := o.find(tag)
	if !ok {
		return 0, false
	}
	i = o.items[at].i
	o.items[at].gap = true
	if o.open--; o.open == 0 {
		o.clear()
	}
	for o.head < len(o.items) && o.items[o.head].gap {
		o.head++
	}
	return i, true
}

// clear forgets all.
func (o *outstanding) clear() { o.items, o.head, o.open = o.items[:0], 0, 0 }

// all yields what waits, by rising tags. What is yielded may be taken meanwhile.
func (o *outstanding) all(yield func(tag uint64, i uint32) bool) {
	for _, item := range o.items[o.head:] {
		if !item.gap && !yield(item.tag, item.i) {
			return
		}
	}
}

// resolve takes what waits under a tag, or under all tags up to it, where 0 is all there are.
func (o *outstanding) resolve(tag uint64, multiple bool, do func(tag uint64, i uint32)) {
	if !multiple {
		if i, ok := o.take(tag); ok {
			do(tag, i)
		}
		return
	}
	for t, i := range o.all {
		if tag != 0 && t > tag {
			return
		}
		o.take(t)
		do(t, i)
	}
}
