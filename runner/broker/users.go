package broker

import (
	"fmt"
	"net"
	"regexp"

	"tutor/runner/broker/vhost"
)

// User is who may log in, and what for.
type User struct {
	Name, Password string
	// Hash, if not nil, is what is known of the password in place of Password.
	Hash *PasswordHash
	// LoopbackOnly users may connect from this machine only.
	LoopbackOnly bool
	// Impersonator may publish in other users' names.
	Impersonator bool
	// Permissions by vhost; there is no access to a vhost without an entry.
	Permissions map[string]Permissions
	// MaxConnections and MaxChannels are the user's limits; nil is no limit.
	MaxConnections, MaxChannels *int
}

// Permissions are three regular expressions over the names of exchanges and queues, matched anywhere
// in the name unless anchored. The empty expression matches nothing.
type Permissions struct{ Configure, Write, Read string }

// All permissions.
var everything = Permissions{Configure: ".*", Write: ".*", Read: ".*"}

// AllPermissions are permissions for everything.
func AllPermissions() Permissions { return everything }

// account is a user as the broker keeps it.
type account struct {
	User
	password *PasswordHash
	// may are the compiled permissions by vhost.
	may map[string]map[vhost.Permission]*regexp.Regexp
}

// SetUser adds a user, or replaces the one of that name. As on RabbitMQ the permissions count at once for the
// user's open connections, too, and the limits for what is opened from now on; whom the user may impersonate, and
// its password, count for connections to come.
func (b *Broker) SetUser(u User) error {
	a, err := newAccount(u)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accounts[u.Name] = a
	for c := range b.conns {
		c.act(a)
	}
	return nil
}

// act has a connection act for its user as that is now.
func (c *connection) act(a *account) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session == nil || c.account.Name != a.Name {
		return
	}
	u, _ := a.in(c.vhost.name)
	u.Impersonator = c.account.Impersonator
	c.session.SetUser(u)
}

// newAccount compiles the permissions of a user.
func newAccount(u User) (*account, error) {
	a := &account{User: u, password: u.Hash, may: map[string]map[vhost.Permission]*regexp.Regexp{}}
	a.Password = ""
	if u.Hash == nil {
		a.password = hashed(u.Password)
	}
	for name, p := range u.Permissions {
		compiled := map[vhost.Permission]*regexp.Regexp{}
		for kind, text := range map[vhost.Permission]string{
			vhost.Configure: p.Configure, vhost.Write: p.Write, vhost.Read: p.Read,
		} {
			if text == "" {
				text = "^$"
			}
			re, err := regexp.Compile(text)
			if err != nil {
				return nil, fmt.Errorf("%s permission of user %s in vhost %s: %w", kind, u.Name, name, err)
			}
			compiled[kind] = re
		}
		a.may[name] = compiled
	}
	return a, nil
}

// RemoveUser removes a user, and closes its connections.
func (b *Broker) RemoveUser(name string) {
	b.mu.Lock()
	delete(b.accounts, name)
	b.mu.Unlock()
	b.closeConnections(fmt.Sprintf("user '%s' is deleted", name), func(c *connection) bool { return c.of(name) })
}

// of reports whether the connection is in a vhost for a user.
func (c *connection) of(user string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.vhost != nil && c.account.Name == user
}

func (b *Broker) account(name string) *account {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.accounts[name]
}

// mayComeFrom reports whether the user may connect from an address; a pipe is as local as can be.
func (a *account) mayComeFrom(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return !a.LoopbackOnly || !ok || tcp.IP.IsLoopback()
}

// in is the user as a vhost sees it; ok is false without access to the vhost, where it may do nothing.
func (a *account) in(name string) (u vhost.User, ok bool) {
	may, ok := a.may[name]
	return vhost.User{
		Name:         a.Name,
		Impersonator: a.Impersonator,
		Allowed:      func(p vhost.Permission, resource string) bool { return ok && may[p].MatchString(resource) },
	}, ok
}
