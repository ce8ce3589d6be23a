// Package management provides what acts need on a running RabbitMQ through its management HTTP API:
// vhosts and users of their own, with permissions and limits, and takes it away again. A vhost that is
// seen to be empty then serves another act.
package management

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	rabbithole "github.com/michaelklishin/rabbit-hole/v2"
	"golang.org/x/sync/errgroup"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/linger"
)

// API is the management API of a broker. It is safe for concurrent use.
type API struct {
	url, user, password string
	transport           *http.Transport
	back                givingBack
	// prefix begins the names of all vhosts and users made through this API, so that they cannot
	// meet anybody else's.
	prefix string
	number atomic.Int64
}

// New returns the API at a URL (scheme, host and port only), for a user who is an administrator. A
// nil transport stands for one of its own with default settings.
func New(url, user, password string, transport *http.Transport) *API {
	if transport == nil {
		transport = Transport(nil)
	}
	var id [4]byte
	rand.Read(id[:]) // never fails, as of Go 1.24
	a := &API{url: url, user: user, password: password, transport: transport, prefix: "tutor-" + hex.EncodeToString(id[:])}
	a.back.idle = sync.NewCond(&a.back.mu)
	return a
}

// Transport is how the API is reached; over HTTPS the server's certificate must be signed by one of
// the pool's authorities, or of the system's if it is nil.
func Transport(pool *x509.CertPool) *http.Transport {
	own := http.DefaultTransport.(*http.Transport).Clone()
	own.MaxIdleConnsPerHost = 8 // acts are prepared and removed side by side
	own.ResponseHeaderTimeout = answerTimeout
	if pool != nil {
		own.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return own
}

const (
	// answerTimeout is how long the API may take to answer one request.
	answerTimeout = 30 * time.Second
	// finishing is how long a request that makes something may go on when the act is broken off.
	finishing = 5 * time.Second
	// removing is how long it may take to remove what was made for an act that cannot be played.
	removing = 30 * time.Second
)

// client returns a client whose requests end with the context.
func (a *API) client(ctx context.Context) (*rabbithole.Client, error) {
	c, err := rabbithole.NewClient(a.url, a.user, a.password)
	if err != nil {
		return nil, fmt.Errorf("management API at %s: %w", a.url, err)
	}
	c.SetTransport(bound{ctx, a.transport})
	return c, nil
}

// bound gives the requests of a client that knows no contexts the one they belong to.
type bound struct {
	ctx  context.Context
	next http.RoundTripper
}

func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.next.RoundTrip(r.WithContext(b.ctx))
}

// Version asks for the broker's version; it is also the way to find out whether the API is there and
// accepts the login.
func (a *API) Version(ctx context.Context) (string, error) {
	c, err := a.client(ctx)
	if err != nil {
		return "", err
	}
	overview, err := c.Overview()
	if err != nil {
		return "", fmt.Errorf("asking the management API at %s for the broker's version: %w", a.url, err)
	}
	return overview.RabbitMQVersion, nil
}

// Provision is what was provided for one act.
type Provision struct {
	// Vhosts and Users map the scenario's names to the broker's.
	Vhosts map[string]string
	Users  map[string]stage.Login

	api    *API
	vhosts []vhostOfAct
}

// SetPolicy sets a policy in one of the act's vhosts, by the scenario's name. Fresh is false where it is that
// of the audit, and the vhost has it from an act before.
func (p *Provision) SetPolicy(ctx context.Context, vhost string, policy stage.Policy) (fresh bool, err error) {
	c, err := p.api.client(ctx)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(p.vhosts, func(v vhostOfAct) bool { return v.name == p.Vhosts[vhost] })
	if i < 0 {
		return false, fmt.Errorf("vhost %s is not the act's own", vhost)
	}
	v := &p.vhosts[i]
	if policy.Name == stage.Audit && p.api.back.isAudited(v.name, policy) {
		return false, nil
	}
	err = done(c.PutPolicy(v.name, policy.Name, rabbithole.Policy{
		Pattern: policy.Pattern, ApplyTo: policy.ApplyTo, Priority: policy.Priority,
		Definition: rabbithole.PolicyDefinition(policy.Definition),
	}))
	if err != nil {
		return false, fmt.Errorf("setting policy %s in vhost %s: %w", policy.Name, vhost, err)
	}
	if policy.Name == stage.Audit {
		p.api.back.audited(v.name, policy)
	} else {
		v.policies = append(v.policies, policy.Name)
	}
	return true, nil
}

// vhostOfAct is one of the broker's, provided for an act.
type vhostOfAct struct {
	name string
	// policies that were set in it.
	policies []string
	// limited vhosts serve one act only: what their limits count may lag behind.
	limited bool
}

// Provide makes vhosts and users of an act's own. Guest is a login that exists and gets all
// permissions in all of the vhosts. If something fails, what was made by then is removed.
func (a *API) Provide(ctx context.Context, needs *scenario.Broker, guest stage.Login) (*Provision, error) {
	if needs == nil {
		needs = &scenario.Broker{}
	}
	p := &Provision{
		Vhosts: map[string]string{}, Users: map[string]stage.Login{"guest": guest},
		api: a,
	}
	if _, ok := needs.Users["guest"]; ok {
		return nil, errors.New("user guest is always there and may do everything: an act cannot have one of its own")
	}
	if err := a.met(ctx, needs); err != nil {
		return nil, err
	}
	lingering, cancel := linger.Context(ctx, finishing)
	defer cancel()
	c, err := a.client(lingering)
	if err != nil {
		return nil, err
	}
	if err := p.make(ctx, c, needs); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removing)
		defer cancel()
		return nil, fmt.Errorf("management API at %s: %w", a.url, errors.Join(err, p.Remove(ctx)))
	}
	return p, nil
}

// make makes vhosts and users side by side, then what needs both. Nothing more is begun once the
// context has ended.
func (p *Provision) make(ctx context.Context, c *rabbithole.Client, needs *scenario.Broker) error {
	vhosts := needs.Vhosts
	if len(vhosts) == 0 {
		vhosts = map[string]*scenario.Vhost{"/": nil}
	}
	var things, relations errgroup.Group
	var made []string
	for name, v := range vhosts {
		limits := limitsOf(v)
		real, spare := "", false
		if len(limits) == 0 {
			real, spare = p.api.back.takeSpare()
		}
		if !spare {
			real = p.api.name()
			made = append(made, real)
			things.Go(func() error { return makeVhost(c, name, real, limits) })
		}
		p.Vhosts[name] = real
		p.vhosts = append(p.vhosts, vhostOfAct{name: real, limited: len(limits) > 0})
	}
	for name, u := range needs.Users {
		login := stage.Login{User: p.api.name() + "-" + name, Password: u.Password}
		p.Users[name] = login
		things.Go(func() error { return makeUser(c, name, login, u) })
	}
	if err := errors.Join(things.Wait(), ctx.Err()); err != nil {
		return err
	}
	for _, real := range made {
		relations.Go(func() error {
			return permit(c, p.Users["guest"].User, real, &scenario.Permission{Configure: ".*", Write: ".*", Read: ".*"})
		})
	}
	for name, u := range needs.Users {
		for vhost, permission := range u.Permissions {
			relations.Go(func() error { return permit(c, p.Users[name].User, p.Vhosts[vhost], permission) })
		}
	}
	return errors.Join(relations.Wait(), ctx.Err())
}

// name is one that nothing else at the broker has.
func (a *API) name() string { return fmt.Sprintf("%s-%d", a.prefix, a.number.Add(1)) }

func limitsOf(v *scenario.Vhost) rabbithole.VhostLimitsValues {
	limits := rabbithole.VhostLimitsValues{}
	if v != nil && v.MaxConnections != nil {
		limits["max-connections"] = *v.MaxConnections
	}
	if v != nil && v.MaxQueues != nil {
		limits["max-queues"] = *v.MaxQueues
	}
	return limits
}

func makeVhost(c *rabbithole.Client, name, real string, limits rabbithole.VhostLimitsValues) error {
	if err := done(c.PutVhost(real, rabbithole.VhostSettings{})); err != nil {
		return fmt.Errorf("making vhost %s: %w", name, err)
	}
	if len(limits) == 0 {
		return nil
	}
	if err := done(c.PutVhostLimits(real, limits)); err != nil {
		return fmt.Errorf("limiting vhost %s: %w", name, err)
	}
	return nil
}

func makeUser(c *rabbithole.Client, name string, login stage.Login, u *scenario.User) error {
	if err := done(c.PutUser(login.User, rabbithole.UserSettings{Name: login.User, Password: login.Password})); err != nil {
		return fmt.Errorf("making user %s: %w", name, err)
	}
	limits := rabbithole.UserLimitsValues{}
	if u.MaxConnections != nil {
		limits["max-connections"] = *u.MaxConnections
	}
	if u.MaxChannels != nil {
		limits["max-channels"] = *u.MaxChannels
	}
	if len(limits) == 0 {
		return nil
	}
	if err := done(c.PutUserLimits(login.User, limits)); err != nil {
		return fmt.Errorf("limiting user %s: %w", name, err)
	}
	return nil
}

func permit(c *rabbithole.Client, user, vhost string, p *scenario.Permission) error {
	err := done(c.UpdatePermissionsIn(vhost, user, rabbithole.Permissions{
		Configure: expression(p.Configure), Write: expression(p.Write), Read: expression(p.Read),
	}))
	if err != nil {
		return fmt.Errorf("giving user %s permissions in vhost %s: %w", user, vhost, err)
	}
	return nil
}

// expression is a permission that matches nothing where the scenario gives none.
func expression(text string) string {
	if text == "" {
		return "^$"
	}
	return text
}

// Remove removes what was provided.
func (p *Provision) Remove(ctx context.Context) error {
	c, err := p.api.client(ctx)
	if err != nil {
		return err
	}
	var all errgroup.Group
	all.Go(func() error { return p.removeUsers(c) })
	for _, v := range p.vhosts {
		all.Go(func() error { return removeVhost(c, v.name) })
	}
	return all.Wait()
}

func removeVhost(c *rabbithole.Client, name string) error {
	if err := gone(c.DeleteVhost(name)); err != nil {
		return fmt.Errorf("removing vhost %s: %w", name, err)
	}
	return nil
}

func (p *Provision) removeUsers(c *rabbithole.Client) error {
	var all errgroup.Group
	for name, login := range p.Users {
		if name == "guest" {
			continue
		}
		all.Go(func() error {
			if err := gone(c.DeleteUser(login.User)); err != nil {
				return fmt.Errorf("removing user %s (%s): %w", name, login.User, err)
			}
			return nil
		})
	}
	return all.Wait()
}

// done makes of a response what it says, and lets its connection be used again.
func done(r *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer r.Body.Close()
	// Only an empty body is expected.
	_, _ = io.Copy(io.Discard, r.Body)
	if r.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("the management API answers %s", r.Status)
	}
	return nil
}

// gone is [done] for a removal: it does not matter if what is to be removed is not there.
func gone(r *http.Response, err error) error {
	if err == nil && r.StatusCode == http.StatusNotFound {
		return r.Body.Close()
	}
	return done(r, err)
}
