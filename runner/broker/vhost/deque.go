package vhost

// chunkSize is how many elements a chunk of a deque holds. A queue that is not empty costs one chunk, so it
// is kept to a few kilobytes.
const chunkSize = 64

// deque is a FIFO in chunks of fixed size: pushing and popping never copy what is already there, so a queue
// of a million messages is no slower than one of ten, and memory is given back as the queue drains.
type deque[T any] struct {
	first, last *chunk[T]
	spare       *chunk[T] // one emptied chunk, so that a queue that hovers around empty does not allocate
	head        int       // index of the front element in first
	tail        int       // index after the back element in last
	size        int
}

type chunk[T any] struct {
	items [chunkSize]T
	next  *chunk[T]
}

// len returns the number of elements.
func (d *deque[T]) len() int { return d.size }

// push appends x at the back.
func (d *deque[T]) push(x T) {
	if d.last == nil || d.tail == chunkSize {
		d.grow()
	}
	d.last.items[d.tail] = x
	d.tail++
	d.size++
}

func (d *deque[T]) grow() {
	c := d.spare
	d.spare = nil
	if c == nil {
		c = new(chunk[T])
	}
	if d.last == nil {
		d.first, d.head = c, 0
	} else {
		d.last.next = c
	}
	d.last, d.tail = c, 0
}

// front returns the element at the front, or nil. It is valid until the next pop.
func (d *deque[T]) front() *T {
	if d.size == 0 {
		return nil
	}
	return &d.first.items[d.head]
}

// pop removes the element at the front, which must exist.
func (d *deque[T]) pop() T {
	var zero T
	x := d.first.items[d.head]
	d.first.items[d.head] = zero // lets the message be collected
	d.head++
	d.size--
	if d.size == 0 || d.head == chunkSize {
		d.release()
	}
	return x
}

// release drops the first chunk, which has no elements left in front of head.
func (d *deque[T]) release() {
	c := d.first
	d.first, d.head = c.next, 0
	if d.first == nil {
		d.last, d.tail = nil, 0
	}
	c.next = nil
	d.spare = c
}

// clear drops all elements.
func (d *deque[T]) clear() { *d = deque[T]{} }

// all yields the elements from front to back.
func (d *deque[T]) all(yield func(*T) bool) {
	i := d.head
	for c := d.first; c != nil; c, i = c.next, 0 {
		end := chunkSize
		if c == d.last {
			end = d.tail
		}
		for ; i < end; i++ {
			if !yield(&c.items[i]) {
				return
			}
		}
	}
}
