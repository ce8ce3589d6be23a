package vhost

import "math/bits"

// maxPriorities is how many message priorities there can be: x-max-priority is at most 255.
const maxPriorities = 256

// store holds the ready messages of a queue in the order in which they leave: higher priorities first, within
// one in the order of arrival. Where a message goes that comes back is for each kind of queue to know.
type store interface {
	len() int
	// push adds a new message.
	push(e entry)
	// putBack adds a message that had left.
	putBack(e entry)
	// front returns the message that leaves next, or nil. It is valid until the store is changed.
	front() *entry
	// pop removes the message that leaves next, which must exist.
	pop() entry
}

// occupied are the priorities at which messages are ready, a bit each.
type occupied [maxPriorities / 64]uint64

func (o *occupied) add(p int) { o[p/64] |= 1 << (p % 64) }

func (o *occupied) remove(p int) { o[p/64] &^= 1 << (p % 64) }

// highest returns the highest priority with a message, or -1.
func (o *occupied) highest() int {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i] != 0 {
			return i*64 + bits.Len64(o[i]) - 1
		}
	}
	return -1
}
