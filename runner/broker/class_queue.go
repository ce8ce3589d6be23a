package broker

import (
	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// The queue class (AMQP 0-9-1, 1.7).

func queueClass() []entry {
	return []entry{on(queueDeclare), on(queueDelete), on(queuePurge), on(queueBind), on(queueUnbind)}
}

func queueDeclare(ch *channel, m *wire.QueueDeclare) error {
	ok, err := ch.state.QueueDeclare(vhost.QueueDeclare{
		Queue: m.Queue, Passive: m.Passive, Durable: m.Durable, Exclusive: m.Exclusive,
		AutoDelete: m.AutoDelete, Arguments: m.Arguments,
	})
	if err != nil {
		return err
	}
	ch.answer(m.NoWait, &wire.QueueDeclareOK{
		Queue: ok.Queue, MessageCount: uint32(ok.MessageCount), ConsumerCount: uint32(ok.ConsumerCount),
	})
	return nil
}

func queueDelete(ch *channel, m *wire.QueueDelete) error {
	return ch.state.QueueDelete(
		vhost.QueueDelete{Queue: m.Queue, IfUnused: m.IfUnused, IfEmpty: m.IfEmpty},
		func(messages int) { ch.answer(m.NoWait, &wire.QueueDeleteOK{MessageCount: uint32(messages)}) })
}

func queuePurge(ch *channel, m *wire.QueuePurge) error {
	messages, err := ch.state.QueuePurge(m.Queue)
	if err != nil {
		return err
	}
	ch.answer(m.NoWait, &wire.QueuePurgeOK{MessageCount: uint32(messages)})
	return nil
}

func queueBind(ch *channel, m *wire.QueueBind) error {
	err := ch.state.QueueBind(vhost.Binding{
		Destination: m.Queue, Source: m.Exchange, RoutingKey: m.RoutingKey, Arguments: m.Arguments,
	})
	if err != nil {
		return err
	}
	ch.answer(m.NoWait, &wire.QueueBindOK{})
	return nil
}

func queueUnbind(ch *channel, m *wire.QueueUnbind) error {
	err := ch.state.QueueUnbind(vhost.Binding{
		Destination: m.Queue, Source: m.Exchange, RoutingKey: m.RoutingKey, Arguments: m.Arguments,
	})
	if err != nil {
		return err
	}
	ch.send(&wire.QueueUnbindOK{})
	return nil
}
