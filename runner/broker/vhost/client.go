package vhost

import "tutor/runner/wire"

// Client is the other end of a [Channel]: the vhost calls it when something is to be sent that is not the
// reply to the method being handled. Its methods are called with the vhost locked, in the order in which they
// must appear on the wire. They must not block and must not call back into the vhost: they append to the
// channel's outbox.
type Client interface {
	// Deliver queues a delivery. It must accept it, and reports whether it has room for more. After false the
	// channel's consumers count as not ready, and messages stay in their queues for others, until [Channel.Resume].
	Deliver(m *wire.BasicDeliver, c Content) (more bool)

	// Return queues the return of an unroutable mandatory message.
	Return(m *wire.BasicReturn, c Content)

	// Cancel queues a basic.cancel: the consumer's queue is gone. Whether the peer announced
	// consumer_cancel_notify is for the Client to know; without it RabbitMQ is silent.
	Cancel(consumerTag string)
}

// Content is what follows a method that carries a message (AMQP 0-9-1, 4.2.6). It is shared with the queue
// and must not be changed.
type Content struct {
	Header []byte // property flags and property list, encoded
	Body   []byte
}

// Permission is one of the three that RabbitMQ grants by regular expression.
type Permission string

// The permissions of a user in a vhost.
const (
	Configure Permission = "configure"
	Write     Permission = "write"
	Read      Permission = "read"
)

// User is who a connection acts for.
type User struct {
	Name string

	// Allowed reports whether the user has permission p on the queue or exchange called name; the default
	// exchange is asked for as "amq.default". Nil allows everything. It is called with the vhost locked.
	Allowed func(p Permission, name string) bool

	// Impersonator may publish with any user-id property, as a user tagged "impersonator" in RabbitMQ.
	Impersonator bool
}
