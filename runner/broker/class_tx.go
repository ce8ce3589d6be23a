package broker

import "tutor/runner/wire"

// The tx class (AMQP 0-9-1, 1.9).

func txClass() []entry {
	return []entry{
		on(func(ch *channel, _ *wire.TxSelect) error {
			if err := ch.state.TxSelect(); err != nil {
				return err
			}
			ch.send(&wire.TxSelectOK{})
			return nil
		}),
		on(func(ch *channel, _ *wire.TxCommit) error {
			return ch.state.TxCommit(func() { ch.send(&wire.TxCommitOK{}) })
		}),
		on(func(ch *channel, _ *wire.TxRollback) error {
			if err := ch.state.TxRollback(); err != nil {
				return err
			}
			ch.send(&wire.TxRollbackOK{})
			return nil
		}),
	}
}
