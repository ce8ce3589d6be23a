package broker

import "tutor/runner/wire"

// The queue class (AMQP 0-9-1, 1.7).

func queueClass() []entry {
	return []entry{on(queueDeclare), on(queueDelete), on(queuePurge), on(queueBind), on(queueUnbind)}
}

func queueDeclare(ch *channel, m *wire.QueueDeclare) error {
	ok, err := ch.state.QueueDeclare(*m)
	if err != nil {
		return err
	}
	ch.answer(m.NoWait, &ok)
	return nil
}

func queueDelete(ch *channel, m *wire.QueueDelete) error {
	return ch.state.QueueDelete(*m, func(messages int) { ch.answer(m.NoWait, &wire.QueueDeleteOK{MessageCount: uint32(messages)}) })
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
	if err := ch.state.QueueBind(*m); err != nil {
		return err
	}
	ch.answer(m.NoWait, &wire.QueueBindOK{})
	return nil
}

func queueUnbind(ch *channel, m *wire.QueueUnbind) error {
	if err := ch.state.QueueUnbind(*m); err != nil {
		return err
	}
	ch.send(&wire.QueueUnbindOK{})
	return nil
}
