package tap

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/wire"
)

// Conn is a client's connection with a tap on it.
type Conn struct {
	net.Conn
	who     int
	journal *Journal

	reading, writing direction
	arrivals         atomic.Uint64
	channels         channels
	refusal          atomic.Pointer[refusal]
	fences           fences
	killed           atomic.Bool
	end              sync.Once
	over             chan struct{}
}

type refusal struct {
	code wire.ReplyCode
	text string
}

// New puts a tap on a connection over which AMQP is about to be spoken; who is the place in the cast
// of the actor that it belongs to.
func New(conn net.Conn, who int, journal *Journal) *Conn {
	c := &Conn{Conn: conn, who: who, journal: journal, over: make(chan struct{})}
	c.reading.deliver = func(channel uint16, m wire.Method, content *Content) { c.observe(false, channel, m, content) }
	c.writing.deliver = func(channel uint16, m wire.Method, content *Content) { c.observe(true, channel, m, content) }
	c.writing.keepBody = true
	return c
}

// NewSelective is [New] for a tap that journals only methods that are wanted at the time when they pass, and
// decodes no others.
func NewSelective(conn net.Conn, who int, journal *Journal, wanted func(wire.MethodID) bool) *Conn {
	c := New(conn, who, journal)
	c.reading.wanted, c.writing.wanted = wanted, wanted
	return c
}

// Read passes on what the broker sent.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		if broken := c.reading.feed(p[:n]); broken != nil {
			c.journal.broken(c.who, broken)
		}
	}
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.ended()
	}
	return n, err
}

// Write passes on what the client sends, but for fences that come too late.
func (c *Conn) Write(p []byte) (int, error) {
	if c.isLateFence(p) {
		return len(p), nil
	}
	if broken := c.writing.feed(p); broken != nil {
		c.journal.broken(c.who, broken)
	}
	return c.Conn.Write(p)
}

// Kill drops the connection without a word to the broker.
func (c *Conn) Kill() {
	c.killed.Store(true)
	c.ended()
	c.Conn.Close()
}

// Close closes the connection, as the client library does when it is done with it.
func (c *Conn) Close() error {
	c.ended()
	return c.Conn.Close()
}

func (c *Conn) ended() {
	c.end.Do(func() {
		c.journal.record(Event{Who: c.who})
		close(c.over)
	})
}

// hasEnded reports whether what the client still says reaches nobody any more.
func (c *Conn) hasEnded() bool {
	select {
	case <-c.over:
		return true
	default:
		return false
	}
}

// Ended is closed when the connection has ended, and the journal has it.
func (c *Conn) Ended() <-chan struct{} { return c.over }

// Arrivals is how many things the broker has sent on this connection that its client has to deal with: messages
// for consumers or returned ones, and the ends of consumers and channels.
func (c *Conn) Arrivals() uint64 { return c.arrivals.Load() }

// Refusal is the broker's reply code and text, if it has closed a channel or the connection.
func (c *Conn) Refusal() (code wire.ReplyCode, text string, ok bool) {
	r := c.refusal.Load()
	if r == nil {
		return 0, "", false
	}
	return r.code, r.text, true
}

func (c *Conn) observe(toBroker bool, channel uint16, m wire.Method, content *Content) {
	if c.fences.part(toBroker, channel, m) || toBroker && c.hasEnded() {
		return
	}
	if _, goodbye := m.(*wire.ConnectionClose); goodbye && toBroker && c.killed.Load() {
		// The client library may try to say it all the same, if it has not noticed yet.
		return
	}
	if _, opens := m.(*wire.ChannelOpen); opens && toBroker {
		c.channels.opens(channel)
	}
	c.journal.record(Event{Who: c.who, ToBroker: toBroker, Channel: channel, Method: m, Content: content})
	if toBroker {
		return
	}
	c.channels.answered(channel, m, content)
	// Whoever has seen that a channel is closed finds why, and the event in the journal.
	switch m := m.(type) {
	case *wire.ChannelClose:
		c.refusal.Store(&refusal{m.ReplyCode, m.ReplyText})
		c.channels.closes(channel)
	case *wire.ConnectionClose:
		c.refusal.Store(&refusal{m.ReplyCode, m.ReplyText})
	}
	switch m.(type) {
	case *wire.BasicDeliver, *wire.BasicReturn, *wire.BasicCancel, *wire.ChannelClose, *wire.ConnectionClose:
		// The count comes last: whoever has seen it finds the event in the journal.
		c.channels.arrived(channel)
		c.arrivals.Add(1)
	}
}

// fenceArgument marks the runner's own frames. RabbitMQ does not look at the arguments of a passive
// declaration.
const fenceArgument = "x-tutor-fence"

// FenceMark is the arguments of a passive declaration that is the runner's, not the actor's.
func FenceMark() amqp.Table { return amqp.Table{fenceArgument: true} }

// fences tells the runner's frames from the actor's, on both directions of a connection. The client
// waits for the answer to a fence before it sends anything else that has one.
type fences struct {
	mu   sync.Mutex
	open map[uint16]int
}

// part reports whether a method is a fence, or the answer to one.
func (f *fences) part(toBroker bool, channel uint16, m wire.Method) bool {
	switch m.(type) {
	case *wire.QueueDeclare, *wire.ExchangeDeclare, *wire.QueueDeclareOK, *wire.ExchangeDeclareOK:
	default:
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !toBroker {
		if f.open[channel] == 0 {
			return false
		}
		f.open[channel]--
		return true
	}
	if !isFence(m) {
		return false
	}
	if f.open == nil {
		f.open = map[uint16]int{}
	}
	f.open[channel]++
	return true
}

// isFence reports whether a method is marked as the runner's own.
func isFence(m wire.Method) bool {
	var arguments wire.Table
	switch m := m.(type) {
	case *wire.QueueDeclare:
		arguments = m.Arguments
	case *wire.ExchangeDeclare:
		arguments = m.Arguments
	}
	_, marked := arguments.Get(fenceArgument)
	return marked
}
