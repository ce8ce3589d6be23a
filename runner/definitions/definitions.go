// Package definitions reads RabbitMQ's own definitions: what `rabbitmqctl export_definitions` and the management
// API write as JSON, of a whole broker or of one vhost.
//
// [Decode] is strict about what it knows, each mistake with its place, and passes over keys that it does not know: an
// export of another version has others. Two things that an export leaves out matter to whoever reads one: exclusive
// queues, and (but for the API's export of a vhost, up to 3.10 at least) internal exchanges, though not the bindings
// from and to them.
package definitions

import (
	"fmt"
	"slices"
	"strings"
	"tutor/runner/mistake"
)

// Position is a place in a file of definitions.
type Position = mistake.Position

// Error is one mistake in a file of definitions.
type Error = mistake.Error

// Errors are mistakes in a file of definitions, in the order of their places.
type Errors = mistake.Errors

// Definitions are what an export has in it.
type Definitions struct {
	// File is the name that places are told by.
	File string
	// Version of RabbitMQ that has written it, if it says so.
	Version string
	// Only is the name of the vhost whose definitions they are, in an export of a single one; it has no users. Else
	// it is empty.
	Only string

	Vhosts           []*Vhost
	Users            []*User
	Permissions      []*Permission
	TopicPermissions []*TopicPermission
	Parameters       []*Parameter
	GlobalParameters []*Parameter
	Policies         []*Policy
	// OperatorPolicies are parameters in an export. They limit what policies and arguments say.
	OperatorPolicies []*Policy
	Exchanges        []*Exchange
	Queues           []*Queue
	Bindings         []*Binding
}

// Vhost is a virtual host.
type Vhost struct {
	Pos  Position
	Name string
	// DefaultQueueType is that of queues that are declared without one; empty is classic.
	DefaultQueueType string
}

// User is a user, whose password is hashed.
type User struct {
	Pos  Position
	Name string
	// PasswordHash is the base64 of a salt and a hash; a user without one cannot log in by a password. Algorithm
	// is the name of a module of RabbitMQ's, such as rabbit_password_hashing_sha256.
	PasswordHash, Algorithm string
	Tags                    []string
	// Limits are by their names, such as max-connections.
	Limits map[string]any
}

// Permission is what a user may do in a vhost.
type Permission struct {
	Pos                    Position
	User, Vhost            string
	Configure, Write, Read string
}

// TopicPermission is which keys a user may use at a topic exchange.
type TopicPermission struct {
	Pos                   Position
	User, Vhost, Exchange string
	Write, Read           string
}

// Parameter is a runtime parameter, such as the limits of a vhost or a shovel. Global ones have neither component
// nor vhost.
type Parameter struct {
	Pos                    Position
	Component, Name, Vhost string
	Value                  any
}

// Exchange is an exchange, other than those that are there from the start.
type Exchange struct {
	Pos                           Position
	Vhost, Name, Type             string
	Durable, AutoDelete, Internal bool
	Arguments                     map[string]any
}

// Queue is a queue that is not exclusive.
type Queue struct {
	Pos                 Position
	Vhost, Name         string
	Durable, AutoDelete bool
	Arguments           map[string]any
}

// Binding leads from an exchange to a queue, or to another exchange.
type Binding struct {
	Pos                             Position
	Vhost, Source, Destination, Key string
	ToExchange                      bool
	Arguments                       map[string]any
}

// Type of the queue: classic, quorum or stream, or what else its argument says.
func (q *Queue) Type() string {
	if kind, ok := q.Arguments["x-queue-type"].(string); ok && kind != "" {
		return kind
	}
	return "classic"
}

// Names are the names of the vhosts that something is defined of, in their order.
func (d *Definitions) Names() []string {
	var names []string
	for _, v := range d.Vhosts {
		names = append(names, v.Name)
	}
	for _, e := range d.Exchanges {
		names = append(names, e.Vhost)
	}
	for _, q := range d.Queues {
		names = append(names, q.Vhost)
	}
	for _, p := range d.Policies {
		names = append(names, p.Vhost)
	}
	for _, b := range d.Bindings {
		names = append(names, b.Vhost)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Of are the definitions of one vhost. Users are those with a permission there.
func (d *Definitions) Of(vhost string) *Definitions {
	of := &Definitions{File: d.File, Version: d.Version, Only: vhost}
	of.Vhosts = kept(d.Vhosts, func(v *Vhost) bool { return v.Name == vhost })
	of.Permissions = kept(d.Permissions, func(p *Permission) bool { return p.Vhost == vhost })
	of.TopicPermissions = kept(d.TopicPermissions, func(p *TopicPermission) bool { return p.Vhost == vhost })
	of.Parameters = kept(d.Parameters, func(p *Parameter) bool { return p.Vhost == vhost })
	of.Policies = kept(d.Policies, func(p *Policy) bool { return p.Vhost == vhost })
	of.OperatorPolicies = kept(d.OperatorPolicies, func(p *Policy) bool { return p.Vhost == vhost })
	of.Exchanges = kept(d.Exchanges, func(e *Exchange) bool { return e.Vhost == vhost })
	of.Queues = kept(d.Queues, func(q *Queue) bool { return q.Vhost == vhost })
	of.Bindings = kept(d.Bindings, func(b *Binding) bool { return b.Vhost == vhost })
	of.Users = kept(d.Users, func(u *User) bool {
		return slices.ContainsFunc(of.Permissions, func(p *Permission) bool { return p.User == u.Name })
	})
	return of
}

// Meant is the vhost that is meant: the one that is written, or else the only one there is something in. If there is none,
// it says why.
func (d *Definitions) Meant(written string) (vhost, problem string) {
	names := d.Names()
	switch {
	case written != "" && slices.Contains(names, written):
		return written, ""
	case written != "":
		return "", fmt.Sprintf("there is no vhost %s in the definitions", written)
	case d.Only != "":
		return d.Only, ""
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		of := d.Of(name)
		return len(of.Exchanges)+len(of.Queues)+len(of.Policies) == 0
	})
	if len(names) != 1 {
		return "", fmt.Sprintf("the definitions have something in %d vhosts: say by vhost which one is meant (%s)", len(names), strings.Join(names, ", "))
	}
	return names[0], ""
}

func kept[T any](all []T, which func(T) bool) (some []T) {
	for _, one := range all {
		if which(one) {
			some = append(some, one)
		}
	}
	return some
}

// isOwn reports whether an exchange is one that every vhost has from the start.
func isOwn(name string) bool { return name == "" || strings.HasPrefix(name, "amq.") }
