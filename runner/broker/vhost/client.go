package vhost

// Client is the other end of a [Channel]: the vhost calls it when something is
// to be sent that is not the reply to the method being handled. Its methods
// are called with the vhost locked, in the order in which they must appear on
// the wire. They must not block and must not call back into the vhost: they
// append to the channel's outbox.
type Client interface {
	// Deliver queues a basic.deliver. It must accept d, and reports whether it
	// has room for more. After false the channel's consumers count as not
	// ready, and messages stay in their queues for others, until
	// [Channel.Resume].
	Deliver(d Delivery) (more bool)

	// Return queues a basic.return of an unroutable mandatory message.
	Return(r Return)

	// Cancel queues a basic.cancel: the consumer's queue is gone. Whether the
	// peer announced consumer_cancel_notify is for the Client to know; without
	// it RabbitMQ is silent.
	Cancel(consumerTag string)
}

// Delivery is a message on its way to a consumer, or in answer to basic.get.
// Header and Body are shared with the queue and must not be changed.
type Delivery struct {
	ConsumerTag string // empty for basic.get
	Tag         uint64 // delivery tag, counted from 1 by channel
	Redelivered bool
	Exchange    string
	RoutingKey  string
	Header      []byte // encoded property flags and property list (AMQP 0-9-1, 4.2.6.1)
	Body        []byte
}

// Return is an unroutable message on its way back to its publisher, with reply
// code 312 (NO_ROUTE).
type Return struct {
	Exchange   string
	RoutingKey string
	Header     []byte // as in Delivery
	Body       []byte
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

	// Allowed reports whether the user has permission p on the queue or
	// exchange called name; the default exchange is asked for as "amq.default".
	// Nil allows everything. It is called with the vhost locked.
	Allowed func(p Permission, name string) bool

	// Impersonator may publish with any user-id property, as a user tagged
	// "impersonator" in RabbitMQ.
	Impersonator bool
}
