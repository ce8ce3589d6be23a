package vhost

import "slices"

// Connection is a client's connection as the vhost sees it: it acts for a user and owns exclusive queues.
type Connection struct {
	vhost     *VHost
	user      User
	closed    bool
	channels  []*Channel // in the order they were opened
	exclusive map[*queue]struct{}
}

// Open registers a channel whose deliveries go to client.
func (c *Connection) Open(client Client) *Channel {
	v := c.vhost
	v.mu.Lock()
	defer v.leave()
	ch := &Channel{conn: c, client: client, closed: c.closed, consumers: make(map[string]*consumer)}
	if !c.closed {
		c.channels = append(c.channels, ch)
	}
	return ch
}

// Channels is how many channels are open.
func (c *Connection) Channels() int {
	c.vhost.mu.Lock()
	defer c.vhost.leave()
	return len(c.channels)
}

// SetUser replaces the user: what it may do from now on, whatever it has begun.
func (c *Connection) SetUser(u User) {
	c.vhost.mu.Lock()
	defer c.vhost.leave()
	c.user = u
}

// Close closes the connection's channels, then deletes its exclusive queues. Closing twice is harmless.
func (c *Connection) Close() {
	c.vhost.mu.Lock()
	defer c.vhost.leave()
	c.close()
}

func (c *Connection) close() {
	if c.closed {
		return
	}
	c.closed = true
	// All consumers go before anything goes back: what one channel held must not be sent to another that is
	// about to go, too.
	channels := slices.Clone(c.channels)
	left := make([][]*queue, len(channels))
	for i, ch := range channels {
		left[i] = ch.fallSilent()
	}
	for i, ch := range channels {
		ch.giveUp(left[i])
	}
	for q := range c.exclusive {
		c.vhost.removeQueue(q)
	}
	delete(c.vhost.connections, c)
}
