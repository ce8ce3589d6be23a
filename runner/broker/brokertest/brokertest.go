package brokertest

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"sync"
	"testing"

	"tutor/runner/broker"
	"tutor/runner/broker/vhost"
)

// Broker is a broker, seen from one of its vhosts. Its methods may be called from any goroutine.
type Broker struct {
	server *server
	name   string
	vhost  *vhost.VHost
	log    *log
	clock  *clock
	// leftOut is what definitions have and the broker has not.
	leftOut []string
	// whole is set if closing it is closing the server.
	whole bool
}

// server is what all vhosts of a broker have in common.
type server struct {
	broker *broker.Broker
	addr   net.Addr

	mu sync.Mutex
	// permissions of the one user, by vhost.
	permissions map[string]broker.Permissions
}

// user may do everything in all vhosts, from this machine.
const user = "guest"

// Start returns a broker for a test, at whose end it is gone.
func Start(t testing.TB, options ...Option) *Broker {
	t.Helper()
	b, err := New(options...)
	if err != nil {
		t.Fatal(err)
	}
	b.logLeftOut(t)
	b.endWith(t)
	return b
}

// New returns a broker that is not bound to a test, such as one that TestMain shares among tests, each with a
// [Broker.Vhost] of its own. It must be closed.
func New(options ...Option) (*Broker, error) {
	s := &server{
		broker:      broker.New(broker.Options{SilentCloseDelay: -1}),
		permissions: map[string]broker.Permissions{},
	}
	b, err := s.open("/", options)
	if err == nil {
		s.addr, err = s.broker.Listen("127.0.0.1:0", nil)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting a broker: %w", err), s.broker.Close())
	}
	b.whole = true
	return b, nil
}

// Vhost returns the same broker, seen from an empty vhost that is there for one test. Options are the vhost's own, and
// so are its clock and what was asked of [Broker.NackNext] and the like.
func (b *Broker) Vhost(t testing.TB, options ...Option) *Broker {
	t.Helper()
	own, err := b.server.open(b.server.freeName(t.Name()), options)
	if err != nil {
		t.Fatal(err)
	}
	own.logLeftOut(t)
	own.endWith(t)
	return own
}

func (b *Broker) endWith(t testing.TB) {
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("the broker of %s: %v", t.Name(), err)
		}
	})
}

// freeName is a name for a vhost that is not taken.
func (s *server) freeName(wish string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := wish
	for i := 2; ; i++ {
		if _, taken := s.permissions[name]; !taken {
			s.permissions[name] = broker.AllPermissions()
			return name
		}
		name = fmt.Sprintf("%s#%d", wish, i)
	}
}

// open adds a vhost.
func (s *server) open(name string, options []Option) (*Broker, error) {
	var chosen settings
	for _, o := range options {
		o(&chosen)
	}
	if err := errors.Join(chosen.wrong...); err != nil {
		return nil, err
	}
	b := &Broker{server: s, name: name, log: &log{}, clock: newClock(chosen.wallClock)}
	err := s.broker.AddVhostWith(name, func(o *vhost.Options) {
		o.Observe = b.log.observe
		o.Clock = b.clock.Clock
		o.MaxQueues = chosen.limits.MaxQueues
	}, chosen.limits.MaxConnections)
	if err != nil {
		return nil, err
	}
	if b.vhost, err = s.broker.VHost(name); err != nil {
		return nil, err
	}
	if err := s.permit(name); err != nil {
		return nil, err
	}
	return b, chosen.declare(b)
}

// permit gives the user all permissions in a vhost.
func (s *server) permit(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.permissions[name] = broker.AllPermissions()
	return s.broker.SetUser(broker.User{
		Name: user, Password: user, LoopbackOnly: true, Permissions: maps.Clone(s.permissions),
	})
}

// URL is where clients connect to: the broker's address, its one user, and the vhost.
func (b *Broker) URL() string {
	u := url.URL{Scheme: "amqp", User: url.UserPassword(user, user), Host: b.server.addr.String()}
	if b.name == "/" {
		return u.String()
	}
	return u.String() + "/" + url.PathEscape(b.name)
}

// Close ends the connections and drops everything, in the vhost if the broker was had from [Broker.Vhost]. It returns
// when all is gone. Tests need not call it. A misbehaviour that was asked for and has not come to pass is an error.
func (b *Broker) Close() error {
	missed := b.missed()
	if b.whole {
		return errors.Join(missed, b.server.broker.Close())
	}
	b.server.mu.Lock()
	delete(b.server.permissions, b.name)
	b.server.mu.Unlock()
	return errors.Join(missed, b.server.broker.RemoveVhost(b.name))
}
