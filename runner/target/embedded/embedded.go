// Package embedded plays acts on the broker of this module, in process: nothing needs to be
// installed, and nothing is listened on. Actors reach it through pipes in memory.
package embedded

import (
	"context"
	"errors"
	"maps"
	"net"
	"sync"
	"time"

	"tutor/runner/broker"
	"tutor/runner/broker/vhost"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// Product is what conditions in scenarios call the embedded broker.
const Product = "embedded"

// Target gives each act a broker of its own.
type Target struct {
	mu           sync.Mutex
	certificates certificates
	brokers      map[*broker.Broker]struct{}
	closed       bool
}

// New returns the embedded target.
func New() *Target { return &Target{brokers: map[*broker.Broker]struct{}{}} }

// Name is embedded.
func (t *Target) Name() string { return "embedded" }

// Prepare starts a broker with what an act asks for.
func (t *Target) Prepare(_ context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	clock, options := broker.NewClock(), Choices(needs)
	options.Clock = clock
	b := broker.New(broker.Options{SilentCloseDelay: -1, Heartbeat: -1, Vhost: options})
	if !t.add(b) {
		return nil, errors.New("the embedded target is closed")
	}
	s := &stage.Stage{
		Product: Product, Version: broker.Version,
		Vhosts:  map[string]string{},
		Users:   map[string]stage.Login{},
		Dial:    dialer(b, plain),
		Restart: b.Restart,
		Time:    ownTime{clock, b},
		SetPolicy: func(_ context.Context, name string, p stage.Policy) (bool, error) {
			return true, b.SetPolicy(name, vhost.Policy(p))
		},
		Close: func(context.Context, bool) error { return t.remove(b) },
	}
	err := t.furnish(b, s, needs)
	if err != nil {
		return nil, errors.Join(err, t.remove(b))
	}
	return s, nil
}

// ownTime is the time that a broker lives by.
type ownTime struct {
	*broker.Clock
	broker *broker.Broker
}

// Due lists what the broker will do of its own.
func (o ownTime) Due(until time.Duration) []stage.Due {
	var all []stage.Due
	for _, d := range o.broker.Due(o.At(until)) {
		all = append(all, stage.Due{At: o.Since(d.At), Queue: d.Queue, What: d.What})
	}
	return all
}

// Choices are what a scenario asks for of all vhosts of a broker.
func Choices(needs *scenario.Broker) vhost.Options {
	permit := map[string]bool{}
	if needs != nil {
		for feature, permitted := range needs.Permit {
			permit[string(feature)] = permitted
		}
	}
	return vhost.Options{Permit: permit}
}

// furnish provides vhosts, users and TLS.
func (t *Target) furnish(b *broker.Broker, s *stage.Stage, needs *scenario.Broker) error {
	if needs == nil {
		needs = &scenario.Broker{}
	}
	if err := Provide(b, needs); err != nil {
		return err
	}
	for _, name := range b.Vhosts() {
		s.Vhosts[name] = name
	}
	s.Users["guest"] = stage.Login{User: "guest", Password: "guest"}
	for name, u := range needs.Users {
		s.Users[name] = stage.Login{User: name, Password: u.Password}
	}
	if !needs.TLS {
		return nil
	}
	return t.secure(b, s)
}

// Provide adds to a broker what a scenario asks for: vhosts, users, and a guest who may do everything.
func Provide(b *broker.Broker, needs *scenario.Broker) error {
	for name, v := range vhosts(needs) {
		var limits broker.Limits
		if v != nil {
			limits = broker.Limits{MaxConnections: v.MaxConnections, MaxQueues: v.MaxQueues}
		}
		if err := b.AddVhost(name, limits); err != nil {
			return err
		}
	}
	users := []broker.User{Guest(needs)}
	for name, u := range needs.Users {
		users = append(users, user(name, u))
	}
	for _, u := range users {
		if err := b.SetUser(u); err != nil {
			return err
		}
	}
	return nil
}

// vhosts are the vhosts of a broker: those asked for, and one that is always there.
func vhosts(needs *scenario.Broker) map[string]*scenario.Vhost {
	all := map[string]*scenario.Vhost{"/": nil}
	maps.Copy(all, needs.Vhosts)
	return all
}

// Guest is the user who is always there, and may do everything in all vhosts, from this machine.
func Guest(needs *scenario.Broker) broker.User {
	guest := broker.User{Name: "guest", Password: "guest", LoopbackOnly: true, Permissions: map[string]broker.Permissions{}}
	for name := range vhosts(needs) {
		guest.Permissions[name] = broker.AllPermissions()
	}
	return guest
}

func user(name string, u *scenario.User) broker.User {
	permissions := map[string]broker.Permissions{}
	for vhost, p := range u.Permissions {
		permissions[vhost] = broker.Permissions{Configure: p.Configure, Write: p.Write, Read: p.Read}
	}
	return broker.User{
		Name: name, Password: u.Password, Permissions: permissions,
		MaxConnections: u.MaxConnections, MaxChannels: u.MaxChannels,
	}
}

// dialer connects to the broker through a pipe, whose end the broker serves as it is wrapped.
func dialer(b *broker.Broker, wrap func(net.Conn) net.Conn) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		client, server := broker.Pipe()
		b.Serve(wrap(server))
		return client, ctx.Err()
	}
}

// plain leaves a connection as it is.
func plain(conn net.Conn) net.Conn { return conn }

func (t *Target) add(b *broker.Broker) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.brokers[b] = struct{}{}
	}
	return !t.closed
}

func (t *Target) remove(b *broker.Broker) error {
	t.mu.Lock()
	delete(t.brokers, b)
	t.mu.Unlock()
	return b.Close()
}

// Close stops the brokers of acts that are still being played.
func (t *Target) Close() error {
	t.mu.Lock()
	t.closed = true
	var left []*broker.Broker
	for b := range t.brokers {
		left = append(left, b)
	}
	t.mu.Unlock()
	var errs []error
	for _, b := range left {
		errs = append(errs, t.remove(b))
	}
	return errors.Join(errs...)
}
