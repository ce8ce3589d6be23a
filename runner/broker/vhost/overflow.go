package vhost

// The values of x-overflow: what happens to a queue at x-max-length or x-max-length-bytes.
const (
	overflowDropHead         = "drop-head" // the oldest message goes; the default
	overflowReject           = "reject-publish"
	overflowRejectDeadLetter = "reject-publish-dlx" // classic queues only; the same as drop-head in a quorum queue
)

// over reports whether the queue would be over one of its limits with so much more in it.
func (q *queue) over(messages int, bytes int64) bool {
	s := &q.settings
	if s.maxLength == none && s.maxBytes == none {
		return false
	}
	count, size := q.load()
	return s.maxLength != none && int64(count+messages) > s.maxLength ||
		s.maxBytes != none && size+bytes > s.maxBytes
}

// dropHead drops messages from the front until the queue is within its limits.
func (q *queue) dropHead() {
	for q.ready.len() > 0 && q.over(0, 0) {
		e := q.ready.pop()
		q.removed(e.msg)
		q.die(e, maxLength)
	}
}

// relieve ends the fullness of a queue that has shrunk enough.
func (q *queue) relieve() {
	if !q.full {
		return
	}
	s := &q.settings
	count, size := q.load()
	q.full = s.maxLength != none && int64(count) > s.maxLength*4/5 || s.maxBytes != none && size > s.maxBytes*4/5
}
