package vhost

import "sync"

// VHost is one virtual host. All methods of it, of its [Connection]s and of
// their [Channel]s may be called from any goroutine.
type VHost struct {
	name string
	mu   sync.Mutex
}

// New returns an empty vhost: it has the default exchange and the amq.* ones.
// The name is what error texts call it. Close it when it is no longer needed.
func New(name string) *VHost { return &VHost{name: name} }

// Connect registers a client connection that acts for u.
func (v *VHost) Connect(u User) *Connection { panic("todo") }

// Restart does to the vhost what stopping and starting RabbitMQ does: durable
// exchanges and queues, the bindings between them, and their persistent
// messages (every message of a quorum queue) remain. The caller closes all
// connections first.
func (v *VHost) Restart() { panic("todo") }

// Close drops everything and stops all timers.
func (v *VHost) Close() { panic("todo") }

// Queues lists the queues in order of their names.
func (v *VHost) Queues() []QueueStatus { panic("todo") }

// QueueStatus is what rabbitmqctl list_queues tells of a queue.
type QueueStatus struct {
	Name           string
	Ready          int // messages waiting
	Unacknowledged int // messages delivered and not yet settled
	Consumers      int
	ReadyBytes     int64 // bodies of the waiting messages
}
