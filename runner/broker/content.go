package broker

import (
	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// content is a message that is arriving: the method first, then a header frame, then body frames.
type content struct {
	method *wire.BasicPublish
	header *wire.ContentHeader
	body   []byte
	// missing is how many bytes of the body have not arrived.
	missing uint64
}

// contentFrame is a frame where content is expected, or comes unexpectedly.
func (ch *channel) contentFrame(f wire.Frame) error {
	switch {
	case ch.content == nil:
		return ch.unexpected("expected method frame, got non method frame instead")
	case ch.content.header == nil:
		return ch.headerFrame(f)
	case f.Type != wire.FrameBody:
		return ch.unexpected("expected content body, got non content body frame instead")
	case uint64(len(f.Payload)) > ch.content.missing:
		return ch.conn.refuse(0, ch.content.method.ID(), refusal(wire.FrameError, "content body frame exceeds remaining content size"))
	}
	if ch.content.header.BodySize <= vhost.MaxMessageSize {
		ch.content.body = append(ch.content.body, f.Payload...)
	}
	ch.content.missing -= uint64(len(f.Payload))
	return ch.complete()
}

func (ch *channel) unexpected(text string) error {
	return ch.conn.refuse(0, wire.MethodID{}, refusal(wire.UnexpectedFrame, "%s", text))
}

func (ch *channel) headerFrame(f wire.Frame) error {
	if f.Type != wire.FrameHeader {
		return ch.unexpected("expected content header for class 60, got non content header frame instead")
	}
	h, err := wire.DecodeContentHeader(f.Payload)
	if h.ClassID != wire.ClassBasic && err == nil {
		return ch.conn.refuse(0, wire.MethodID{}, refusal(wire.UnexpectedFrame,
			"expected content header for class %d, got one for class %d instead", wire.ClassBasic, h.ClassID))
	}
	if err != nil {
		return ch.conn.refuse(0, wire.MethodID{}, err)
	}
	h.Encoded = append([]byte(nil), h.Encoded...) // the frame's memory is used again
	ch.content.header, ch.content.missing = &h, h.BodySize
	if h.BodySize > 0 && h.BodySize <= vhost.MaxMessageSize {
		// What is announced need not come: room for more is made as it does.
		ch.content.body = make([]byte, 0, min(h.BodySize, suggestedFrameMax))
	}
	return ch.complete()
}

// complete publishes the message when it is all there.
func (ch *channel) complete() error {
	if ch.content.missing > 0 {
		return nil
	}
	published := ch.content
	ch.content = nil
	if ch.failed {
		return nil
	}
	if err := ch.publish(published); err != nil {
		return ch.conn.refuse(ch.id, published.method.ID(), err)
	}
	return nil
}

func (ch *channel) publish(c *content) error {
	if c.header.BodySize > vhost.MaxMessageSize {
		return refusal(wire.PreconditionFailed, "message size %d is larger than configured max size %d", c.header.BodySize, vhost.MaxMessageSize)
	}
	ch.conn.published = true
	ch.conn.publishes++
	outcome, err := ch.state.Publish(c.method, c.header, c.body)
	switch {
	case err != nil:
		return err
	case outcome.Tag == 0:
	case outcome.Nack:
		ch.confirm()
		ch.send(&wire.BasicNack{DeliveryTag: outcome.Tag})
	default:
		ch.owed++
		ch.confirmed = outcome.Tag
	}
	return nil
}
