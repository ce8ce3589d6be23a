package broker

import (
	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// channel is a channel of a connection. It is the vhost's way back to the client.
type channel struct {
	conn  *connection
	id    uint16
	state *vhost.Channel
	// content is what is being published.
	content *content
	// failed is set when the broker has closed the channel: until the client has answered, what it
	// sends there must only be well formed.
	failed bool
	// owed is how many confirms are owed; confirmed is the last number of them.
	owed, confirmed uint64
}

// channelFrame is a frame on a channel.
func (c *connection) channelFrame(f wire.Frame) error {
	ch := c.channels[f.Channel]
	switch {
	case ch == nil:
		return c.openChannel(f)
	case ch.content != nil || f.Type != wire.FrameMethod:
		return ch.contentFrame(f)
	}
	m, err := wire.DecodeMethod(f.Payload)
	if err != nil {
		return c.refuse(f.Channel, wire.MethodID{}, hardError(err))
	}
	do := ch.handle
	if ch.failed {
		do = ch.closing
	}
	if err := do(m); err != nil {
		return c.refuse(f.Channel, m.ID(), err)
	}
	return nil
}

// hardError is what an undecodable method amounts to: RabbitMQ cannot tell what it was about.
func hardError(err error) error {
	said, _ := explain(err)
	return hard{said}
}

// openChannel is a frame on a channel that is not open.
func (c *connection) openChannel(f wire.Frame) error {
	if f.Type != wire.FrameMethod {
		return c.refuse(0, wire.MethodID{}, refusal(wire.UnexpectedFrame, "expected method frame, got non method frame instead"))
	}
	m, err := wire.DecodeMethod(f.Payload)
	if err != nil {
		return c.refuse(0, wire.MethodID{}, err)
	}
	if err := c.mayOpen(f.Channel); err != nil {
		return c.refuse(0, wire.MethodID{}, err)
	}
	if _, ok := m.(*wire.ChannelOpen); !ok {
		return c.refuse(0, m.ID(), refusal(wire.ChannelError, "expected 'channel.open'"))
	}
	c.mu.Lock()
	session := c.session
	c.mu.Unlock()
	if session == nil {
		return nil // the connection is being closed
	}
	ch := &channel{conn: c, id: f.Channel}
	ch.state = session.Open(ch)
	c.channels[f.Channel] = ch
	ch.send(&wire.ChannelOpenOK{})
	return nil
}

// mayOpen refuses a channel for which there is no room.
func (c *connection) mayOpen(id uint16) error {
	if c.channelMax > 0 && (len(c.channels) >= int(c.channelMax) || id > c.channelMax) {
		return refusal(wire.NotAllowed, "number of channels opened (%d) has reached the negotiated channel_max (%d)", len(c.channels), c.channelMax)
	}
	user := c.account.Name
	if a := c.broker.account(user); a != nil && a.MaxChannels != nil && c.broker.channelsOf(user) >= *a.MaxChannels {
		return refusal(wire.NotAllowed, "number of channels opened for user '%s' has reached the maximum allowed user limit of %d", user, *a.MaxChannels)
	}
	return nil
}

// handle does what a method says.
func (ch *channel) handle(m wire.Method) error {
	switch m := m.(type) {
	case *wire.ChannelOpen:
		return refusal(wire.ChannelError, "second 'channel.open' seen")
	case *wire.ChannelClose:
		ch.confirm()
		ch.end()
		ch.conn.send(ch.id, &wire.ChannelCloseOK{})
		return nil
	case *wire.BasicPublish:
		ch.content = &content{method: m}
		return nil
	}
	do, ok := ch.conn.broker.handlers[m.ID()]
	if !ok {
		return refusal(wire.CommandInvalid, "unimplemented method")
	}
	ch.confirm()
	return do(ch, m)
}

// end takes the channel away: what was not acknowledged goes back.
func (ch *channel) end() {
	ch.state.Close()
	delete(ch.conn.channels, ch.id)
}

// fail closes the channel because of an error.
func (ch *channel) fail(said *vhost.Error, cause wire.MethodID) {
	ch.failed = true
	ch.confirm()
	ch.state.Close()
	ch.send(&wire.ChannelClose{ReplyCode: said.Code, ReplyText: said.Text, ClassID: cause.Class, MethodID: cause.Method})
}

// closing is a method on a channel that the broker has closed: only the answer counts. If the client
// has closed the channel at the same time, it is answered, and still has to answer itself.
func (ch *channel) closing(m wire.Method) error {
	switch m := m.(type) {
	case *wire.ChannelCloseOK:
		delete(ch.conn.channels, ch.id)
	case *wire.ChannelClose:
		ch.send(&wire.ChannelCloseOK{})
	case *wire.ChannelOpen:
		return hard{refusal(wire.ChannelError, "second 'channel.open' seen")}
	case *wire.BasicPublish:
		ch.content = &content{method: m}
	}
	return nil
}

// send queues a method.
func (ch *channel) send(m wire.Method) { ch.conn.send(ch.id, m) }

// answer queues the answer to a method, unless the client wants none.
func (ch *channel) answer(noWait bool, m wire.Method) {
	if !noWait {
		ch.send(m)
	}
}

// Deliver queues a delivery. It is called with the vhost locked.
func (ch *channel) Deliver(m *wire.BasicDeliver, c vhost.Content) (more bool) {
	if ch.carry(m, c) < highMark {
		return true
	}
	ch.conn.out.stall(ch)
	return false
}

// Return queues a message that goes back to its publisher. It is called with the vhost locked.
func (ch *channel) Return(m *wire.BasicReturn, c vhost.Content) { ch.carry(m, c) }

// Cancel tells a client that wants to know of it that a consumer's queue is gone. It is called with
// the vhost locked.
func (ch *channel) Cancel(consumerTag string) {
	if ch.conn.client.cancelNotify {
		ch.send(&wire.BasicCancel{ConsumerTag: consumerTag, NoWait: true})
	}
}

// carry queues a method with its content, and returns how much is queued by then.
func (ch *channel) carry(m wire.Method, c vhost.Content) int {
	dst, err := wire.AppendMethod(ch.conn.out.lock(), ch.id, m)
	dst = wire.AppendContentHeader(dst, ch.id, uint64(len(c.Body)), c.Header)
	dst = wire.AppendBody(dst, ch.id, c.Body, ch.conn.frameMax)
	n := ch.conn.out.unlock(dst)
	if err != nil {
		panic(err) // names have come in over the wire, so they fit
	}
	return n
}

// confirm sends the confirms that are owed: all publishes up to the last number are done with.
func (ch *channel) confirm() {
	if ch.owed == 0 {
		return
	}
	ch.send(&wire.BasicAck{DeliveryTag: ch.confirmed, Multiple: ch.owed > 1})
	ch.owed = 0
}

// channelsOf counts the open channels of a user.
func (b *Broker) channelsOf(user string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		c.mu.Lock()
		if c.session != nil && c.account.Name == user {
			n += c.session.Channels()
		}
		c.mu.Unlock()
	}
	return n
}
