package broker

import "tutor/runner/wire"

// The channel class (AMQP 0-9-1, 1.5), and what is left of the access class of AMQP 0-8.

func channelClass() []entry {
	return []entry{
		on(func(ch *channel, m *wire.ChannelFlow) error {
			if !m.Active {
				return refusal(wire.NotImplemented, "active=false")
			}
			ch.send(&wire.ChannelFlowOK{Active: true})
			return nil
		}),
		on(func(ch *channel, _ *wire.AccessRequest) error {
			ch.send(&wire.AccessRequestOK{Ticket: 1})
			return nil
		}),
	}
}
