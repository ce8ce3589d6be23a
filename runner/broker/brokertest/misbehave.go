package brokertest

import (
	"context"
	"errors"
	"fmt"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// NackNext has the broker refuse the next publish on a channel in confirm mode, with basic.nack. It comes to no queue.
// Publishes without confirms, which cannot be refused, pass. Asked for twice, it happens twice; if it has
// not happened when the test is over, the test fails.
func (b *Broker) NackNext() { b.vhost.NackNext() }

// ReturnNext has the broker return the next mandatory publish as if no queue were bound for it, with basic.return (312
// NO_ROUTE), and on a channel in confirm mode basic.ack after it. Others pass. If it has not happened when the test is
// over, the test fails.
func (b *Broker) ReturnNext() { b.vhost.ReturnNext() }

// CloseNext has the broker answer the next publish by closing its channel, with a code that does so (403, 404, 405 or
// 406). The text of the code is put before the explanation: "NOT_FOUND - no exchange 'x' in vhost '/'". If it has not
// happened when the test is over, the test fails.
func (b *Broker) CloseNext(code int, explanation string) error {
	said, err := channelError(code, explanation)
	if err == nil {
		b.vhost.CloseNext(said)
	}
	return err
}

// channelError is an error that closes a channel.
func channelError(code int, explanation string) (*vhost.Error, error) {
	if code < 0 || code > 0xffff {
		return nil, fmt.Errorf("%d is no reply code", code)
	}
	return vhost.ChannelError(wire.ReplyCode(code), explanation)
}

// CloseChannels has the broker close the channels that consume from a queue, as RabbitMQ up to 4.2 does (406, "delivery
// acknowledgement on channel 1 timed out. …") when a consumer takes too long, with a code that closes a channel
// (403, 404, 405 or 406). What they had not acknowledged goes back. That nobody consumes
// there is an error, and so is a channel on a connection that is blocked.
func (b *Broker) CloseChannels(queue string, code int, explanation string) error {
	said, err := channelError(code, explanation)
	if err != nil {
		return err
	}
	ctx, cancel := patient(context.Background())
	defer cancel()
	n, err := b.server.broker.CloseChannels(ctx, b.name, queue, said)
	if err == nil && n == 0 {
		err = fmt.Errorf("no channel consumes from queue %q", queue)
	}
	return err
}

// CancelConsumers has the broker cancel the consumers of a queue, as RabbitMQ does when the queue becomes unavailable:
// clients that have announced consumer_cancel_notify are sent basic.cancel, the others hear nothing, and what was
// delivered can still be settled. That the queue has no consumers is an error.
func (b *Broker) CancelConsumers(queue string) error {
	n, err := b.vhost.CancelConsumers(queue)
	if err == nil && n == 0 {
		err = fmt.Errorf("queue %q has no consumers", queue)
	}
	return err
}

// Block has the broker do to publishers what a memory alarm does: nothing more is read from a connection after it has
// published, and a client that has announced connection.blocked is sent that. Connections that do not publish
// go on, and are told nothing. As a client that is blocked gets no answers either, not even when it closes its connection,
// unblock it before the test is over.
func (b *Broker) Block() error { return b.server.broker.Block(b.name) }

// Unblock ends [Broker.Block]: what was sent meanwhile is read, and those who were told so are sent
// connection.unblocked.
func (b *Broker) Unblock() error { return b.server.broker.Unblock(b.name) }

// Cut drops the connections without a word, as when the broker's machine fails. When it returns, what was not
// acknowledged is back in its queues. That there are no connections is an error.
func (b *Broker) Cut() error {
	n, err := b.server.broker.Cut(b.name)
	if err == nil && n == 0 {
		err = errors.New("there are no connections to cut")
	}
	return err
}

// missed is the misbehaviour that was asked for and has not come to pass.
func (b *Broker) missed() error {
	f := b.vhost.Faults()
	var errs []error
	for _, m := range []struct {
		n    int
		what string
	}{
		{f.Nacks, "publish(es) on a channel in confirm mode, to be nacked"},
		{f.Returns, "mandatory publish(es), to be returned"},
		{f.Closes, "publish(es), to be answered by closing the channel"},
	} {
		if m.n > 0 {
			errs = append(errs, fmt.Errorf("%d %s, never came", m.n, m.what))
		}
	}
	return errors.Join(errs...)
}
