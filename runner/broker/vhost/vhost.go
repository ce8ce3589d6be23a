package vhost

import (
	"slices"
	"strings"
	"sync"
)

// VHost is one virtual host. All methods of it, of its [Connection]s and of their [Channel]s may be called
// from any goroutine.
type VHost struct {
	name string
	opts Options

	mu          sync.Mutex
	closed      bool
	exchanges   map[string]*exchange
	queues      map[string]*queue
	connections map[*Connection]struct{}
	repliers    map[string]*Channel // direct reply-to consumers by the name publishers reply to
	dead        deque[deadLetter]   // still to be published, see leave
	targets     targets
	policies    []*policy // the one that comes first applies
	counts      Counts
	memory      memory
	faults      faults
	changed     chan struct{} // closed when the next operation is over, if somebody waits for that
}

// Options are choices that RabbitMQ leaves to its configuration. The zero value is RabbitMQ 4.3's default.
type Options struct {
	// Permit says of deprecated features, by their names, whether they are permitted. What it does not name
	// is as [DeprecatedFeatures] says.
	Permit map[string]bool
	// MaxQueues is the vhost's limit of queues; nil is none.
	MaxQueues *int
	// DefaultQueueType is the type of queues that are declared without one, see [VHost.SetDefaultQueueType];
	// empty is classic.
	DefaultQueueType string
	// Memory, if not nil, is that of all vhosts that share it.
	Memory *Memory
	// Clock is the time that what expires goes by; nil is package time's.
	Clock Clock
	// Observe, if not nil, is told what becomes of messages, in order. It is called with the vhost locked, and must
	// neither block nor call back.
	Observe func(Event)
}

// New returns an empty vhost: it has the default exchange and the amq.* ones. The name is what error texts
// call it. Close it when it is no longer needed.
func New(name string, opts Options) *VHost {
	if opts.Clock == nil {
		opts.Clock = wallClock{}
	}
	return &VHost{
		name:        name,
		opts:        opts,
		exchanges:   predeclared(name),
		queues:      make(map[string]*queue),
		connections: make(map[*Connection]struct{}),
		repliers:    make(map[string]*Channel),
	}
}

// leave ends what enter began. What died on the way is published now, and not where it died: so a chain of
// dead letters needs no recursion, and a queue is never entered while it is being worked on.
func (v *VHost) leave() {
	for v.dead.len() > 0 {
		v.publishDead(v.dead.pop())
	}
	v.memory.tell(v.opts.Memory)
	if v.changed != nil {
		close(v.changed)
		v.changed = nil
	}
	v.mu.Unlock()
}

// Connect registers a client connection that acts for u.
func (v *VHost) Connect(u User) *Connection {
	v.mu.Lock()
	defer v.leave()
	c := &Connection{vhost: v, user: u, exclusive: make(map[*queue]struct{})}
	v.connections[c] = struct{}{}
	return c
}

// Close closes all connections, drops everything and stops all timers.
func (v *VHost) Close() {
	v.mu.Lock()
	defer v.leave()
	v.closed = true
	v.closeConnections()
	for _, q := range v.queues {
		q.stopTimers()
	}
	clear(v.queues)
	clear(v.exchanges)
	v.dead.clear()
	v.memory.taken = 0
}

func (v *VHost) closeConnections() {
	for c := range v.connections {
		c.close()
	}
}

// QueueStatus is what rabbitmqctl list_queues tells of a queue.
type QueueStatus struct {
	Name           string
	Ready          int // messages waiting
	Unacknowledged int // messages delivered and not yet settled
	Consumers      int
	ReadyBytes     int64 // what the waiting messages count against x-max-length-bytes
}

// Queues lists the queues in order of their names.
func (v *VHost) Queues() []QueueStatus {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.statuses()
}

// Watch lists the queues, and returns what is closed when anything may have changed since: the next operation is
// over. Once the vhost is closed nothing changes any more, and open is false.
func (v *VHost) Watch() (queues []QueueStatus, changed <-chan struct{}, open bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.changed == nil {
		v.changed = make(chan struct{})
	}
	return v.statuses(), v.changed, !v.closed
}

func (v *VHost) statuses() []QueueStatus {
	list := make([]QueueStatus, 0, len(v.queues))
	for _, q := range v.queues {
		list = append(list, QueueStatus{
			Name: q.name, Ready: q.ready.len(), Unacknowledged: q.unacked,
			Consumers: q.kind.consumers(q), ReadyBytes: q.readyBytes,
		})
	}
	slices.SortFunc(list, func(a, b QueueStatus) int { return strings.Compare(a.Name, b.Name) })
	return list
}
