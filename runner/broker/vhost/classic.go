package vhost

import (
	"container/heap"

	"tutor/runner/wire"
)

// classic is the kind of AMQP's own queues, with RabbitMQ's extensions
// (https://www.rabbitmq.com/docs/classic-queues).
type classic struct{ competing }

func (classic) traits() traits {
	return traits{
		name: "classic", policies: "classic_queues", deliveryLimit: none,
		arguments: []argument{
			{"x-expires", checkExpires},
			{"x-message-ttl", checkMessageTTL},
			{"x-dead-letter-exchange", nil}, // its type is checked with its permissions
			{"x-dead-letter-routing-key", checkDeadLetterKey},
			{"x-max-length", checkNotNegative},
			{"x-max-length-bytes", checkNotNegative},
			{"x-max-priority", checkMaxPriority},
			{"x-overflow", checkOverflow},
			{"x-queue-version", checkQueueVersion},
			{"x-single-active-consumer", checkBool},
			{"x-queue-type", nil}, // checked first
			{"x-queue-leader-locator", checkLeaderLocator},
			{"x-queue-mode", nil},
			{"x-queue-master-locator", nil}, // see deprecated.go
		},
		consumerArguments: []argument{{"x-priority", checkInt}},
		compared: []string{
			"x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-max-length", "x-max-length-bytes",
			"x-max-priority", "x-overflow", "x-queue-mode", "x-queue-version", "x-single-active-consumer", "x-queue-type",
			"x-queue-leader-locator", "x-queue-master-locator",
		},
	}
}

func (classic) misfit(wire.QueueDeclare) string { return "" }

// mayConsume admits nothing next to an exclusive consumer, and an exclusive one only where there is no other.
func (classic) mayConsume(q *queue, _ *Channel, m wire.BasicConsume) error {
	if !q.admits(m.Exclusive) {
		return q.vhost.exclusiveUse(q.name)
	}
	return nil
}

func (q *queue) admits(exclusive bool) bool {
	if q.settings.singleActive {
		return !exclusive
	}
	return q.active == nil && (!exclusive || len(q.members) == 0)
}

func (classic) mayGet(*queue) error { return nil }

func (classic) mayDelete(*queue, wire.QueueDelete) error { return nil }

// accept has an empty queue with a consumer that is ready pass a message on without keeping it, so neither a
// length limit nor a time to live of zero gets in the way.
func (k classic) accept(q *queue, m *message) bool {
	if k.refuses(q, m) {
		return false
	}
	q.vhost.tell(Route, m, q.name)
	e := q.entry(m)
	if c := q.waiting(); c != nil {
		e.deliveries = 0 // what a message went through in another queue only shows if this one keeps it
		q.deliver(c, e)
		return true
	}
	q.push(e)
	k.trim(q)
	q.expireFront()
	return true
}

// refuses reports whether the queue refuses to take m, and dead-letters m if it is to be.
func (k classic) refuses(q *queue, m *message) bool {
	s := &q.settings
	if s.overflow == overflowDropHead || !q.over(1, k.weight(m)) {
		return false
	}
	q.vhost.tell(Refuse, m, q.name)
	if s.overflow == overflowRejectDeadLetter {
		q.bury(entry{msg: m}, maxLength)
	}
	return true
}

func (classic) weight(m *message) int64 { return int64(len(m.body)) }

func (classic) trim(q *queue) {
	if q.settings.overflow == overflowDropHead {
		q.dropHead()
	}
}

func (classic) header(e entry) []byte { return e.msg.header }

// recover keeps what is on disk: the persistent messages.
func (k classic) recover(q *queue) {
	kept := k.newStore(&q.settings)
	for q.ready.len() > 0 {
		e := q.ready.pop()
		q.removed(e.msg)
		if e.msg.persistent {
			kept.push(e)
			q.added(e.msg)
		}
	}
	q.ready = kept
	q.expireFront()
}

func (classic) joined(q *queue, c *consumer, m wire.BasicConsume) {
	if m.Exclusive {
		q.active = c
	}
}

func (classic) left(*queue, *consumer) {}

func (classic) consumers(q *queue) int { return len(q.members) }

// outranked is false: a single active consumer stays active until it goes, whatever priority others have.
func (classic) outranked(*queue) bool { return false }

// delivered leaves a consumer that is now at its limit in the rotation until its turn comes: this decides who
// is next after acknowledgements.
func (classic) delivered(q *queue, c *consumer) {
	if !q.settings.singleActive {
		q.rotation.moveToEnd(c)
	}
}

func (k classic) settle(ch *Channel, us []unacked, s settlement) {
	q := us[0].queue
	q.apply(us, s)
	if s.outcome == requeue && !q.deleted {
		k.trim(q)
		q.expireFront()
	}
	ch.wake(q, us[0].consumer)
}

// newStore makes the store of a queue with as many priorities as x-max-priority says, and one more: messages
// without the property are of priority 0.
func (classic) newStore(s *settings) store {
	return &classicStore{levels: make([]level, s.maxPriority+1)}
}

// classicStore has a message that comes back take its old place. As it left from the front, that is before
// everything that never left: what has come back is kept apart, in a heap, and goes first.
type classicStore struct {
	levels   []level
	occupied occupied
	size     int
}

// level is what is ready at one priority.
type level struct {
	fresh    deque[entry]
	requeued entryHeap
}

func (s *classicStore) len() int { return s.size }

func (s *classicStore) push(e entry) {
	p := s.priority(e.msg)
	s.levels[p].fresh.push(e)
	s.occupied.add(p)
	s.size++
}

func (s *classicStore) putBack(e entry) {
	p := s.priority(e.msg)
	heap.Push(&s.levels[p].requeued, e)
	s.occupied.add(p)
	s.size++
}

func (s *classicStore) front() *entry {
	p := s.occupied.highest()
	if p < 0 {
		return nil
	}
	l := &s.levels[p]
	if len(l.requeued) > 0 {
		return &l.requeued[0]
	}
	return l.fresh.front()
}

func (s *classicStore) pop() (e entry) {
	p := s.occupied.highest()
	l := &s.levels[p]
	if len(l.requeued) > 0 {
		e = heap.Pop(&l.requeued).(entry)
	} else {
		e = l.fresh.pop()
	}
	if len(l.requeued) == 0 && l.fresh.len() == 0 {
		s.occupied.remove(p)
	}
	s.size--
	return e
}

// priority is the level a message belongs to.
func (s *classicStore) priority(m *message) int { return min(max(int(m.priority), 0), len(s.levels)-1) }

// entryHeap has the message with the lowest position on top; see container/heap.
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
