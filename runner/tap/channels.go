package tap

import "sync"

// channels is what a connection keeps of each of its channels. A client library does not tell their numbers.
type channels struct {
	mu       sync.Mutex
	last     uint16
	arrivals map[uint16]uint64
	// closing are those that the broker has closed.
	closing map[uint16]bool
}

func (c *channels) opens(number uint16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = number
	delete(c.arrivals, number)
	delete(c.closing, number)
}

func (c *channels) closes(number uint16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing == nil {
		c.closing = map[uint16]bool{}
	}
	c.closing[number] = true
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
	c.channels.mu.Lock()
	defer c.channels.mu.Unlock()
	return c.channels.closing[channel]
}
