package wire

// The channel class (AMQP 0-9-1, 1.5): opening and closing channels, stopping the flow.

// ChannelOpen is channel.open.
type ChannelOpen struct{}

// ID is 20, 10.
func (*ChannelOpen) ID() MethodID { return MethodID{20, 10} }

func (*ChannelOpen) fields(c *coder) { c.reservedShortstr() }

// ChannelOpenOK is channel.open-ok.
type ChannelOpenOK struct{}

// ID is 20, 11.
func (*ChannelOpenOK) ID() MethodID { return MethodID{20, 11} }

func (*ChannelOpenOK) fields(c *coder) { c.reservedLongstr() }

// ChannelFlow is channel.flow.
type ChannelFlow struct {
	Active bool
}

// ID is 20, 20.
func (*ChannelFlow) ID() MethodID { return MethodID{20, 20} }

func (m *ChannelFlow) fields(c *coder) { c.bits(&m.Active) }

// ChannelFlowOK is channel.flow-ok.
type ChannelFlowOK struct {
	Active bool
}

// ID is 20, 21.
func (*ChannelFlowOK) ID() MethodID { return MethodID{20, 21} }

func (m *ChannelFlowOK) fields(c *coder) { c.bits(&m.Active) }

// ChannelClose is channel.close.
type ChannelClose struct {
	ReplyCode         ReplyCode
	ReplyText         string
	ClassID, MethodID uint16
}

// ID is 20, 40.
func (*ChannelClose) ID() MethodID { return MethodID{20, 40} }

func (m *ChannelClose) fields(c *coder) {
	c.short((*uint16)(&m.ReplyCode))
	c.shortstr(&m.ReplyText)
	c.short(&m.ClassID)
	c.short(&m.MethodID)
}

// ChannelCloseOK is channel.close-ok.
type ChannelCloseOK struct{}

// ID is 20, 41.
func (*ChannelCloseOK) ID() MethodID { return MethodID{20, 41} }

func (*ChannelCloseOK) fields(*coder) {}
