package vhost

// The values of x-overflow: what happens to a queue at x-max-length or
// x-max-length-bytes.
const (
	overflowDropHead         = "drop-head" // the oldest message goes; the default
	overflowReject           = "reject-publish"
	overflowRejectDeadLetter = "reject-publish-dlx" // classic queues only; the same as drop-head in a quorum queue
)

// weight is what m counts against x-max-length-bytes: its body, and in a quorum
// queue its properties, too.
func (q *queue) weight(m *message) int64 {
	if q.settings.quorum {
		return int64(len(m.header) + len(m.body))
	}
	return int64(len(m.body))
}

// over reports whether the queue would be over one of its limits with so much
// more in it.
func (q *queue) over(messages int, bytes int64) bool {
	s := &q.settings
	if s.maxLength == none && s.maxBytes == none {
		return false
	}
	count, size := q.load()
	return s.maxLength != none && int64(count+messages) > s.maxLength ||
		s.maxBytes != none && size+bytes > s.maxBytes
}

// refuses reports whether the queue refuses to take m, and dead-letters m if
// it is to be.
func (q *queue) refuses(m *message) bool {
	s := &q.settings
	if s.quorum {
		return s.overflow == overflowReject && q.full
	}
	if s.overflow == overflowDropHead || !q.over(1, q.weight(m)) {
		return false
	}
	if s.overflow == overflowRejectDeadLetter {
		q.die(entry{msg: m}, maxLength)
	}
	return true
}

// dropHead drops messages from the front until the queue is within its limits.
// A quorum queue that rejects only notes that it is full: it enforces its
// limit a little late, and takes messages again at four fifths of it.
func (q *queue) dropHead() {
	s := &q.settings
	if s.quorum && s.overflow == overflowReject {
		q.full = q.full || q.over(0, 0)
		return
	}
	if !s.quorum && s.overflow != overflowDropHead {
		return
	}
	for q.ready.len() > 0 && q.over(0, 0) {
		e := q.ready.pop()
		q.removed(e.msg)
		q.die(e, maxLength)
	}
}

// relieve ends the fullness of a quorum queue that has shrunk enough.
func (q *queue) relieve() {
	if !q.full {
		return
	}
	s := &q.settings
	count, size := q.load()
	q.full = s.maxLength != none && int64(count) > s.maxLength*4/5 || s.maxBytes != none && size > s.maxBytes*4/5
}
