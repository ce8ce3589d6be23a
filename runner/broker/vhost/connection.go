package vhost

// Connection is a client's connection as the vhost sees it: it acts for a user
// and owns exclusive queues.
type Connection struct {
	vhost *VHost
	user  User
}

// Open registers a channel whose deliveries go to client.
func (c *Connection) Open(client Client) *Channel { panic("todo") }

// SetUser replaces the user, for connection.update-secret.
func (c *Connection) SetUser(u User) { panic("todo") }

// Close closes the connection's channels, then deletes its exclusive queues.
// Closing twice is harmless.
func (c *Connection) Close() { panic("todo") }
