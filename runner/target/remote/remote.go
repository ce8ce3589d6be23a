// Package remote plays acts on a broker or a cluster that is already there, by its URL.
//
// With the management API at hand each act gets vhosts and users of its own, as on the other targets.
// Without it an act has to make do with the vhost and the user of the URL: it is played there if it
// needs nothing more, and leaves nothing behind.
package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/management"
)

// Options are what the URL does not say.
type Options struct {
	// Management is the URL of the management API with an administrator's user and password, or empty.
	Management string
	// CAFile has the certificates to trust, for amqps; empty for the system's.
	CAFile string
}

// Target is a broker by URL.
type Target struct {
	address address
	api     *management.API
	pool    *x509.CertPool

	mu sync.Mutex
	// server is what the broker says of itself, once it was asked.
	server *server
}

// server is what a broker says of itself.
type server struct{ product, version string }

// New returns the target that a URL names. Nothing is connected to before the first act.
func New(rawURL string, o Options) (*Target, error) {
	a, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	t := &Target{address: a}
	if o.CAFile != "" {
		if t.pool, err = readPool(o.CAFile); err != nil {
			return nil, err
		}
	}
	if o.Management != "" {
		if t.api, err = newAPI(o.Management, t.pool); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func readPool(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the CA's certificate: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in it", file)
	}
	return pool, nil
}

// Name is the URL without its password.
func (t *Target) Name() string { return t.address.String() }

// Close waits until the broker has none of the acts' vhosts and users any more; the broker itself is
// somebody else's.
func (t *Target) Close() error {
	if t.api == nil {
		return nil
	}
	return t.api.Close()
}

// Prepare provides what an act needs through the management API or, without it, refuses what cannot
// be had.
func (t *Target) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	if needs == nil {
		needs = &scenario.Broker{}
	}
	if err := t.canProvide(needs); err != nil {
		return nil, err
	}
	s, err := t.ask(ctx)
	if err != nil {
		return nil, err
	}
	stage := &stage.Stage{
		Product: s.product, Version: s.version,
		CA:     t.pool,
		Vhosts: map[string]string{"/": t.address.vhost},
		Users:  map[string]stage.Login{"guest": t.address.login},
		Shared: true,
	}
	if !t.address.secure {
		stage.Dial = t.dial
	} else if err := t.secure(ctx, stage); err != nil {
		return nil, err
	}
	if t.api == nil {
		return stage, nil
	}
	p, err := t.api.Provide(ctx, needs, t.address.login)
	if err != nil {
		return nil, err
	}
	stage.Vhosts, stage.Users, stage.Shared = p.Vhosts, p.Users, false
	stage.SetPolicy = p.SetPolicy
	stage.Close = func(ctx context.Context, quiet bool) error {
		t.api.GiveBack(ctx, p, quiet)
		return nil
	}
	return stage, nil
}

// canProvide lists, in one error, what an act needs and cannot have here.
func (t *Target) canProvide(needs *scenario.Broker) error {
	var missing []string
	if needs.TLS && !t.address.secure {
		missing = append(missing, "a TLS listener (give an amqps:// URL)")
	}
	if t.api == nil {
		missing = append(missing, withoutManagement(needs)...)
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("the act needs what %s cannot provide: %s", t.Name(), strings.Join(missing, "; "))
}

func withoutManagement(needs *scenario.Broker) (missing []string) {
	const give = " (give --management)"
	for name, v := range needs.Vhosts {
		switch {
		case name != "/":
			missing = append(missing, "vhost "+name+give)
		case v.Limited():
			missing = append(missing, "a limit of vhost /"+give)
		}
	}
	if len(needs.Permit) > 0 {
		missing = append(missing, "a broker that is known to permit or deny deprecated features"+give)
	}
	for name := range needs.Users {
		missing = append(missing, "user "+name+give)
	}
	slices.Sort(missing)
	return missing
}

// dial connects to the first host that answers.
func (t *Target) dial(ctx context.Context) (net.Conn, error) {
	conn, _, err := t.connect(ctx, t.address.hosts)
	return conn, err
}

// connect connects to the first of the hosts that answers, and says which it is.
func (t *Target) connect(ctx context.Context, hosts []host) (net.Conn, int, error) {
	var errs []error
	for i, h := range hosts {
		conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", h.String())
		if err == nil {
			return conn, i, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, 0, fmt.Errorf("connecting to %s: %w", t.Name(), errors.Join(errs...))
}

// secure gives a stage a way to the hosts, those that answer first, and the name that the
// certificate of the very first must carry: which host is reached is known only afterwards.
func (t *Target) secure(ctx context.Context, stage *stage.Stage) error {
	hosts := t.address.hosts
	if len(hosts) > 1 {
		conn, first, err := t.connect(ctx, hosts)
		if err != nil {
			return err
		}
		_ = conn.Close()
		hosts = slices.Concat(hosts[first:], hosts[:first])
	}
	stage.ServerName = hosts[0].name
	stage.DialTLS = func(ctx context.Context) (net.Conn, error) {
		conn, _, err := t.connect(ctx, hosts)
		return conn, err
	}
	return nil
}

const (
	// dialTimeout is how long a host may take to answer before the next one is tried.
	dialTimeout = 10 * time.Second
	// openTimeout is how long a broker may take to open a connection.
	openTimeout = 30 * time.Second
)

// ask connects once and learns what the broker is; that is also the check of the URL.
func (t *Target) ask(ctx context.Context) (*server, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.server != nil {
		return t.server, nil
	}
	var errs []error
	for i, h := range t.address.hosts {
		raw, _, err := t.connect(ctx, t.address.hosts[i:i+1])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		s, err := t.open(ctx, raw, h)
		if err == nil {
			t.server = s
			return s, nil
		}
		errs = append(errs, err)
		if _, answered := errors.AsType[*amqp.Error](err); answered || ctx.Err() != nil {
			// The other hosts of a cluster would say the same.
			break
		}
	}
	return nil, errors.Join(errs...)
}

// open opens an AMQP connection and closes it again.
func (t *Target) open(ctx context.Context, raw net.Conn, h host) (*server, error) {
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(openTimeout))
	if t.address.secure {
		secured, err := stage.Secure(ctx, raw, &tls.Config{RootCAs: t.pool, ServerName: h.name})
		if err != nil {
			return nil, fmt.Errorf("TLS with %s: %w%s", h, err, advice(err))
		}
		raw = secured
	}
	conn, err := stage.Open(ctx, raw, stage.Opening{Login: t.address.login, Vhost: t.address.vhost})
	if said, ok := errors.AsType[*amqp.Error](err); ok && said.Code == amqp.FrameError {
		return nil, fmt.Errorf("what answers at %s does not speak AMQP 0-9-1, at least not on this port: %s", h, said.Reason)
	}
	if err != nil {
		return nil, fmt.Errorf("opening vhost %s on %s as user %s: %w", t.address.vhost, h, t.address.login.User, err)
	}
	defer conn.Close()
	s := &server{}
	s.product, _ = conn.Properties["product"].(string)
	s.version, _ = conn.Properties["version"].(string)
	return s, nil
}

// advice is what to do about a certificate that was not accepted.
func advice(err error) string {
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown {
		return " (give the authority's certificate with --broker-ca)"
	}
	return ""
}

// newAPI takes the URL of the management API apart.
func newAPI(rawURL string, pool *x509.CertPool) (*management.API, error) {
	u, err := url.Parse(rawURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, errors.New("--management: want a URL such as http://user:password@host:15672")
	}
	user, password := "guest", "guest"
	if u.User != nil {
		user = u.User.Username()
		password, _ = u.User.Password()
	}
	return management.New(u.Scheme+"://"+u.Host+strings.TrimSuffix(u.Path, "/"), user, password, management.Transport(pool)), nil
}
