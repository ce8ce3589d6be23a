package broker

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// connection is a client's connection. All that the client sends is handled by one goroutine; a
// second one writes.
type connection struct {
	broker *Broker
	conn   net.Conn
	// tls is the connection below, if it is secure.
	tls    secure
	out    *outbox
	stream wire.Stream
	ended  chan struct{}

	// state handles the next method on channel 0.
	state func(wire.Method) error
	// opened is set when the client has opened its vhost.
	opened  bool
	client  capabilities
	account *account
	// tuned is set when the client has agreed to the limits; before that errors are told to nobody.
	tuned    bool
	frameMax uint32
	// channelMax is the highest channel number.
	channelMax uint16
	heartbeat  time.Duration
	// patience is how long the client may neither send nor read, in nanoseconds; 0 is for ever.
	patience atomic.Int64
	channels map[uint16]*channel
	// published is set when the client has published since the memory alarm was looked at.
	published bool
	// publishes counts what the client has published, and flow is when it has to wait over that.
	publishes int
	flow      flow
	// backlog is what came while the client was held back, and failure why nothing more will.
	backlog []byte
	failure error

	errands errands

	// mu guards what other goroutines look at.
	mu      sync.Mutex
	vhost   *virtualHost
	session *vhost.Connection
	// closed is set when connection.close was sent or answered: only what ends the connection counts
	// then.
	closed atomic.Bool
	// deaf is set when nothing that comes is looked at any more.
	deaf bool
	// forced is closed when somebody else than the client wants the connection to end.
	forced chan struct{}
}

// The limits that RabbitMQ suggests.
const (
	suggestedChannelMax = 2047
	suggestedFrameMax   = 131072
)

const (
	// flushing is how long a client whose connection ends may take to read what was said to it.
	flushing = time.Second
	// writeChunk is how much is written before the time that a client may take to read starts anew.
	writeChunk = 64 << 10
)

// secure is a connection over TLS.
type secure interface{ ConnectionState() tls.ConnectionState }

func newConnection(b *Broker, conn net.Conn) *connection {
	overTLS, _ := conn.(secure)
	if b.opts.Wrap != nil {
		conn = b.opts.Wrap(conn)
	}
	c := &connection{
		broker: b, conn: conn, tls: overTLS, out: newOutbox(), ended: make(chan struct{}), forced: make(chan struct{}),
		channels: map[uint16]*channel{}, frameMax: suggestedFrameMax,
	}
	c.stream.Max = smallestFrameMax
	return c
}

// serve is the life of the connection.
func (c *connection) serve() {
	defer close(c.ended)
	defer c.broker.forget(c)
	defer c.conn.Close()
	c.deadline(c.broker.opts.HandshakeTimeout)
	if !c.greet() {
		return
	}
	var writing sync.WaitGroup
	writing.Go(c.write)
	c.read()
	c.leave()
	_ = c.conn.SetWriteDeadline(time.Now().Add(flushing))
	c.out.finish()
	// Some clients only read on when they have written what they have begun to write, and what is not
	// read when a TCP connection is closed may cost the client what it has not read.
	_, _ = io.Copy(io.Discard, c.conn)
	writing.Wait()
}

// read handles what the client sends, until the connection ends.
func (c *connection) read() {
	buffer := make([]byte, 32<<10)
	for {
		c.arm()
		p, err := c.receive(buffer)
		if len(p) > 0 && !c.deaf && c.handle(p) != nil {
			return
		}
		if err != nil && !c.nudged(err) {
			return
		}
		c.run()
		c.giveWay()
		c.out.await()
		if !c.closed.Load() {
			c.obeyAlarm()
		}
	}
}

// receive returns what comes next, or has come while the client was held back.
func (c *connection) receive(buffer []byte) ([]byte, error) {
	if len(c.backlog) == 0 && c.failure == nil {
		n, err := c.conn.Read(buffer)
		return buffer[:n], err
	}
	p := c.backlog
	c.backlog = nil
	return p, c.failure
}

// handle takes bytes apart and does what they say. The error, if any, ends the connection.
func (c *connection) handle(p []byte) error {
	err := c.stream.Feed(p, c.frame)
	if !c.closed.Load() {
		c.confirmAll()
	}
	var broken *wire.Error
	if errors.As(err, &broken) {
		// What follows cannot be read: the reason is all that the client still gets.
		if c.tuned {
			said, _ := explain(err)
			c.closeWith(said, wire.MethodID{})
		}
		return c.ignore()
	}
	return err
}

// ignore reads on and looks at nothing, so that a client that cannot be talked with neither tries
// again at once nor has what was said to it cut off.
func (c *connection) ignore() error {
	delay := c.broker.opts.SilentCloseDelay
	if delay < 0 {
		return errEnded
	}
	c.deaf = true
	c.deadline(delay)
	return nil
}

// write sends what is in the outbox, and closes the connection when there will be nothing more.
func (c *connection) write() {
	defer c.conn.Close()
	for {
		buffer := c.out.take()
		if buffer == nil {
			return
		}
		for chunk := range slices.Chunk(buffer, writeChunk) {
			if err := c.writeInTime(chunk); err != nil {
				c.out.fail()
				return
			}
		}
		for _, ch := range c.out.written(buffer) {
			ch.state.Resume()
		}
	}
}

// writeInTime gives a client with heartbeats as long to read as it may be silent: it may be gone.
func (c *connection) writeInTime(chunk []byte) error {
	if d := time.Duration(c.patience.Load()); d > 0 && !c.closed.Load() {
		_ = c.conn.SetWriteDeadline(time.Now().Add(d))
	}
	_, err := c.conn.Write(chunk)
	return err
}

// send queues a method on channel 0, or on a channel that has no state.
func (c *connection) send(channel uint16, m wire.Method) {
	dst, err := wire.AppendMethod(c.out.lock(), channel, m)
	c.out.unlock(dst)
	if err != nil {
		// Only names and texts of our own making are sent here.
		panic(err)
	}
}

func (c *connection) frame(f wire.Frame) error {
	switch {
	case c.deaf:
		return nil
	case f.Type == wire.FrameHeartbeat && f.Channel == 0 && len(f.Payload) == 0:
		return nil
	case c.closed.Load():
		return c.closingFrame(f)
	case !recognizable(f):
		return c.refuse(0, wire.MethodID{}, refusal(wire.FrameError, "%v: unknown_frame", f))
	case f.Channel != 0 && !c.opened, f.Channel != 0 && f.Type == wire.FrameHeartbeat, f.Channel == 0 && f.Type != wire.FrameMethod:
		return c.refuse(0, wire.MethodID{}, refusal(wire.UnexpectedFrame, "%v", f))
	case f.Channel == 0:
		return c.controlFrame(f)
	default:
		return c.channelFrame(f)
	}
}

// recognizable reports whether a frame is what its type says, as far as that can be seen from outside.
func recognizable(f wire.Frame) bool {
	switch f.Type {
	case wire.FrameMethod:
		return len(f.Payload) >= 4
	case wire.FrameHeader:
		return len(f.Payload) >= 12
	case wire.FrameBody:
		return true
	case wire.FrameHeartbeat:
		return len(f.Payload) == 0
	}
	return false
}

// controlFrame is a method on channel 0.
func (c *connection) controlFrame(f wire.Frame) error {
	m, err := wire.DecodeMethod(f.Payload)
	if err != nil {
		return c.refuse(0, wire.MethodID{}, err)
	}
	if err := c.state(m); err != nil {
		return c.refuse(0, m.ID(), err)
	}
	return nil
}

// running handles channel 0 once the vhost is open.
func (c *connection) running(m wire.Method) error {
	switch m.(type) {
	case *wire.ConnectionClose:
		// The client closes the connection when it has read the answer; what it still writes until then
		// is not to break it.
		if c.closed.CompareAndSwap(false, true) {
			c.leave()
			c.bound(c.closingTimeout())
		}
		c.send(0, &wire.ConnectionCloseOK{})
		return nil
	case *wire.ConnectionUpdateSecret:
		c.send(0, &wire.ConnectionUpdateSecretOK{})
		return nil
	default:
		return refusal(wire.ChannelError, "unexpected method in connection state running")
	}
}

// closingFrame is a frame that arrives after connection.close was sent or answered.
func (c *connection) closingFrame(f wire.Frame) error {
	if f.Type != wire.FrameMethod || f.Channel != 0 {
		return nil
	}
	m, err := wire.DecodeMethod(f.Payload)
	if err != nil {
		return nil
	}
	switch m.(type) {
	case *wire.ConnectionCloseOK:
		return errEnded
	case *wire.ConnectionClose:
		c.send(0, &wire.ConnectionCloseOK{})
	}
	return nil
}

// closeWith closes the connection for a reason: channels are closed at once, and the client is told
// and may take a while to answer.
func (c *connection) closeWith(said *vhost.Error, cause wire.MethodID) {
	if !c.closed.CompareAndSwap(false, true) {
		return
	}
	c.leave()
	c.send(0, &wire.ConnectionClose{ReplyCode: said.Code, ReplyText: said.Text, ClassID: cause.Class, MethodID: cause.Method})
	c.bound(c.closingTimeout())
}

// closingTimeout is how long the connection stays open for a client that does not close it.
func (c *connection) closingTimeout() time.Duration {
	if c.heartbeat > 0 {
		return min(c.heartbeat, c.broker.opts.ClosingTimeout)
	}
	return c.broker.opts.ClosingTimeout
}

// bound ends the connection after a while, whether the client reads or writes.
func (c *connection) bound(d time.Duration) {
	c.deadline(d)
	_ = c.conn.SetWriteDeadline(time.Now().Add(d))
}

// force closes the connection from outside. If it is being closed already, nothing is waited for.
func (c *connection) force(reason string) {
	if !c.closed.CompareAndSwap(false, true) {
		c.out.finish()
		return
	}
	close(c.forced)
	if !c.leave() {
		c.conn.Close() // it was not open yet
		return
	}
	c.send(0, &wire.ConnectionClose{ReplyCode: wire.ConnectionForced, ReplyText: shorten("CONNECTION_FORCED - " + reason)})
}

// leave takes the connection out of its vhost, once, and reports whether it was in one.
func (c *connection) leave() bool {
	c.mu.Lock()
	session := c.session
	c.session, c.vhost = nil, nil
	c.mu.Unlock()
	if session == nil {
		return false
	}
	session.Close()
	return true
}

// in reports whether the connection is in a vhost.
func (c *connection) in(v *virtualHost) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.vhost == v
}

// confirmAll sends the confirms that have gathered while the bytes of one read were handled.
func (c *connection) confirmAll() {
	for _, ch := range c.confirming() {
		ch.confirm()
	}
}

// confirming are the channels that owe confirms.
func (c *connection) confirming() []*channel {
	var owing []*channel
	for _, ch := range c.channels {
		if ch.owed > 0 {
			owing = append(owing, ch)
		}
	}
	slices.SortFunc(owing, func(a, b *channel) int { return int(a.id) - int(b.id) })
	return owing
}

// beat sends heartbeats until the connection ends.
func (c *connection) beat(interval time.Duration) {
	ticker := time.NewTicker(interval / 2)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.out.unlock(wire.AppendHeartbeat(c.out.lock()))
		case <-c.ended:
			return
		}
	}
}
