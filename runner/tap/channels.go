package tap

import (
	"sync"
	"sync/atomic"

	"tutor/runner/wire"
)

// channels is what a connection keeps of each of its channels. A client library does not tell their numbers.
type channels struct {
	mu       sync.Mutex
	last     uint16
	arrivals map[uint16]uint64
	// closing are those that the broker has closed, and anyClosing is set once there was one: all that is written asks.
	closing    map[uint16]bool
	anyClosing atomic.Bool
	// answers are kept of those where somebody wants them.
	answers map[uint16]*Answers
}

func (c *channels) opens(number uint16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = number
	delete(c.arrivals, number)
	delete(c.closing, number)
	delete(c.answers, number)
}

func (c *channels) closes(number uint16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing == nil {
		c.closing = map[uint16]bool{}
	}
	c.closing[number] = true
	c.anyClosing.Store(true)
}

func (c *channels) arrived(number uint16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.arrivals == nil {
		c.arrivals = map[uint16]uint64{}
	}
	c.arrivals[number]++
}

// LastOpened is the number of the channel that the client has opened last.
func (c *Conn) LastOpened() uint16 {
	c.channels.mu.Lock()
	defer c.channels.mu.Unlock()
	return c.channels.last
}

// ArrivalsOn is what [Conn.Arrivals] is, of one channel since it was opened.
func (c *Conn) ArrivalsOn(channel uint16) uint64 {
	c.channels.mu.Lock()
	defer c.channels.mu.Unlock()
	return c.channels.arrivals[channel]
}

// IsClosing reports whether the broker has closed a channel, which its client may not have noticed yet.
func (c *Conn) IsClosing(channel uint16) bool {
	if !c.channels.anyClosing.Load() {
		return false
	}
	c.channels.mu.Lock()
	defer c.channels.mu.Unlock()
	return c.channels.closing[channel]
}

// isLateFence reports whether what is written is a fence on a channel that the broker has closed. The client library
// agrees to that before it takes no more for the channel, and a broker that has the agreement ends the whole connection
// over whatever follows (AMQP 0-9-1, 4.2.2): the runner would do to an actor what the actor has not done. Who asks is
// told that the channel is closed.
func (c *Conn) isLateFence(p []byte) bool {
	if len(p) == 0 || p[0] != byte(wire.FrameMethod) || !c.channels.anyClosing.Load() {
		return false
	}
	late := false
	// The library writes a method that has no content by itself.
	err := new(wire.Stream).Feed(p, func(f wire.Frame) error {
		m, err := wire.DecodeMethod(f.Payload)
		late = err == nil && isFence(m) && c.IsClosing(f.Channel)
		return err
	})
	return err == nil && late
}
