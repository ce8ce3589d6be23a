// Package importing gives the embedded broker what RabbitMQ's definitions have: vhosts, users, policies, exchanges,
// queues and bindings.
package importing

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tutor/runner/broker"
	"tutor/runner/broker/vhost"
	"tutor/runner/definitions"
	"tutor/runner/mistake"
	"tutor/runner/wire"
)

// Left is something of definitions that the embedded broker does not have, and why.
type Left struct {
	Pos  definitions.Position
	Text string
}

// Vhosts are the vhosts of definitions, with their limits.
func Vhosts(d *definitions.Definitions) map[string]broker.Limits {
	all := map[string]broker.Limits{}
	for _, name := range d.Names() {
		all[name] = broker.Limits{}
	}
	if d.Only != "" {
		all[d.Only] = broker.Limits{}
	}
	for _, p := range d.Parameters {
		limits, _ := p.Value.(map[string]any)
		if _, known := all[p.Vhost]; known && p.Component == vhostLimits {
			all[p.Vhost] = broker.Limits{MaxConnections: limit(limits["max-connections"]), MaxQueues: limit(limits["max-queues"])}
		}
	}
	return all
}

// vhostLimits is the component of the parameter that has a vhost's limits.
const vhostLimits = "vhost-limits"

// limit is a limit as definitions have it, in which a negative one is none.
func limit(value any) *int {
	n, ok := value.(int64)
	if !ok || n < 0 {
		return nil
	}
	i := int(n)
	return &i
}

// Define adds what is in definitions to a broker that has their vhosts already, in the order in which RabbitMQ does.
// What the broker does not model, or refuses, is left out and told.
func Define(b *broker.Broker, d *definitions.Definitions) []Left {
	f := &defining{broker: b, from: d, in: func(name string) string { return name }}
	f.users()
	f.vhosts()
	f.rest()
	return f.all()
}

// DefineIn adds what definitions have of one vhost to a vhost that is there already, whatever that is called: everything
// but who may do what.
func DefineIn(b *broker.Broker, name string, d *definitions.Definitions, of string) []Left {
	f := &defining{broker: b, from: d.Of(of), in: func(string) string { return name }}
	f.from.TopicPermissions = nil
	f.vhosts()
	f.rest()
	return f.all()
}

// defining furnishes a broker from definitions.
type defining struct {
	broker *broker.Broker
	from   *definitions.Definitions
	// in is what the broker calls a vhost of the definitions.
	in   func(name string) string
	left []Left
}

// all is what was left out, in the order of the file.
func (f *defining) all() []Left {
	mistake.InOrder(f.left, func(l Left) definitions.Position { return l.Pos })
	return f.left
}

func (f *defining) leave(pos definitions.Position, format string, args ...any) {
	f.left = append(f.left, Left{pos, fmt.Sprintf(format, args...)})
}

func (f *defining) users() {
	for _, u := range f.from.Users {
		hash, err := broker.ParsePasswordHash(u.Algorithm, u.PasswordHash)
		if err != nil {
			f.leave(u.Pos, "user %s: %v", u.Name, err)
			continue
		}
		made := broker.User{
			Name: u.Name, Hash: hash, LoopbackOnly: u.Name == "guest", Impersonator: slices.Contains(u.Tags, "impersonator"),
			Permissions:    map[string]broker.Permissions{},
			MaxConnections: limit(u.Limits["max-connections"]), MaxChannels: limit(u.Limits["max-channels"]),
		}
		for _, p := range f.from.Permissions {
			if p.User == u.Name {
				made.Permissions[p.Vhost] = broker.Permissions{Configure: p.Configure, Write: p.Write, Read: p.Read}
			}
		}
		if err := f.broker.SetUser(made); err != nil {
			f.leave(u.Pos, "user %s: %v", u.Name, err)
		}
	}
}

// vhosts gives the vhosts what is in them.
func (f *defining) vhosts() {
	f.queueTypes()
	f.policies()
	f.topology()
}

func (f *defining) queueTypes() {
	for _, v := range f.from.Vhosts {
		if v.DefaultQueueType == "" {
			continue
		}
		if err := f.broker.SetDefaultQueueType(f.in(v.Name), v.DefaultQueueType); err != nil {
			f.leave(v.Pos, "vhost %s: %v", v.Name, err)
		}
	}
}

// policies sets the policies, with those of their keys that are modelled.
func (f *defining) policies() {
	for _, p := range f.from.Policies {
		modelled := maps.Clone(p.Definition)
		maps.DeleteFunc(modelled, func(key string, _ any) bool { return !slices.Contains(vhost.PolicyKeys(), key) })
		for _, key := range slices.Sorted(maps.Keys(p.Definition)) {
			if _, ok := modelled[key]; !ok {
				f.leave(p.Pos, "policy %s: %s is not modelled", p.Name, key)
			}
		}
		if len(modelled) == 0 && len(p.Definition) > 0 {
			// It still keeps those of a lower priority from applying.
			f.leave(p.Pos, "policy %s: nothing of it is modelled, so that others may apply in its place", p.Name)
			continue
		}
		made := vhost.Policy{Name: p.Name, Pattern: p.Pattern, ApplyTo: p.ApplyTo, Priority: p.Priority, Definition: modelled}
		if err := f.broker.SetPolicy(f.in(p.Vhost), made); err != nil {
			f.leave(p.Pos, "%v", err)
		}
	}
}

// topology declares exchanges and queues, and then binds them.
func (f *defining) topology() {
	for _, e := range f.from.Exchanges {
		f.do(e.Vhost, e.Pos, "exchange "+e.Name, func(ch *vhost.Channel) error {
			return ch.ExchangeDeclare(wire.ExchangeDeclare{
				Exchange: e.Name, Type: e.Type, Durable: e.Durable, AutoDelete: e.AutoDelete, Internal: e.Internal, Arguments: wire.TableOf(e.Arguments),
			})
		})
	}
	for _, q := range f.from.Queues {
		f.do(q.Vhost, q.Pos, "queue "+q.Name, func(ch *vhost.Channel) error {
			_, err := ch.QueueDeclare(wire.QueueDeclare{Queue: q.Name, Durable: q.Durable, AutoDelete: q.AutoDelete, Arguments: wire.TableOf(q.Arguments)})
			return err
		})
	}
	for _, b := range f.from.Bindings {
		f.do(b.Vhost, b.Pos, fmt.Sprintf("binding from %s to %s", b.Source, b.Destination), func(ch *vhost.Channel) error {
			if b.ToExchange {
				return ch.ExchangeBind(wire.ExchangeBind{Destination: b.Destination, Source: b.Source, RoutingKey: b.Key, Arguments: wire.TableOf(b.Arguments)})
			}
			return ch.QueueBind(wire.QueueBind{Queue: b.Destination, Exchange: b.Source, RoutingKey: b.Key, Arguments: wire.TableOf(b.Arguments)})
		})
	}
}

// do has something done on a channel of its own, which an error would end.
func (f *defining) do(name string, pos definitions.Position, what string, doing func(*vhost.Channel) error) {
	conn, err := f.broker.Connect(f.in(name))
	if err == nil {
		defer conn.Close()
		err = doing(conn.Open(nil))
	}
	if err != nil {
		f.leave(pos, "%s: %v", what, err)
	}
}

// rest tells what has no counterpart here.
func (f *defining) rest() {
	for _, p := range f.from.OperatorPolicies {
		f.leave(p.Pos, "operator policy %s: operator policies are not modelled", p.Name)
	}
	for _, p := range f.from.TopicPermissions {
		f.leave(p.Pos, "permissions of user %s for topics of exchange %s: they are not modelled", p.User, p.Exchange)
	}
	for _, p := range f.from.Parameters {
		if p.Component != vhostLimits {
			f.leave(p.Pos, "parameter %s of component %s: it is not modelled", p.Name, p.Component)
		}
	}
	for _, p := range f.from.GlobalParameters {
		if !strings.HasPrefix(p.Name, "cluster_") && !strings.HasPrefix(p.Name, "internal_cluster") {
			f.leave(p.Pos, "global parameter %s: it is not modelled", p.Name)
		}
	}
}
