package difftest

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"tutor/runner/wire"
)

// Login says how a client gets into a broker.
type Login struct {
	Dial                  func() (net.Conn, error)
	User, Password, Vhost string
}

// patience is how long a broker may take to answer before it counts as hanging.
const patience = 10 * time.Second

// client is a connection that hides nothing: it sends methods as they are and keeps what arrives.
type client struct {
	conn net.Conn
	mu   sync.Mutex
	cond *sync.Cond
	// got are the methods that have arrived and were not taken, by channel.
	got map[uint16][]received
	// err is why nothing more arrives.
	err    error
	stream wire.Stream
	// content is what is arriving, by channel.
	content map[uint16]*received
}

// received is a method from the broker, with its content.
type received struct {
	method     wire.Method
	properties wire.Properties
	size       uint64
	body       []byte
}

var errTimeout = errors.New("the broker does not answer")

// connect opens a connection and a vhost.
func connect(l Login) (*client, error) {
	c, err := newClient(l)
	if err != nil {
		return nil, err
	}
	if err := c.handshake(l); err != nil {
		c.conn.Close()
		return nil, err
	}
	return c, nil
}

func newClient(l Login) (*client, error) {
	conn, err := l.Dial()
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn, got: map[uint16][]received{}, content: map[uint16]*received{}}
	c.cond = sync.NewCond(&c.mu)
	go c.read()
	return c, nil
}

func (c *client) handshake(l Login) error {
	if _, err := c.conn.Write([]byte(wire.ProtocolHeader)); err != nil {
		return err
	}
	if _, err := c.reply(0); err != nil {
		return err
	}
	capabilities := wire.Table{
		{Name: "consumer_cancel_notify", Value: true}, {Name: "basic.nack", Value: true},
		{Name: "authentication_failure_close", Value: true}, {Name: "connection.blocked", Value: true},
	}
	r, err := c.ask(0, &wire.ConnectionStartOK{
		ClientProperties: wire.Table{{Name: "capabilities", Value: capabilities}},
		Mechanism:        "PLAIN", Response: "\x00" + l.User + "\x00" + l.Password, Locale: "en_US",
	})
	if err != nil {
		return err
	}
	tune, ok := r.method.(*wire.ConnectionTune)
	if !ok {
		return fmt.Errorf("login: %s", wire.Format(r.method))
	}
	if err := c.send(0, &wire.ConnectionTuneOK{ChannelMax: tune.ChannelMax, FrameMax: tune.FrameMax}); err != nil {
		return err
	}
	if r, err = c.ask(0, &wire.ConnectionOpen{VirtualHost: l.Vhost}); err != nil {
		return err
	}
	if _, ok := r.method.(*wire.ConnectionOpenOK); !ok {
		return fmt.Errorf("opening vhost %s: %s", l.Vhost, wire.Format(r.method))
	}
	return nil
}

func (c *client) read() {
	buffer := make([]byte, 64<<10)
	for {
		n, err := c.conn.Read(buffer)
		c.mu.Lock()
		if broken := c.stream.Feed(buffer[:n], c.frame); broken != nil {
			err = broken
		}
		if err != nil {
			c.err = err
		}
		c.mu.Unlock()
		c.cond.Broadcast()
		if err != nil {
			return
		}
	}
}

func (c *client) frame(f wire.Frame) error {
	switch f.Type {
	case wire.FrameMethod:
		m, err := wire.DecodeMethod(f.Payload)
		if err != nil {
			return err
		}
		r := received{method: m}
		if wire.CarriesContent(m) {
			c.content[f.Channel] = &r
			return nil
		}
		c.got[f.Channel] = append(c.got[f.Channel], r)
	case wire.FrameHeader:
		h, err := wire.DecodeContentHeader(f.Payload)
		if err != nil {
			return err
		}
		r := c.content[f.Channel]
		r.properties, r.size = h.Properties, h.BodySize
		c.complete(f.Channel)
	case wire.FrameBody:
		r := c.content[f.Channel]
		r.body = append(r.body, f.Payload...)
		c.complete(f.Channel)
	}
	return nil
}

func (c *client) complete(channel uint16) {
	if r := c.content[channel]; uint64(len(r.body)) == r.size {
		c.got[channel] = append(c.got[channel], *r)
		delete(c.content, channel)
	}
}

// send sends a method.
func (c *client) send(channel uint16, m wire.Method) error {
	frame, err := wire.AppendMethod(nil, channel, m)
	if err != nil {
		return err
	}
	_, err = c.conn.Write(frame)
	return err
}

// publish sends basic.publish with its content.
func (c *client) publish(channel uint16, m wire.Method, p *wire.Properties, body string) error {
	out, err := wire.AppendMethod(nil, channel, m)
	if err != nil {
		return err
	}
	properties, err := wire.AppendProperties(nil, p)
	if err != nil {
		return err
	}
	out = wire.AppendContentHeader(out, channel, uint64(len(body)), properties)
	out = wire.AppendBody(out, channel, []byte(body), wire.FrameMinSize)
	_, err = c.conn.Write(out)
	return err
}

// ask sends a method, and waits for its answer.
func (c *client) ask(channel uint16, m wire.Method) (received, error) {
	if err := c.send(channel, m); err != nil {
		return received{}, err
	}
	return c.reply(channel)
}

// reply waits for the next method on a channel that answers something, or for the connection's end.
// What comes in between stays where it is.
func (c *client) reply(channel uint16) (received, error) {
	return c.await(channel, func(m wire.Method) bool { return !spontaneous(m) })
}

// next waits for the next method on a channel, or for the connection's end.
func (c *client) next(channel uint16) (received, error) {
	return c.await(channel, func(wire.Method) bool { return true })
}

func (c *client) await(channel uint16, wanted func(wire.Method) bool) (received, error) {
	expired := false
	timer := time.AfterFunc(patience, func() {
		c.mu.Lock()
		expired = true
		c.mu.Unlock()
		c.cond.Broadcast()
	})
	defer timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for i, r := range c.got[channel] {
			if wanted(r.method) {
				c.got[channel] = append(c.got[channel][:i:i], c.got[channel][i+1:]...)
				return r, nil
			}
		}
		for _, r := range c.got[0] {
			if _, ok := r.method.(*wire.ConnectionClose); ok {
				return r, nil
			}
		}
		switch {
		case c.err != nil:
			return received{}, c.err
		case expired:
			return received{}, errTimeout
		}
		c.cond.Wait()
	}
}

// take returns what has arrived on a channel and answers nothing.
func (c *client) take(channel uint16) []received {
	c.mu.Lock()
	defer c.mu.Unlock()
	got := c.got[channel]
	delete(c.got, channel)
	return got
}

// spontaneous methods answer nothing.
func spontaneous(m wire.Method) bool {
	switch m.(type) {
	case *wire.BasicDeliver, *wire.BasicReturn, *wire.BasicAck, *wire.BasicNack, *wire.BasicCancel:
		return true
	}
	return false
}

// answered reports whether a method is answered by another one.
func answered(m wire.Method) bool {
	switch m := m.(type) {
	case *wire.BasicPublish, *wire.BasicAck, *wire.BasicNack, *wire.BasicReject, *wire.BasicRecoverAsync:
		return false
	case *wire.ExchangeDeclare:
		return !m.NoWait
	case *wire.ExchangeDelete:
		return !m.NoWait
	case *wire.ExchangeBind:
		return !m.NoWait
	case *wire.ExchangeUnbind:
		return !m.NoWait
	case *wire.QueueDeclare:
		return !m.NoWait
	case *wire.QueueBind:
		return !m.NoWait
	case *wire.QueuePurge:
		return !m.NoWait
	case *wire.QueueDelete:
		return !m.NoWait
	case *wire.BasicConsume:
		return !m.NoWait
	case *wire.BasicCancel:
		return !m.NoWait
	case *wire.ConfirmSelect:
		return !m.NoWait
	}
	return true
}
