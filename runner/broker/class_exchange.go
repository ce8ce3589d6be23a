package broker

import "tutor/runner/wire"

// The exchange class (AMQP 0-9-1, 1.6), with RabbitMQ's bindings between exchanges.

func exchangeClass() []entry {
	return []entry{on(exchangeDeclare), on(exchangeDelete), on(exchangeBind), on(exchangeUnbind)}
}

func exchangeDeclare(ch *channel, m *wire.ExchangeDeclare) error {
	if err := ch.state.ExchangeDeclare(*m); err != nil {
		return err
	}
	ch.answer(m.NoWait, &wire.ExchangeDeclareOK{})
	return nil
}

func exchangeDelete(ch *channel, m *wire.ExchangeDelete) error {
	if err := ch.state.ExchangeDelete(m.Exchange, m.IfUnused); err != nil {
		return err
	}
	ch.answer(m.NoWait, &wire.ExchangeDeleteOK{})
	return nil
}

func exchangeBind(ch *channel, m *wire.ExchangeBind) error {
	if err := ch.state.ExchangeBind(*m); err != nil {
		return err
	}
	ch.answer(m.NoWait, &wire.ExchangeBindOK{})
	return nil
}

func exchangeUnbind(ch *channel, m *wire.ExchangeUnbind) error {
	if err := ch.state.ExchangeUnbind(*m); err != nil {
		return err
	}
	ch.answer(m.NoWait, &wire.ExchangeUnbindOK{})
	return nil
}
