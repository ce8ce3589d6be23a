package broker

import (
	"crypto/tls"
	"io"
	"strings"
	"time"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// capabilities are what a client has announced.
type capabilities struct {
	cancelNotify, blocked, authenticationFailureClose bool
}

// greet reads the protocol header and begins the handshake, and reports whether that went well. A client
// that speaks something else is told what is spoken here, and that is all (AMQP 0-9-1, 4.2.2).
func (c *connection) greet() bool {
	var header [len(wire.ProtocolHeader)]byte
	if _, err := io.ReadFull(c.conn, header[:]); err != nil {
		return false
	}
	if h := string(header[:]); h != wire.ProtocolHeader && h != wire.ProtocolHeader09 {
		// It may have gone already.
		_, _ = c.conn.Write([]byte(counteroffer(h)))
		return false
	}
	c.state = c.starting
	c.send(0, &wire.ConnectionStart{
		VersionMajor: 0, VersionMinor: 9,
		ServerProperties: c.broker.properties(),
		Mechanisms:       strings.Join(mechanisms(c.secure()), " "),
		Locales:          "en_US",
	})
	return true
}

// saslHeader begins AMQP 1.0 with a login, which is what RabbitMQ offers first.
const saslHeader = "AMQP\x03\x01\x00\x00"

// counteroffer is RabbitMQ's answer to a header of a protocol that it does not speak: AMQP 1.0. A client
// that then speaks AMQP 1.0, which this broker does not, is offered AMQP 0-9-1.
func counteroffer(header string) string {
	if header == saslHeader || strings.HasPrefix(header, "AMQP\x00\x00") && header[6] >= 9 {
		return wire.ProtocolHeader
	}
	return saslHeader
}

func (b *Broker) properties() wire.Table {
	return wire.Table{
		{Name: "capabilities", Value: wire.Table{
			{Name: "publisher_confirms", Value: true},
			{Name: "exchange_exchange_bindings", Value: true},
			{Name: "basic.nack", Value: true},
			{Name: "consumer_cancel_notify", Value: true},
			{Name: "connection.blocked", Value: true},
			{Name: "consumer_priorities", Value: true},
			{Name: "authentication_failure_close", Value: true},
			{Name: "per_consumer_qos", Value: true},
			{Name: "direct_reply_to", Value: true},
		}},
		{Name: "cluster_name", Value: b.opts.Name},
		{Name: "information", Value: "Behaves as RabbitMQ " + Version + " does"},
		{Name: "platform", Value: "Go"},
		{Name: "product", Value: b.opts.Product},
		{Name: "version", Value: Version + ".0"}, // clients expect three numbers
	}
}

// secure is the state of the TLS connection, or nil without TLS.
func (c *connection) secure() *tls.ConnectionState {
	if c.tls == nil {
		return nil
	}
	state := c.tls.ConnectionState()
	return &state
}

// starting expects connection.start-ok.
func (c *connection) starting(m wire.Method) error {
	start, ok := m.(*wire.ConnectionStartOK)
	if !ok {
		return c.ignore()
	}
	c.client = announced(start.ClientProperties)
	a, why := c.broker.authenticate(start.Mechanism, start.Response, c.secure())
	if a != nil && !a.mayComeFrom(c.conn.RemoteAddr()) {
		a, why = nil, loginRefused(start.Mechanism)
	}
	if a == nil {
		return c.refuseLogin(why)
	}
	c.account = a
	c.state = c.tuning
	c.send(0, &wire.ConnectionTune{
		ChannelMax: suggestedChannelMax, FrameMax: suggestedFrameMax,
		Heartbeat: uint16(max(0, c.broker.opts.Heartbeat) / time.Second),
	})
	return nil
}

// refuseLogin tells clients that want to know, and lets the others wait: they learn it from the
// silence.
func (c *connection) refuseLogin(why *vhost.Error) error {
	if !c.client.authenticationFailureClose || why.Code != wire.AccessRefused {
		return c.ignore()
	}
	c.closeWith(why, wire.MethodID{})
	if delay := c.broker.opts.SilentCloseDelay; delay >= 0 {
		c.bound(delay)
	}
	return nil
}

func announced(properties wire.Table) capabilities {
	value, _ := properties.Get("capabilities")
	table, _ := value.(wire.Table)
	has := func(name string) bool {
		v, _ := table.Get(name)
		yes, _ := v.(bool)
		return yes
	}
	return capabilities{
		cancelNotify:               has("consumer_cancel_notify"),
		blocked:                    has("connection.blocked"),
		authenticationFailureClose: has("authentication_failure_close"),
	}
}

// tuning expects connection.tune-ok.
func (c *connection) tuning(m wire.Method) error {
	tune, ok := m.(*wire.ConnectionTuneOK)
	if !ok {
		return c.ignore()
	}
	if err := negotiated("channel_max", 1, suggestedChannelMax, uint32(tune.ChannelMax)); err != nil {
		return hard{err}
	}
	if err := negotiated("frame_max", smallestFrameMax, suggestedFrameMax, tune.FrameMax); err != nil {
		return hard{err}
	}
	c.channelMax, c.frameMax = tune.ChannelMax, tune.FrameMax
	c.stream.Max = tune.FrameMax
	c.heartbeat = time.Duration(tune.Heartbeat) * time.Second
	c.tuned = true
	c.state = c.opening
	return nil
}

// smallestFrameMax is what RabbitMQ has required since 4.1.
const smallestFrameMax = 8192

func negotiated(field string, least, most, wish uint32) *vhost.Error {
	detail := ""
	if wish == 0 {
		detail = " (no limit)"
	}
	switch {
	case wish != 0 && wish < least:
		return refusal(wire.NotAllowed, "negotiated %s = %d%s is lower than the minimum allowed value (%d)", field, wish, detail, least)
	case wish == 0 || wish > most:
		return refusal(wire.NotAllowed, "negotiated %s = %d%s is higher than the maximum allowed value (%d)", field, wish, detail, most)
	}
	return nil
}

// opening expects connection.open.
func (c *connection) opening(m wire.Method) error {
	open, ok := m.(*wire.ConnectionOpen)
	if !ok {
		return refusal(wire.ChannelError, "unexpected method in connection state opening")
	}
	if err := c.broker.admit(c, open.VirtualHost); err != nil {
		return hard{err}
	}
	c.opened = true
	c.state = c.running
	// Without heartbeats a client may be silent for as long as it likes.
	c.deadline(0)
	if interval := c.heartbeat; interval > 0 {
		c.patience.Store(int64(2 * interval))
		c.broker.serving.Go(func() { c.beat(interval) })
	}
	c.send(0, &wire.ConnectionOpenOK{})
	return nil
}

// admit lets a connection into a vhost, if it may and there is room.
func (b *Broker) admit(c *connection, name string) *vhost.Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, user := b.vhosts[name], c.account.Name
	if v == nil {
		return refusal(wire.NotAllowed, "vhost %s not found", name)
	}
	// The user may have changed, or gone, since it has logged in.
	a := b.accounts[user]
	if a == nil {
		return refusal(wire.NotAllowed, "access to vhost '%s' refused for user '%s'", name, user)
	}
	u, ok := a.in(name)
	if !ok {
		return refusal(wire.NotAllowed, "access to vhost '%s' refused for user '%s'", name, user)
	}
	if err := b.room(a, v, name); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed.Load() {
		return refusal(wire.ConnectionForced, "broker forced connection closure with reason 'shutdown'")
	}
	c.vhost, c.session = v, v.Connect(u)
	return nil
}

// room refuses a connection for which a limit leaves none. To count all is not free, and few have limits.
func (b *Broker) room(a *account, v *virtualHost, name string) *vhost.Error {
	user, inVhostMost, ofUserMost := a.Name, v.maxConnections, a.MaxConnections
	if inVhostMost == nil && ofUserMost == nil {
		return nil
	}
	inVhost, ofUser := b.count(v, user)
	if inVhostMost != nil && inVhost >= *inVhostMost {
		return refusal(wire.NotAllowed, "access to vhost '%s' refused for user '%s': connection limit (%d) is reached", name, user, *inVhostMost)
	}
	if ofUserMost != nil && ofUser >= *ofUserMost {
		return refusal(wire.NotAllowed, "connection refused for user '%s': user connection limit (%d) is reached", user, *ofUserMost)
	}
	return nil
}

// count counts the open connections in a vhost and those of a user.
func (b *Broker) count(v *virtualHost, user string) (inVhost, ofUser int) {
	for other := range b.conns {
		other.mu.Lock()
		if other.vhost == v {
			inVhost++
		}
		if other.vhost != nil && other.account.Name == user {
			ofUser++
		}
		other.mu.Unlock()
	}
	return inVhost, ofUser
}
