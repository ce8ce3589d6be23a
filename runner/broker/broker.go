// Package broker is an AMQP 0-9-1 broker in memory: a real server, to which any client may connect.
//
// RabbitMQ 4.3 is its specification, down to reply codes and texts, and differential tests hold it
// to that. What it does not model it refuses with 540 (NOT_IMPLEMENTED); it never pretends.
//
// A newcomer reads it in this order:
//
//   - broker.go, users.go: [Broker], its vhosts and users, starting and stopping;
//   - listen.go, connection.go, handshake.go: how a client gets in, and its connection's life;
//   - outbox.go: what is on its way to a client; nothing waits for a slow socket but its own reader;
//   - channel.go, content.go, refuse.go: methods, their content, and how errors are told;
//   - dispatch.go, class_*.go: one handler for each method, by AMQP class;
//   - alarm.go: publishers are blocked when messages take too much memory;
//   - errand.go, fault.go: what somebody else than its client wants of a connection.
//
// What the methods do to exchanges, queues and messages is the business of package vhost.
package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// Options are what RabbitMQ leaves to its configuration; the zero value is RabbitMQ's default, where
// it has one.
type Options struct {
	// Name of the node, as clients are told it. Default tutor@localhost.
	Name string
	// Product is what the broker calls itself in its server properties, which clients decide by. Default
	// [Product].
	Product string
	// HandshakeTimeout is how long a client may take to log in and open a vhost. Default 10s.
	HandshakeTimeout time.Duration
	// SilentCloseDelay is how long a client that is not talked with any more (its login was refused, it
	// has failed to shake hands, its frames are broken) has to wait for the connection to be closed, so
	// that nothing can be tried out fast. Negative: none. Default 3s.
	SilentCloseDelay time.Duration
	// ClosingTimeout is how long a connection that either side has closed stays open for a client that
	// does not end it; a client with a shorter heartbeat has as long as that. Default 30s.
	ClosingTimeout time.Duration
	// Heartbeat is what the broker suggests; negative: none. Default 60s.
	Heartbeat time.Duration
	// MemoryLimit is how many bytes messages may take before publishers are blocked, with their properties and
	// what each costs beside: those that are ready, unacknowledged, or in open transactions. Default
	// [DefaultMemoryLimit].
	MemoryLimit int64
	// Vhost are choices for the vhosts.
	Vhost vhost.Options
	// Wrap, if not nil, is given every connection (inside TLS) and returns what is used in its place.
	Wrap func(net.Conn) net.Conn
}

// Version of RabbitMQ that the broker is built to.
const Version = "4.3"

// Product is what the broker calls itself unless it is told to go by another name.
const Product = "tutor embedded broker"

// DefaultMemoryLimit is what messages may take unless it is said otherwise.
const DefaultMemoryLimit = 8 << 30

const (
	defaultHandshakeTimeout = 10 * time.Second
	defaultSilentCloseDelay = 3 * time.Second
	defaultClosingTimeout   = 30 * time.Second
	defaultHeartbeat        = 60 * time.Second
)

// Broker is an AMQP broker. Its methods may be called from any goroutine.
type Broker struct {
	opts     Options
	handlers map[wire.MethodID]handler
	// memory is about how many bytes the messages of all vhosts take.
	memory vhost.Memory
	alarm  alarm

	mu        sync.Mutex
	closed    bool
	vhosts    map[string]*virtualHost
	accounts  map[string]*account
	conns     map[*connection]struct{}
	listeners map[net.Listener]struct{}
	serving   sync.WaitGroup
}

// virtualHost is a vhost with its limit.
type virtualHost struct {
	*vhost.VHost
	name           string
	maxConnections *int
	block          block
}

// Limits of a vhost; nil is no limit.
type Limits struct{ MaxConnections, MaxQueues *int }

// New returns a broker without vhosts and users that listens nowhere yet.
func New(o Options) *Broker {
	o.Name = orDefault(o.Name, "tutor@localhost")
	o.Product = orDefault(o.Product, Product)
	o.HandshakeTimeout = orDefault(o.HandshakeTimeout, defaultHandshakeTimeout)
	o.SilentCloseDelay = orDefault(o.SilentCloseDelay, defaultSilentCloseDelay)
	o.ClosingTimeout = orDefault(o.ClosingTimeout, defaultClosingTimeout)
	o.Heartbeat = orDefault(o.Heartbeat, defaultHeartbeat)
	o.MemoryLimit = orDefault(o.MemoryLimit, DefaultMemoryLimit)
	b := &Broker{
		opts: o, handlers: handlers(),
		vhosts: map[string]*virtualHost{}, accounts: map[string]*account{},
		conns: map[*connection]struct{}{}, listeners: map[net.Listener]struct{}{},
	}
	b.opts.Vhost.Memory = &b.memory
	b.alarm = newAlarm(&b.memory.Taken, o.MemoryLimit)
	return b
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// AddVhost adds an empty vhost.
func (b *Broker) AddVhost(name string, limits Limits) error {
	return b.AddVhostWith(name, func(o *vhost.Options) {
		o.MaxQueues = limits.MaxQueues
	}, limits.MaxConnections)
}

// AddVhostWith adds an empty vhost whose choices differ from those of the others.
func (b *Broker) AddVhostWith(name string, differ func(*vhost.Options), maxConnections *int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return net.ErrClosed
	}
	if b.vhosts[name] != nil {
		return fmt.Errorf("vhost %q exists already", name)
	}
	o := b.opts.Vhost
	differ(&o)
	b.vhosts[name] = &virtualHost{VHost: vhost.New(name, o), name: name, maxConnections: maxConnections}
	return nil
}

// RemoveVhost deletes a vhost with all that is in it, and closes its connections.
func (b *Broker) RemoveVhost(name string) error {
	b.mu.Lock()
	v := b.vhosts[name]
	delete(b.vhosts, name)
	b.mu.Unlock()
	if v == nil {
		return fmt.Errorf("there is no vhost %q", name)
	}
	b.closeConnections(fmt.Sprintf("vhost '%s' is deleted", name), func(c *connection) bool { return c.in(v) })
	v.Close()
	return nil
}

// Vhosts lists the names of the vhosts.
func (b *Broker) Vhosts() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.vhosts))
}

// SetPolicy adds a policy to a vhost, or replaces the one of its name.
func (b *Broker) SetPolicy(name string, p vhost.Policy) error {
	v, err := b.vhost(name)
	if err != nil {
		return err
	}
	return v.SetPolicy(p)
}

// DeletePolicy removes a policy from a vhost, if it is there.
func (b *Broker) DeletePolicy(name, policy string) error {
	v, err := b.vhost(name)
	if err != nil {
		return err
	}
	return v.DeletePolicy(policy)
}

// SetDefaultQueueType changes what queues of a vhost are whose declarations do not say, see [vhost.QueueTypes].
func (b *Broker) SetDefaultQueueType(name, kind string) error {
	v, err := b.vhost(name)
	if err != nil {
		return err
	}
	return v.SetDefaultQueueType(kind)
}

// Connect acts in a vhost for whoever furnishes the broker, without a connection of AMQP. It may do everything; what is
// delivered to it goes nowhere.
func (b *Broker) Connect(name string) (*vhost.Connection, error) {
	v, err := b.vhost(name)
	if err != nil {
		return nil, err
	}
	return v.Connect(vhost.User{}), nil
}

func (b *Broker) vhost(name string) (*virtualHost, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := b.vhosts[name]
	if v == nil {
		return nil, fmt.Errorf("there is no vhost %q", name)
	}
	return v, nil
}

// VHost is what is in a vhost, for whoever wants to watch it or to misbehave in it.
func (b *Broker) VHost(name string) (*vhost.VHost, error) {
	v, err := b.vhost(name)
	if err != nil {
		return nil, err
	}
	return v.VHost, nil
}

// Queues lists the queues of a vhost, for whoever wants to show or audit them.
func (b *Broker) Queues(name string) []vhost.QueueStatus {
	b.mu.Lock()
	v := b.vhosts[name]
	b.mu.Unlock()
	if v == nil {
		return nil
	}
	return v.Queues()
}

// Due lists what the broker will do of its own up to a moment if nobody does anything before, in order.
func (b *Broker) Due(until time.Time) (all []vhost.Due) {
	b.mu.Lock()
	vhosts := slices.Collect(maps.Values(b.vhosts))
	b.mu.Unlock()
	for _, v := range vhosts {
		all = append(all, v.Due(until)...)
	}
	slices.SortStableFunc(all, func(a, b vhost.Due) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.What, b.What))
	})
	return all
}

// Counts tells what has happened to messages so far, in all vhosts together.
func (b *Broker) Counts() (sum vhost.Counts) {
	b.mu.Lock()
	vhosts := slices.Collect(maps.Values(b.vhosts))
	b.mu.Unlock()
	for _, v := range vhosts {
		sum = sum.Plus(v.Counts())
	}
	return sum
}

// closing is how long clients may take to answer connection.close before the broker drops them, when
// it stops or restarts.
const closing = time.Second

// Restart does what stopping and starting RabbitMQ does: it closes all connections with reply code
// 320, keeps exchanges and durable queues with their persistent messages, and drops the rest.
func (b *Broker) Restart(ctx context.Context) error {
	b.closeConnections("broker forced connection closure with reason 'shutdown'", func(*connection) bool { return true })
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, v := range b.vhosts {
		v.Restart()
	}
	return ctx.Err()
}

// Close stops listening, closes all connections with reply code 320 and drops everything. It returns
// when all of the broker's goroutines have ended.
func (b *Broker) Close() error {
	b.mu.Lock()
	b.closed = true
	var errs []error
	for l := range b.listeners {
		errs = append(errs, l.Close())
	}
	clear(b.listeners)
	b.mu.Unlock()
	b.closeConnections("broker forced connection closure with reason 'shutdown'", func(*connection) bool { return true })
	b.serving.Wait()
	b.alarm.stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, v := range b.vhosts {
		v.Close()
	}
	return errors.Join(errs...)
}

// closeConnections closes connections with a reason, and returns when they are gone.
func (b *Broker) closeConnections(reason string, which func(*connection) bool) {
	b.mu.Lock()
	var doomed []*connection
	for c := range b.conns {
		if which(c) {
			doomed = append(doomed, c)
		}
	}
	b.mu.Unlock()
	for _, c := range doomed {
		c.force(reason)
	}
	patience := time.NewTimer(closing)
	defer patience.Stop()
	for _, c := range doomed {
		select {
		case <-c.ended:
		case <-patience.C:
			for _, c := range doomed {
				c.conn.Close()
			}
			<-c.ended
		}
	}
}
