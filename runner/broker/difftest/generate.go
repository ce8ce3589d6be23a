package difftest

import (
	"fmt"

	"pgregory.net/rapid"

	"tutor/runner/wire"
)

// The names that generated programs use: few, so that operations meet.
var (
	queueNames    = []string{"q1", "q2", "q3"}
	exchangeNames = []string{"x1", "x2", "amq.topic", "amq.fanout", ""}
	bindingKeys   = []string{"a", "a.b", "a.*", "#", "*.b", "a.#", "b"}
	routingKeys   = []string{"a", "a.b", "b", "a.b.c", "", "q1", "q1", "q2", "q3", "q4"}
	tags          = []string{"c1", "c2", "c3"}
)

// Generate makes up a program of up to n operations on a few connections, channels and queues. It
// begins with what most operations need.
func Generate(t *rapid.T, n int) Program {
	var p Program
	names := queueNames
	if pick(t, "quorum queue", false, false, false, true) {
		names = append(names[:len(names):len(names)], "q4")
	}
	for _, queue := range names {
		p = append(p, Op{Conn: 1, Channel: 1, Method: &wire.QueueDeclare{Queue: queue, Durable: true, Arguments: queueArguments(queue)}})
	}
	p = append(p,
		Op{Conn: 1, Channel: 1, Method: &wire.ExchangeDeclare{Exchange: "x1", Type: "topic", Durable: true}},
		Op{Conn: 1, Channel: 1, Method: &wire.ExchangeDeclare{Exchange: "x2", Type: "direct", Durable: true}},
		Op{Conn: 1, Channel: 1, Method: &wire.QueueBind{Queue: "q1", Exchange: "x1", RoutingKey: "a.#"}},
	)
	return append(p, rapid.SliceOfN(rapid.Custom(operation), n/4, n).Draw(t, "program")...)
}

func pick[V any](t *rapid.T, what string, from ...V) V { return rapid.SampledFrom(from).Draw(t, what) }

// operation makes one up. Publishing, consuming and acknowledging are frequent.
func operation(t *rapid.T) Op {
	kinds := []func(*rapid.T) Op{
		publish, publish, publish, publish, settle, settle, settle, consume, consume, get,
		declareQueue, declareQueue, declareExchange, bind, qos, remove, leave, mode,
	}
	op := pick(t, "kind", kinds...)(t)
	op.Conn, op.Channel = pick(t, "connection", 1, 2), pick[uint16](t, "channel", 1, 2)
	return op
}

func publish(t *rapid.T) Op {
	op := Op{
		Method: &wire.BasicPublish{
			Exchange: pick(t, "exchange", exchangeNames...), RoutingKey: pick(t, "key", routingKeys...),
			Mandatory: rapid.Bool().Draw(t, "mandatory"),
		},
		Body: fmt.Sprint("m", rapid.IntRange(1, 99).Draw(t, "body")),
	}
	if pick(t, "priority", false, false, true) {
		op.Properties.Flags |= wire.FlagPriority
		op.Properties.Priority = pick[uint8](t, "priority", 0, 1, 2, 5, 9)
	}
	return op
}

func settle(t *rapid.T) Op {
	tag, multiple := pick[uint64](t, "tag", 1, 1, 2, 2, 3, 4, 5, 6, 0), pick(t, "multiple", false, false, true)
	requeue := rapid.Bool().Draw(t, "requeue")
	if tag == 0 {
		multiple = true
	}
	return Op{Method: pick[wire.Method](t, "settle",
		&wire.BasicAck{DeliveryTag: tag, Multiple: multiple},
		&wire.BasicAck{DeliveryTag: tag, Multiple: multiple},
		&wire.BasicNack{DeliveryTag: tag, Multiple: multiple, Requeue: requeue},
		&wire.BasicReject{DeliveryTag: tag, Requeue: requeue},
	)}
}

func consume(t *rapid.T) Op {
	m := &wire.BasicConsume{
		Queue: pick(t, "queue", "q1", "q2", "q3", "q4"), ConsumerTag: pick(t, "tag", tags...),
		NoAck: pick(t, "no-ack", false, false, true), Exclusive: pick(t, "exclusive", false, false, false, true),
	}
	if pick(t, "priority", false, false, true) {
		m.Arguments = wire.Table{{Name: "x-priority", Value: pick[int32](t, "x-priority", -1, 0, 1)}}
	}
	return Op{Method: m}
}

func get(t *rapid.T) Op {
	return Op{Method: &wire.BasicGet{Queue: pick(t, "queue", "q1", "q2", "q3", "q4"), NoAck: rapid.Bool().Draw(t, "no-ack")}}
}

// declareQueue declares each name mostly in one way, so that it succeeds, and sometimes in another.
func declareQueue(t *rapid.T) Op {
	m := &wire.QueueDeclare{Queue: pick(t, "queue", queueNames...), Durable: true}
	m.Arguments = queueArguments(m.Queue)
	if pick(t, "otherwise", false, false, false, false, true) {
		m.Arguments = wire.Table{{Name: "x-max-length", Value: int32(1)}, {Name: "x-overflow", Value: "reject-publish"}}
	}
	m.AutoDelete = pick(t, "auto-delete", false, false, false, false, true)
	return Op{Method: m}
}

// queueArguments make the queues differ: q2 overflows into q3, which has priorities, and q4 is a
// quorum queue.
func queueArguments(queue string) wire.Table {
	switch queue {
	case "q2":
		return wire.Table{
			{Name: "x-max-length", Value: int32(3)}, {Name: "x-dead-letter-exchange", Value: ""},
			{Name: "x-dead-letter-routing-key", Value: "q3"},
		}
	case "q3":
		return wire.Table{{Name: "x-max-priority", Value: int32(5)}}
	case "q4":
		return wire.Table{{Name: "x-queue-type", Value: "quorum"}, {Name: "x-delivery-limit", Value: int32(2)}}
	}
	return nil
}

func declareExchange(t *rapid.T) Op {
	name := pick(t, "exchange", "x1", "x2")
	kind := map[string]string{"x1": "topic", "x2": "direct"}[name]
	return Op{Method: &wire.ExchangeDeclare{
		Exchange: name, Type: pick(t, "type", kind, kind, kind, "fanout"), Durable: true,
		AutoDelete: pick(t, "auto-delete", false, false, true),
	}}
}

func bind(t *rapid.T) Op {
	queue, exchange := pick(t, "queue", queueNames...), pick(t, "exchange", "x1", "x2", "amq.topic", "amq.fanout")
	key := pick(t, "key", bindingKeys...)
	return Op{Method: pick[wire.Method](t, "bind",
		&wire.QueueBind{Queue: queue, Exchange: exchange, RoutingKey: key},
		&wire.QueueBind{Queue: queue, Exchange: exchange, RoutingKey: key},
		&wire.QueueUnbind{Queue: queue, Exchange: exchange, RoutingKey: key},
		&wire.ExchangeBind{Destination: "x2", Source: exchange, RoutingKey: key},
	)}
}

func qos(t *rapid.T) Op {
	return Op{Method: &wire.BasicQos{PrefetchCount: pick[uint16](t, "prefetch", 0, 1, 2, 3)}}
}

func remove(t *rapid.T) Op {
	return Op{Method: pick[wire.Method](t, "remove",
		&wire.BasicCancel{ConsumerTag: pick(t, "tag", tags...)},
		&wire.BasicCancel{ConsumerTag: pick(t, "tag", tags...)},
		&wire.QueuePurge{Queue: pick(t, "queue", queueNames...)},
		&wire.QueueDelete{
			Queue: pick(t, "queue", queueNames...), IfUnused: rapid.Bool().Draw(t, "if-unused"), IfEmpty: rapid.Bool().Draw(t, "if-empty"),
		},
		&wire.ExchangeDelete{Exchange: pick(t, "exchange", "x1", "x2"), IfUnused: rapid.Bool().Draw(t, "if-unused")},
		&wire.BasicRecover{Requeue: true},
	)}
}

func leave(t *rapid.T) Op {
	return Op{Method: pick[wire.Method](t, "leave", nil, &wire.ChannelClose{}, &wire.ChannelClose{})}
}

func mode(t *rapid.T) Op {
	return Op{Method: pick[wire.Method](t, "mode",
		&wire.ConfirmSelect{}, &wire.ConfirmSelect{}, &wire.ConfirmSelect{},
		&wire.TxSelect{}, &wire.TxCommit{}, &wire.TxRollback{},
	)}
}
