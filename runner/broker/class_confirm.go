package broker

import "tutor/runner/wire"

// The confirm class, RabbitMQ's own.

func confirmClass() []entry {
	return []entry{
		on(func(ch *channel, m *wire.ConfirmSelect) error {
			if err := ch.state.ConfirmSelect(); err != nil {
				return err
			}
			ch.answer(m.NoWait, &wire.ConfirmSelectOK{})
			return nil
		}),
	}
}
