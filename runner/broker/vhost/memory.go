package vhost

import "sync/atomic"

// About how many bytes a message takes beside its texts: once, and again for each queue, consumer or
// transaction that has it.
const (
	messageCost = 112
	placeCost   = 64
)

// Memory is about how many bytes messages take.
type Memory struct {
	// Taken is how many they take at the moment.
	Taken atomic.Int64
	// Released counts those that they have ceased to take: it rises while somebody consumes.
	Released atomic.Int64
}

// memory is how many bytes the messages of a vhost take. A message counts while something has it: a queue
// where it is ready, a channel that has not settled it, a transaction that is open, a keeper of dead letters.
type memory struct {
	taken int64
	told  int64
}

// hold counts that one more has m.
func (c *memory) hold(m *message) {
	if m.holders == 0 {
		c.taken += m.size()
	}
	m.holders++
	c.taken += placeCost
}

// release counts that one less has m.
func (c *memory) release(m *message) {
	m.holders--
	c.taken -= placeCost
	if m.holders == 0 {
		c.taken -= m.size()
	}
}

// tell brings a sum over several vhosts up to date.
func (c *memory) tell(sum *Memory) {
	if sum == nil || c.taken == c.told {
		return
	}
	more := c.taken - c.told
	c.told = c.taken
	sum.Taken.Add(more)
	if more < 0 {
		sum.Released.Add(-more)
	}
}

func (m *message) size() int64 {
	return int64(messageCost + len(m.exchange) + len(m.routingKey) + len(m.header) + len(m.body))
}

// added counts a message that has become ready, and removed one that no longer is.
func (q *queue) added(m *message) {
	q.readyBytes += q.kind.weight(m)
	q.vhost.memory.hold(m)
}

func (q *queue) removed(m *message) {
	q.readyBytes -= q.kind.weight(m)
	q.vhost.memory.release(m)
}

// empty drops what is ready, because the queue is purged or deleted.
func (q *queue) empty(why EventKind) {
	for q.ready.len() > 0 {
		m := q.ready.pop().msg
		q.vhost.tell(why, m, q.name)
		q.removed(m)
	}
	q.ready = q.kind.newStore(&q.settings)
}
