package broker

import (
	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// The basic class (AMQP 0-9-1, 1.8), with RabbitMQ's nack; basic.publish is in content.go.

func basicClass() []entry {
	return []entry{
		on(basicQos), on(basicConsume), on(basicCancel), on(basicGet),
		on(func(ch *channel, m *wire.BasicAck) error { return ch.state.Ack(m.DeliveryTag, m.Multiple) }),
		on(func(ch *channel, m *wire.BasicNack) error { return ch.state.Nack(m.DeliveryTag, m.Multiple, m.Requeue) }),
		on(func(ch *channel, m *wire.BasicReject) error { return ch.state.Reject(m.DeliveryTag, m.Requeue) }),
		on(func(ch *channel, m *wire.BasicRecoverAsync) error { return ch.state.Recover(m.Requeue, nil) }),
		on(func(ch *channel, m *wire.BasicRecover) error {
			return ch.state.Recover(m.Requeue, func() { ch.send(&wire.BasicRecoverOK{}) })
		}),
		// The answer to the cancel of a consumer whose queue is gone.
		on(func(*channel, *wire.BasicCancelOK) error { return nil }),
	}
}

func basicQos(ch *channel, m *wire.BasicQos) error {
	return ch.state.Qos(m.PrefetchSize, m.PrefetchCount, m.Global, func() { ch.send(&wire.BasicQosOK{}) })
}

func basicConsume(ch *channel, m *wire.BasicConsume) error {
	return ch.state.Consume(*m, func(tag string) { ch.answer(m.NoWait, &wire.BasicConsumeOK{ConsumerTag: tag}) })
}

func basicCancel(ch *channel, m *wire.BasicCancel) error {
	return ch.state.Cancel(m.ConsumerTag, func() { ch.answer(m.NoWait, &wire.BasicCancelOK{ConsumerTag: m.ConsumerTag}) })
}

func basicGet(ch *channel, m *wire.BasicGet) error {
	return ch.state.Get(*m, func(ok *wire.BasicGetOK, c vhost.Content) {
		if ok == nil {
			ch.send(&wire.BasicGetEmpty{})
		} else {
			ch.carry(ok, c)
		}
	})
}
