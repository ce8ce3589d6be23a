package vhost

import (
	"slices"

	"tutor/runner/wire"
)

// kinds are the kinds of queues.
func kinds() []kind { return []kind{classic{}, quorum{}} }

// usual is what a queue is if nothing says otherwise.
func usual() kind { return classic{} }

// kind is what distinguishes the queues of one x-queue-type from those of another. What depends on a queue's
// arguments, whatever its type, is in its settings.
type kind interface {
	traits() traits
	permitting
	storing
	serving
}

// permitting is what clients may do with a queue.
type permitting interface {
	// misfit names the property of a declaration that the kind does not allow, in RabbitMQ's words; "" is none.
	misfit(m wire.QueueDeclare) string
	mayConsume(q *queue, ch *Channel, m wire.BasicConsume) error
	mayGet(q *queue) error
	mayPurge(q *queue) error
	mayDelete(q *queue, m wire.QueueDelete) error
}

// storing is how messages come into a queue, and what they are there.
type storing interface {
	newStore(s *settings) store
	// accept adds m to the queue, or reports that the queue refuses it.
	accept(q *queue, m *message) bool
	// weight is what m counts against x-max-length-bytes.
	weight(m *message) int64
	// trim has the queue keep within its limits.
	trim(q *queue)
	// header is the header with which e, which has come back before, is delivered.
	header(e entry) []byte
	// recover is what the node's stop and start does to a durable queue.
	recover(q *queue)
}

// serving is how messages leave a queue, and come back.
type serving interface {
	// joined is told of a new consumer, left of one that has cancelled.
	joined(q *queue, c *consumer, m wire.BasicConsume)
	left(q *queue, c *consumer)
	// consumers is how many consumers clients are told of.
	consumers(q *queue) int
	// outranked reports whether the single active consumer is to make way for one of higher priority.
	outranked(q *queue) bool
	// run hands messages to consumers while there are both.
	run(q *queue)
	// delivered is told of a delivery before c's client is.
	delivered(q *queue, c *consumer)
	// settle settles deliveries of one queue to one consumer, or to none in answer to basic.get.
	settle(ch *Channel, us []unacked, s settlement)
}

// traits are what the queues of a kind have in common.
type traits struct {
	name     string // as x-queue-type has it
	policies string // what the apply-to of a policy calls such queues
	// mustBeNamed is set if the broker makes up no names for such queues.
	mustBeNamed   bool
	deliveryLimit int64 // without x-delivery-limit

	// arguments are those of queue.declare, consumerArguments those of basic.consume, each in the order in
	// which RabbitMQ 4.3 checks them. One that only another kind has is refused; an unknown one is ignored.
	arguments         []argument
	consumerArguments []argument
	// compared are the arguments that a redeclaration may not change, in the order in which RabbitMQ looks.
	compared []string
}

// module is how RabbitMQ's texts call the kind.
func (t traits) module() string { return "rabbit_" + t.name + "_queue" }

// argument is one that a kind of queue or its consumers may have. check returns what is wrong with a value,
// as RabbitMQ words it, or ""; nil is for what may be anything, or is checked elsewhere.
type argument struct {
	name  string
	check func(value any, args wire.Table) string
}

func takes(arguments []argument, name string) bool {
	return slices.ContainsFunc(arguments, func(a argument) bool { return a.name == name })
}

// kindCalled is the kind that x-queue-type calls so, or nil.
func kindCalled(name string) kind {
	for _, k := range kinds() {
		if k.traits().name == name {
			return k
		}
	}
	return nil
}

// QueueTypes lists what x-queue-type may be.
func QueueTypes() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.traits().name)
	}
	return names
}

// stream is the kind that RabbitMQ has and this broker does not model. What only streams take is refused by
// the other kinds.
func stream() traits {
	return traits{
		name: "stream", policies: "streams",
		arguments: []argument{
			{"x-max-age", nil}, {"x-stream-max-segment-size-bytes", nil}, {"x-stream-filter-size-bytes", nil},
			{"x-initial-cluster-size", nil},
		},
		consumerArguments: []argument{{"x-stream-offset", nil}},
	}
}

// knownTraits are those of all of RabbitMQ's kinds.
func knownTraits() []traits {
	all := []traits{stream()}
	for _, k := range kinds() {
		all = append(all, k.traits())
	}
	return all
}
