package vhost

import (
	"slices"

	"tutor/runner/wire"
)

// quorum is the kind of replicated queues (https://www.rabbitmq.com/docs/quorum-queues), with one replica.
type quorum struct{ competing }

func (quorum) traits() traits {
	return traits{
		name: "quorum", policies: "quorum_queues", mustBeNamed: true,
		deliveryLimit: 20, // RabbitMQ's default
		arguments: []argument{
			{"x-expires", checkExpires},
			{"x-message-ttl", checkMessageTTL},
			{"x-dead-letter-exchange", nil}, // its type is checked with its permissions
			{"x-dead-letter-routing-key", checkDeadLetterKey},
			{"x-dead-letter-strategy", checkStrategy},
			{"x-max-length", checkNotNegative},
			{"x-max-length-bytes", checkNotNegative},
			{"x-max-in-memory-length", checkNotNegative},
			{"x-max-in-memory-bytes", checkNotNegative},
			{"x-overflow", checkOverflow},
			{"x-single-active-consumer", checkBool},
			{"x-consumer-timeout", checkNotNegative},
			{"x-consumer-disconnected-timeout", checkNotNegative},
			{"x-queue-type", nil}, // checked first
			{"x-quorum-initial-group-size", checkPositive},
			{"x-queue-leader-locator", checkLeaderLocator},
			{"x-delivery-limit", nil}, // RabbitMQ takes anything, and 20 for what is no number
			{"x-delayed-retry-type", nil},
			{"x-delayed-retry-min", nil},
			{"x-delayed-retry-max", nil},
		},
		consumerArguments: []argument{{"x-priority", checkInt}, {"x-consumer-timeout", checkNotNegative}},
		compared: []string{
			"x-dead-letter-exchange", "x-dead-letter-routing-key", "x-dead-letter-strategy", "x-expires", "x-max-length", "x-max-length-bytes",
			"x-max-in-memory-length", "x-max-in-memory-bytes", "x-overflow", "x-single-active-consumer", "x-queue-type",
			"x-quorum-initial-group-size", "x-delivery-limit", "x-message-ttl", "x-queue-leader-locator",
			"x-consumer-disconnected-timeout", "x-consumer-timeout",
			"x-delayed-retry-type", "x-delayed-retry-min", "x-delayed-retry-max",
		},
	}
}

func (quorum) misfit(m wire.QueueDeclare) string {
	switch {
	case m.AutoDelete:
		return "auto-delete"
	case m.Exclusive:
		return "exclusive-owner"
	case !m.Durable:
		return "non-durable"
	}
	return ""
}

// mayConsume takes no notice of the exclusive flag.
func (quorum) mayConsume(q *queue, ch *Channel, _ wire.BasicConsume) error {
	if ch.globalPrefetch > 0 {
		return q.vhost.notImplemented("%s does not support global qos", q.description())
	}
	return nil
}

func (quorum) mayGet(q *queue) error {
	if !q.settings.singleActive {
		return nil
	}
	return q.vhost.resourceLocked("cannot obtain access to locked %s. basic.get operations are not supported by "+
		"<<\"quorum\">> queues with single active consumer", q.description())
}

func (quorum) mayDelete(q *queue, m wire.QueueDelete) error {
	flag := "if-unused"
	switch {
	case !m.IfUnused && !m.IfEmpty:
		return nil
	case !m.IfUnused:
		flag = "if-empty"
	}
	return q.vhost.notImplemented("cannot delete %s. queue.delete operations with %s flag set are not supported by quorum queues",
		q.description(), flag)
}

// accept has an empty queue with a consumer that is ready pass a message on without keeping it, so neither a
// length limit nor a time to live of zero gets in the way.
func (k quorum) accept(q *queue, m *message) bool {
	if q.full && q.settings.overflow == overflowReject {
		q.vhost.tell(Refuse, m, q.name)
		return false
	}
	q.vhost.tell(Route, m, q.name)
	e := q.entry(m)
	e.returns = e.deliveries // failures in the queue where m died count
	if c := q.waiting(); c != nil {
		q.deliver(c, e)
		return true
	}
	q.push(e)
	k.run(q)
	k.trim(q)
	q.expireFront()
	return true
}

func (quorum) weight(m *message) int64 { return int64(len(m.header) + len(m.body)) }

// trim has a queue that rejects only note that it is full: it enforces its limit a little late, and takes
// messages again at four fifths of it. To reject-publish-dlx it does what drop-head says.
func (quorum) trim(q *queue) {
	if q.settings.overflow == overflowReject {
		q.full = q.full || q.over(0, 0)
	} else {
		q.dropHead()
	}
}

// header tells how often the message came back, and how often its delivery failed.
func (quorum) header(e entry) []byte {
	props := e.msg.properties()
	headers := set(slices.Clone(props.Headers), "x-acquired-count", int64(e.returns))
	if e.deliveries > 0 {
		headers = set(headers, "x-delivery-count", int64(e.deliveries))
	}
	headers, _ = tidy(headers)
	setHeaders(&props, headers)
	header, err := wire.AppendProperties(nil, &props)
	if err != nil {
		return e.msg.header
	}
	return header
}

// recover keeps all messages: they are on disk, whether they are persistent or not.
func (quorum) recover(q *queue) {
	if q.keeper != nil {
		q.keeper.again()
	}
}

func (quorum) joined(q *queue, c *consumer, m wire.BasicConsume) { c.timeout = q.consumerTimeout(m) }

// left goes on counting a consumer until it has settled what it has.
func (quorum) left(q *queue, c *consumer) {
	if c.unacked > 0 {
		c.left = true
		q.leaving++
	}
}

// consumers counts a consumer that was cancelled until it has settled what it has, and each basic.get; of
// those that wait for their turn to be the single active one, none.
func (quorum) consumers(q *queue) int {
	if q.settings.singleActive {
		return min(1, len(q.members))
	}
	return len(q.members) + q.leaving + q.gets
}

func (quorum) outranked(q *queue) bool { return q.candidate().priority > q.active.priority }

// delivered takes a consumer that is now at its limit out of the rotation: this decides who is next after
// acknowledgements.
func (quorum) delivered(q *queue, c *consumer) {
	if !c.noAck {
		c.channel.unacked.last().since = q.vhost.now()
		c.await()
	}
	switch {
	case q.settings.singleActive:
	case !c.ready():
		q.rotation.remove(c)
	default:
		q.rotation.moveToEnd(c)
	}
}

// settle has what comes back delivered before it counts against the queue's limits.
func (k quorum) settle(ch *Channel, us []unacked, s settlement) {
	q, c := us[0].queue, us[0].consumer
	q.apply(us, s)
	if c != nil && c.left && c.unacked == 0 {
		c.left = false
		q.leaving--
	}
	ch.wake(q, c)
	if s.outcome == requeue && !q.deleted {
		k.trim(q)
		q.expireFront()
	}
}

const (
	quorumPriorities = 32
	// quorumDefaultPriority is that of messages without the property: the middle of the lower range.
	quorumDefaultPriority = 4
)

func (quorum) newStore(*settings) store { return new(quorumStore) }

// quorumStore has messages that come back go before everything else, in the order of coming back.
type quorumStore struct {
	levels   [quorumPriorities]deque[entry]
	occupied occupied
	returned deque[entry]
	size     int
}

func (s *quorumStore) len() int { return s.size }

func (s *quorumStore) push(e entry) {
	p := s.priority(e.msg)
	s.levels[p].push(e)
	s.occupied.add(p)
	s.size++
}

func (s *quorumStore) putBack(e entry) {
	s.returned.push(e)
	s.size++
}

func (s *quorumStore) front() *entry {
	if s.returned.len() > 0 {
		return s.returned.front()
	}
	p := s.occupied.highest()
	if p < 0 {
		return nil
	}
	return s.levels[p].front()
}

func (s *quorumStore) pop() entry {
	s.size--
	if s.returned.len() > 0 {
		return s.returned.pop()
	}
	p := s.occupied.highest()
	e := s.levels[p].pop()
	if s.levels[p].len() == 0 {
		s.occupied.remove(p)
	}
	return e
}

// priority is the level a message belongs to.
func (*quorumStore) priority(m *message) int {
	if m.priority == none {
		return quorumDefaultPriority
	}
	return min(int(m.priority), quorumPriorities-1)
}
