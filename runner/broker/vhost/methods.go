package vhost

import "tutor/runner/wire"

// The types below carry the arguments of the AMQP methods that have more than
// two or three; fields are named as the specification names them. No-wait is
// absent: whether a reply is sent is the caller's business.

// ExchangeDeclare is exchange.declare.
type ExchangeDeclare struct {
	Exchange   string
	Type       string
	Passive    bool
	Durable    bool
	AutoDelete bool
	Internal   bool
	Arguments  wire.Table
}

// Binding is exchange.bind and queue.bind, and their opposites. For a queue,
// an empty Destination is the queue last declared on the channel.
type Binding struct {
	Destination string
	Source      string
	RoutingKey  string
	Arguments   wire.Table
}

// QueueDeclare is queue.declare. An empty Queue asks for a server-named one,
// or, with Passive, for the queue last declared on the channel.
type QueueDeclare struct {
	Queue      string
	Passive    bool
	Durable    bool
	Exclusive  bool
	AutoDelete bool
	Arguments  wire.Table
}

// QueueDeclareOK is queue.declare-ok.
type QueueDeclareOK struct {
	Queue         string
	MessageCount  int // ready messages
	ConsumerCount int
}

// QueueDelete is queue.delete.
type QueueDelete struct {
	Queue    string
	IfUnused bool
	IfEmpty  bool
}

// Consume is basic.consume. An empty ConsumerTag asks for a server-made one.
// No-local is absent: RabbitMQ ignores it.
type Consume struct {
	Queue       string
	ConsumerTag string
	NoAck       bool
	Exclusive   bool
	Arguments   wire.Table
}

// Publish is basic.publish with its content. The vhost keeps Header and Body,
// and reads Properties only during the call.
type Publish struct {
	Exchange   string
	RoutingKey string
	Mandatory  bool
	Immediate  bool
	Properties *wire.Properties // nil: none
	Header     []byte           // Properties as they were encoded; nil: the vhost encodes them
	Body       []byte
}

// Outcome is what a channel in confirm mode owes the publisher.
type Outcome struct {
	// Tag is the publish's number, counted from 1; 0 when the channel is not
	// in confirm mode and nothing is owed.
	Tag uint64
	// Nack is true when a queue refused the message (x-overflow
	// reject-publish or reject-publish-dlx).
	Nack bool
}
