// Package local runs an installed rabbitmq-server as a private, throw-away node: under a name of its
// own, on free ports of the loopback interface, with all its files in a temporary directory. It has
// nothing to do with a RabbitMQ that runs on the machine as a service, and nothing of it remains.
//
// node.go starts and stops the node, guardian.go keeps it from outliving the program, find.go finds
// the server, files.go writes its configuration.
package local

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/management"
	"tutor/runner/target/pki"
)

// Target is an installed RabbitMQ. It is booted by the first act that is prepared on it.
type Target struct {
	progress func(string)

	mu     sync.Mutex
	node   *node
	err    error
	closed bool

	authority *pki.Authority
	api       *management.API
	version   string
}

// New returns the target. Progress, if not nil, is told what is being waited for.
func New(progress func(string)) *Target {
	if progress == nil {
		progress = func(string) {}
	}
	return &Target{progress: progress}
}

// Name is local.
func (t *Target) Name() string { return "local" }

// Prepare provides vhosts and users for an act.
func (t *Target) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	n, err := t.booted(ctx)
	if err != nil {
		return nil, err
	}
	provision, err := t.api.Provide(ctx, needs, guest)
	if err != nil {
		return nil, n.explain(err)
	}
	return &stage.Stage{
		Product: "RabbitMQ", Version: t.version,
		Dial:       dialer(n.ports.amqp),
		DialTLS:    dialer(n.ports.amqps),
		CA:         t.pool(),
		ServerName: pki.ServerName,
		Vhosts:     provision.Vhosts,
		Users:      provision.Users,
		SetPolicy:  provision.SetPolicy,
		Restart:    n.restart,
		Close: func(ctx context.Context, quiet bool) error {
			t.api.GiveBack(ctx, provision, quiet)
			return n.alive()
		},
	}, nil
}

// guest is the user that RabbitMQ has from the start.
var guest = stage.Login{User: "guest", Password: "guest"}

func (t *Target) pool() *x509.CertPool { return t.authority.Pool() }

func dialer(port int) func(context.Context) (net.Conn, error) {
	address := fmt.Sprintf("127.0.0.1:%d", port)
	return func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
}

// booted returns the node, which is booted at the first call. A boot that has failed is not tried
// again, unless it was broken off.
func (t *Target) booted(ctx context.Context) (*node, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return nil, errors.New("the target is closed")
	case t.err != nil:
		return nil, t.err
	case t.node != nil:
		return t.node, t.node.usable(ctx)
	}
	n, err := t.boot(ctx)
	if err != nil {
		if ctx.Err() == nil {
			t.err = err
		}
		return nil, err
	}
	t.node = n
	return n, nil
}

func (t *Target) boot(ctx context.Context) (*node, error) {
	server, err := find()
	if err != nil {
		return nil, err
	}
	if t.authority, err = pki.New(); err != nil {
		return nil, err
	}
	t.progress("starting " + server)
	n, err := startNode(ctx, server, t.authority)
	if err != nil {
		return nil, fmt.Errorf("starting a private RabbitMQ node with %s: %w", server, err)
	}
	t.api = management.New(fmt.Sprintf("http://127.0.0.1:%d", n.ports.management), guest.User, guest.Password, nil)
	t.api.ThrowAway()
	if t.version, err = t.api.Version(ctx); err != nil {
		return nil, errors.Join(n.explain(err), n.stop())
	}
	return n, nil
}

// Close stops the node and removes its files.
func (t *Target) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.node == nil {
		return nil
	}
	n := t.node
	t.node = nil
	return errors.Join(n.stop(), t.api.Close())
}
