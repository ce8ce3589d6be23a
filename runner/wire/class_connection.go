package wire

// The connection class (AMQP 0-9-1, 1.4): opening a connection, logging in, closing it.

// ConnectionStart is connection.start.
type ConnectionStart struct {
	VersionMajor, VersionMinor uint8
	ServerProperties           Table
	Mechanisms, Locales        string
}

// ID is 10, 10.
func (*ConnectionStart) ID() MethodID { return MethodID{10, 10} }

func (m *ConnectionStart) fields(c *coder) {
	c.octet(&m.VersionMajor)
	c.octet(&m.VersionMinor)
	c.table(&m.ServerProperties)
	c.longstr(&m.Mechanisms)
	c.longstr(&m.Locales)
}

// ConnectionStartOK is connection.start-ok.
type ConnectionStartOK struct {
	ClientProperties            Table
	Mechanism, Response, Locale string
}

// ID is 10, 11.
func (*ConnectionStartOK) ID() MethodID { return MethodID{10, 11} }

func (m *ConnectionStartOK) fields(c *coder) {
	c.table(&m.ClientProperties)
	c.shortstr(&m.Mechanism)
	c.longstr(&m.Response)
	c.shortstr(&m.Locale)
}

// ConnectionSecure is connection.secure.
type ConnectionSecure struct {
	Challenge string
}

// ID is 10, 20.
func (*ConnectionSecure) ID() MethodID { return MethodID{10, 20} }

func (m *ConnectionSecure) fields(c *coder) { c.longstr(&m.Challenge) }

// ConnectionSecureOK is connection.secure-ok.
type ConnectionSecureOK struct {
	Response string
}

// ID is 10, 21.
func (*ConnectionSecureOK) ID() MethodID { return MethodID{10, 21} }

func (m *ConnectionSecureOK) fields(c *coder) { c.longstr(&m.Response) }

// ConnectionTune is connection.tune.
type ConnectionTune struct {
	ChannelMax uint16
	FrameMax   uint32
	Heartbeat  uint16
}

// ID is 10, 30.
func (*ConnectionTune) ID() MethodID { return MethodID{10, 30} }

func (m *ConnectionTune) fields(c *coder) {
	c.short(&m.ChannelMax)
	c.long(&m.FrameMax)
	c.short(&m.Heartbeat)
}

// ConnectionTuneOK is connection.tune-ok.
type ConnectionTuneOK struct {
	ChannelMax uint16
	FrameMax   uint32
	Heartbeat  uint16
}

// ID is 10, 31.
func (*ConnectionTuneOK) ID() MethodID { return MethodID{10, 31} }

func (m *ConnectionTuneOK) fields(c *coder) {
	c.short(&m.ChannelMax)
	c.long(&m.FrameMax)
	c.short(&m.Heartbeat)
}

// ConnectionOpen is connection.open.
type ConnectionOpen struct {
	VirtualHost string
}

// ID is 10, 40.
func (*ConnectionOpen) ID() MethodID { return MethodID{10, 40} }

func (m *ConnectionOpen) fields(c *coder) {
	c.shortstr(&m.VirtualHost)
	c.reservedShortstr()
	c.bits(new(bool))
}

// ConnectionOpenOK is connection.open-ok.
type ConnectionOpenOK struct{}

// ID is 10, 41.
func (*ConnectionOpenOK) ID() MethodID { return MethodID{10, 41} }

func (*ConnectionOpenOK) fields(c *coder) { c.reservedShortstr() }

// ConnectionClose is connection.close.
type ConnectionClose struct {
	ReplyCode         ReplyCode
	ReplyText         string
	ClassID, MethodID uint16
}

// ID is 10, 50.
func (*ConnectionClose) ID() MethodID { return MethodID{10, 50} }

func (m *ConnectionClose) fields(c *coder) {
	c.short((*uint16)(&m.ReplyCode))
	c.shortstr(&m.ReplyText)
	c.short(&m.ClassID)
	c.short(&m.MethodID)
}

// ConnectionCloseOK is connection.close-ok.
type ConnectionCloseOK struct{}

// ID is 10, 51.
func (*ConnectionCloseOK) ID() MethodID { return MethodID{10, 51} }

func (*ConnectionCloseOK) fields(*coder) {}

// ConnectionBlocked is connection.blocked. RabbitMQ's extension.
type ConnectionBlocked struct {
	Reason string
}

// ID is 10, 60.
func (*ConnectionBlocked) ID() MethodID { return MethodID{10, 60} }

func (m *ConnectionBlocked) fields(c *coder) { c.shortstr(&m.Reason) }

// ConnectionUnblocked is connection.unblocked. RabbitMQ's extension.
type ConnectionUnblocked struct{}

// ID is 10, 61.
func (*ConnectionUnblocked) ID() MethodID { return MethodID{10, 61} }

func (*ConnectionUnblocked) fields(*coder) {}

// ConnectionUpdateSecret is connection.update-secret. RabbitMQ's extension.
type ConnectionUpdateSecret struct {
	NewSecret, Reason string
}

// ID is 10, 70.
func (*ConnectionUpdateSecret) ID() MethodID { return MethodID{10, 70} }

func (m *ConnectionUpdateSecret) fields(c *coder) {
	c.longstr(&m.NewSecret)
	c.shortstr(&m.Reason)
}

// ConnectionUpdateSecretOK is connection.update-secret-ok. RabbitMQ's extension.
type ConnectionUpdateSecretOK struct{}

// ID is 10, 71.
func (*ConnectionUpdateSecretOK) ID() MethodID { return MethodID{10, 71} }

func (*ConnectionUpdateSecretOK) fields(*coder) {}
