package vhost

import (
	"slices"
	"strings"

	"tutor/runner/wire"
)

// queue is a queue with its messages and consumers.
type queue struct {
	vhost      *VHost
	name       string
	durable    bool
	autoDelete bool
	owner      *Connection // set for an exclusive queue
	args       wire.Table
	kind       kind
	settings   settings
	incoming   map[*binding]struct{}
	mark       uint64 // see targets.round
	deleted    bool

	ready      store
	readyBytes int64 // of what counts against x-max-length-bytes
	unacked    int   // messages that are with consumers
	gets       int   // those of them that basic.get took
	leaving    int   // consumers that were cancelled, and that still count
	nextSeq    uint64
	full       bool // it refuses publishes until it has shrunk
	keeper     *keeper
	delayed    *delayed

	members      []*consumer // in the order they came
	hadConsumers bool
	rotation     rotation
	active       *consumer // the single active consumer, or the exclusive one

	ttlTimer    Timer
	ttlTimerAt  int64 // when ttlTimer fires, in microseconds; 0: it is not armed
	unusedTimer Timer
	unusedUntil int64 // when unusedTimer fires
}

func newQueue(v *VHost, m wire.QueueDeclare, k kind, s settings) *queue {
	q := &queue{
		vhost: v, name: m.Queue, durable: m.Durable, autoDelete: m.AutoDelete, args: m.Arguments,
		kind:     k,
		settings: s,
		incoming: make(map[*binding]struct{}),
	}
	q.ready = k.newStore(&q.settings)
	return q
}

// description is how RabbitMQ's texts call the queue.
func (q *queue) description() string { return q.vhost.describe(queueNamed(q.name)) }

// queueName expands "", which stands for the queue last declared on the channel.
func (ch *Channel) queueName(name string) (string, error) {
	if name != "" {
		return name, nil
	}
	if ch.lastQueue == "" {
		return "", refuse(wire.NotFound, "NOT_FOUND", "no previously declared queue")
	}
	return ch.lastQueue, nil
}

// queue returns the queue called name for use by c: 404 when it is not there, 405 when it is another connection's.
func (v *VHost) queue(c *Connection, name string) (*queue, error) {
	q := v.queues[name]
	if q == nil {
		return nil, v.notFound(queueNamed(name))
	}
	return q, v.exclusiveAccess(q, c)
}

func (v *VHost) exclusiveAccess(q *queue, c *Connection) error {
	if q.owner != nil && q.owner != c {
		return v.locked(q.name)
	}
	return nil
}

// QueueDeclare is queue.declare.
func (ch *Channel) QueueDeclare(m wire.QueueDeclare) (wire.QueueDeclareOK, error) {
	v, err := ch.enter()
	if err != nil {
		return wire.QueueDeclareOK{}, err
	}
	defer v.leave()

	m.Queue = stripLines(m.Queue)
	ok, err := ch.declareQueue(m)
	if err == nil {
		ch.lastQueue = ok.Queue
	}
	return ok, err
}

func (ch *Channel) declareQueue(m wire.QueueDeclare) (wire.QueueDeclareOK, error) {
	v := ch.conn.vhost
	if strings.HasPrefix(m.Queue, replyQueue) {
		return ch.declareReplyQueue(m.Queue)
	}
	if m.Passive {
		return v.declareQueuePassively(ch.conn, m.Queue)
	}
	if m.Exclusive {
		m.Durable = false // an exclusive queue cannot outlive its connection, so 4.3 makes it transient
	}
	m = v.typed(m)
	name, err := v.chooseName(m)
	if err != nil {
		return wire.QueueDeclareOK{}, err
	}
	m.Queue = name
	if err := v.allow(ch.conn.user, Configure, queueNamed(m.Queue)); err != nil {
		return wire.QueueDeclareOK{}, err
	}
	if q := v.queues[m.Queue]; q != nil {
		if err := v.sameQueue(q, ch.conn, m); err != nil {
			return wire.QueueDeclareOK{}, err
		}
		q.used()
		return q.status(), nil
	}
	return v.createQueue(ch.conn, m)
}

func (v *VHost) declareQueuePassively(c *Connection, name string) (wire.QueueDeclareOK, error) {
	if err := v.allowAny(c.user, queueNamed(name)); err != nil {
		return wire.QueueDeclareOK{}, err
	}
	q, err := v.queue(c, name)
	if err != nil {
		return wire.QueueDeclareOK{}, err
	}
	q.used()
	return q.status(), nil
}

// chooseName makes up a name when the client leaves it to the server, and refuses reserved ones.
func (v *VHost) chooseName(m wire.QueueDeclare) (string, error) {
	if m.Queue == "" {
		name, _ := lookupString(m.Arguments, "x-queue-type")
		if k := kindCalled(name); k != nil && k.traits().mustBeNamed {
			return "", v.preconditionFailed("Cannot declare a server-named queue for type %s", k.traits().module())
		}
		return uniqueName("amq.gen-"), nil
	}
	if strings.HasPrefix(m.Queue, reservedPrefix) {
		return "", v.reservedName("queue", m.Queue)
	}
	return m.Queue, nil
}

func (v *VHost) createQueue(c *Connection, m wire.QueueDeclare) (wire.QueueDeclareOK, error) {
	if err := v.allowDeadLetterExchange(c.user, m); err != nil {
		return wire.QueueDeclareOK{}, err
	}
	k, s, err := v.settings(m)
	if err != nil {
		return wire.QueueDeclareOK{}, err
	}
	if max := v.opts.MaxQueues; max != nil && len(v.queues) >= *max {
		return wire.QueueDeclareOK{}, v.preconditionFailed("cannot declare queue '%s': queue limit in vhost '%s' (%d) is reached", m.Queue, v.name, *max)
	}
	q := newQueue(v, m, k, s)
	if m.Exclusive {
		q.owner = c
		c.exclusive[q] = struct{}{}
	}
	v.queues[q.name] = q
	q.used()
	return q.status(), nil
}

// allowDeadLetterExchange checks the permissions that x-dead-letter-exchange needs: the queue will be read
// from, and the exchange written to.
func (v *VHost) allowDeadLetterExchange(u User, m wire.QueueDeclare) error {
	arg, present := lookup(m.Arguments, "x-dead-letter-exchange")
	if !present {
		return nil
	}
	exchange, ok := arg.(string)
	if !ok {
		return v.invalidArgumentType("x-dead-letter-exchange", arg, queueNamed(m.Queue))
	}
	if err := v.allow(u, Read, queueNamed(m.Queue)); err != nil {
		return err
	}
	return v.allow(u, Write, exchangeNamed(exchange))
}

// sameQueue refuses a declaration that differs from what is there. The order of the comparisons decides which
// difference is reported.
func (v *VHost) sameQueue(q *queue, c *Connection, m wire.QueueDeclare) error {
	if q.owner != nil && (q.owner != c || !m.Exclusive) || q.owner == nil && m.Exclusive {
		return v.locked(q.name)
	}
	what := queueNamed(q.name)
	switch {
	case q.durable != m.Durable:
		return v.inequivalentFlag("durable", what, m.Durable)
	case q.autoDelete != m.AutoDelete:
		return v.inequivalentFlag("auto_delete", what, m.AutoDelete)
	}
	return v.sameQueueArguments(q, m)
}

func (q *queue) status() wire.QueueDeclareOK {
	return wire.QueueDeclareOK{Queue: q.name, MessageCount: uint32(q.ready.len()), ConsumerCount: uint32(q.kind.consumers(q))}
}

// QueuePurge is queue.purge; it returns how many messages it removed: the ready ones, and the dead letters
// that the queue keeps.
func (ch *Channel) QueuePurge(queue string) (messages int, err error) {
	v, err := ch.enter()
	if err != nil {
		return 0, err
	}
	defer v.leave()

	if queue, err = ch.queueName(queue); err != nil {
		return 0, err
	}
	if err := v.allow(ch.conn.user, Read, queueNamed(queue)); err != nil {
		return 0, err
	}
	q, err := v.queue(ch.conn, queue)
	if err != nil {
		return 0, err
	}
	if err := q.kind.mayPurge(q); err != nil {
		return 0, err
	}
	messages = q.ready.len()
	if q.keeper != nil {
		messages += q.keeper.purge()
	}
	messages += q.dropDelayed(Purge)
	q.empty(Purge)
	q.relieve()
	return messages, nil
}

// QueueDelete is queue.delete; ok gets the number of ready messages deleted. Deleting what is not there is
// not an error.
func (ch *Channel) QueueDelete(m wire.QueueDelete, ok func(messages int)) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	if m.Queue, err = ch.queueName(m.Queue); err != nil {
		return err
	}
	m.Queue = stripLines(m.Queue)
	if err := v.allow(ch.conn.user, Configure, queueNamed(m.Queue)); err != nil {
		return err
	}
	q := v.queues[m.Queue]
	if q == nil {
		reply(ok, 0)
		return nil
	}
	if err := v.mayDelete(q, ch.conn, m); err != nil {
		return err
	}
	reply(ok, q.ready.len())
	v.removeQueue(q)
	return nil
}

func (v *VHost) mayDelete(q *queue, c *Connection, m wire.QueueDelete) error {
	if err := v.exclusiveAccess(q, c); err != nil {
		return err
	}
	if err := q.kind.mayDelete(q, m); err != nil {
		return err
	}
	switch {
	case m.IfEmpty && q.ready.len() > 0:
		return v.preconditionFailed("%s not empty", q.description())
	case m.IfUnused && len(q.members) > 0:
		return v.preconditionFailed("%s in use", q.description())
	}
	return nil
}

// removeQueue deletes q, its bindings and its messages, which are not dead-lettered, and tells its consumers.
// Deliveries that are out stay with their channels; acknowledging them has no effect any more.
func (v *VHost) removeQueue(q *queue) {
	delete(v.queues, q.name)
	q.deleted = true
	q.stopTimers()
	if q.owner != nil {
		delete(q.owner.exclusive, q)
	}
	for b := range q.incoming {
		v.removeBinding(b)
	}
	q.dropKept()
	q.dropDelayed(Delete)
	q.empty(Delete)
	q.unacked, q.gets = 0, 0
	members := q.members
	q.members, q.active = nil, nil
	slices.SortStableFunc(members, func(a, b *consumer) int { return strings.Compare(a.tag, b.tag) })
	for _, c := range members {
		delete(c.channel.consumers, c.tag)
		c.channel.client.Cancel(c.tag)
	}
}

// reply calls ok with x unless no reply is wanted.
func reply[T any](ok func(T), x T) {
	if ok != nil {
		ok(x)
	}
}
