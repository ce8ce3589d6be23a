package vhost

import (
	"slices"
	"strings"

	"tutor/runner/wire"
)

// binding leads from an exchange to a queue or to another exchange.
type binding struct {
	from *exchange
	to   destination
	key  string
	args wire.Table
	id   bindingKey
}

// destination is what a binding leads to; one of the two is set.
type destination struct {
	queue    *queue
	exchange *exchange
}

// bindingKey tells the bindings of an exchange apart: binding twice with the
// same key and arguments, in whatever order, is binding once.
type bindingKey struct {
	to   destination
	key  string
	args string // canonical form
}

// remember notes b with what it leads to, forget undoes it.
func (d destination) remember(b *binding) { d.incoming()[b] = struct{}{} }

func (d destination) forget(b *binding) { delete(d.incoming(), b) }

func (d destination) incoming() map[*binding]struct{} {
	if d.queue != nil {
		return d.queue.incoming
	}
	return d.exchange.incoming
}

// ExchangeBind is exchange.bind.
func (ch *Channel) ExchangeBind(b Binding) error { return ch.bind(b, exchangeNamed, (*VHost).bind) }

// ExchangeUnbind is exchange.unbind.
func (ch *Channel) ExchangeUnbind(b Binding) error {
	return ch.bind(b, exchangeNamed, (*VHost).unbind)
}

// QueueBind is queue.bind.
func (ch *Channel) QueueBind(b Binding) error { return ch.bind(b, queueNamed, (*VHost).bind) }

// QueueUnbind is queue.unbind. Unbinding what is not bound is not an error.
func (ch *Channel) QueueUnbind(b Binding) error { return ch.bind(b, queueNamed, (*VHost).unbind) }

// bindingAction is bind or unbind, after the checks they have in common.
type bindingAction func(v *VHost, c *Connection, to resource, b Binding) error

func (ch *Channel) bind(b Binding, kind func(string) resource, action bindingAction) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	if kind("").kind == "queue" {
		if b, err = ch.lastDeclared(b); err != nil {
			return err
		}
	}
	b.Source, b.Destination = stripLines(b.Source), stripLines(b.Destination)
	to := kind(b.Destination)
	if err := v.checkBinding(ch.conn.user, to, b.Source); err != nil {
		return err
	}
	return action(v, ch.conn, to, b)
}

// lastDeclared fills in the queue last declared on the channel where b names
// none: for the queue, and for an empty routing key as well (AMQP 0-9-1,
// queue.bind).
func (ch *Channel) lastDeclared(b Binding) (Binding, error) {
	if b.Destination != "" {
		return b, nil
	}
	name, err := ch.queueName("")
	if err != nil {
		return b, err
	}
	b.Destination = name
	if b.RoutingKey == "" {
		b.RoutingKey = name
	}
	return b, nil
}

// checkBinding makes the checks that precede any look at whether the two ends
// exist.
func (v *VHost) checkBinding(u User, to resource, source string) error {
	if to.kind == "queue" && strings.HasPrefix(to.name, replyQueue) {
		return v.accessRefused("cannot bind or unbind to a volatile (direct reply-to) queue")
	}
	if err := v.allow(u, Write, to); err != nil {
		return err
	}
	if to.kind == "exchange" {
		if err := v.notDefaultExchange(to.name); err != nil {
			return err
		}
	}
	if err := v.notDefaultExchange(source); err != nil {
		return err
	}
	return v.allow(u, Read, exchangeNamed(source))
}

// bind adds a binding. RabbitMQ looks for the source first.
func (v *VHost) bind(c *Connection, to resource, b Binding) error {
	from, err := v.exchange(b.Source)
	if err != nil {
		return err
	}
	d := v.destination(to)
	if d == (destination{}) {
		return v.notFound(to)
	}
	if err := v.validBinding(from, b); err != nil {
		return err
	}
	if d.queue != nil {
		if err := v.exclusiveAccess(d.queue, c); err != nil {
			return err
		}
	}
	from.bind(d, b)
	return nil
}

// unbind removes a binding. That one of the ends or the binding itself does
// not exist is no error.
func (v *VHost) unbind(c *Connection, to resource, b Binding) error {
	from, d := v.exchanges[b.Source], v.destination(to)
	if from == nil || d == (destination{}) {
		return nil
	}
	found := from.bindings[bindingKey{to: d, key: b.RoutingKey, args: canonical(b.Arguments)}]
	if found == nil {
		return nil
	}
	if d.queue != nil {
		if err := v.exclusiveAccess(d.queue, c); err != nil {
			return err
		}
	}
	v.removeBinding(found)
	return nil
}

// destination looks up what a resource names; the zero value is nothing.
func (v *VHost) destination(r resource) destination {
	if r.kind == "queue" {
		return destination{queue: v.queues[r.name]}
	}
	return destination{exchange: v.exchanges[r.name]}
}

// bind adds a binding unless it is already there.
func (x *exchange) bind(d destination, b Binding) {
	id := bindingKey{to: d, key: b.RoutingKey, args: canonical(b.Arguments)}
	if x.bindings[id] != nil {
		return
	}
	added := &binding{from: x, to: d, key: b.RoutingKey, args: b.Arguments, id: id}
	x.bindings[id] = added
	x.table.add(added)
	d.remember(added)
}

// removeBinding removes b, and its source when that is an auto-delete exchange
// without another binding.
func (v *VHost) removeBinding(b *binding) {
	x := b.from
	delete(x.bindings, b.id)
	x.table.remove(b)
	b.to.forget(b)
	if x.autoDelete && len(x.bindings) == 0 && v.exchanges[x.name] == x {
		v.removeExchange(x)
	}
}

// validBinding makes the checks of the exchange's type.
func (v *VHost) validBinding(x *exchange, b Binding) error {
	switch x.kind {
	case "topic":
		return v.validTopicKey(b.RoutingKey)
	case "headers":
		return v.validHeadersMatch(b.Arguments)
	}
	return nil
}

func (v *VHost) validTopicKey(key string) error {
	hashes := 0
	for word := range strings.SplitSeq(key, ".") {
		if word == "#" {
			hashes++
		}
	}
	if hashes > maxHashes {
		return v.preconditionFailed("Topic binding key '%s' uses %d '#' wildcards, at most %d are allowed", key, hashes, maxHashes)
	}
	return nil
}

func (v *VHost) validHeadersMatch(args wire.Table) error {
	match, present := lookup(args, "x-match")
	if !present {
		return nil
	}
	mode, ok := match.(string)
	if !ok {
		return v.preconditionFailed("Invalid x-match field type %s (value %s); expected longstr", typeName(match), erlang(match))
	}
	switch mode {
	case "all", "any", "all-with-x", "any-with-x":
		return nil
	}
	return v.preconditionFailed("Invalid x-match field value %s; expected all, any, all-with-x, or any-with-x", erlang(mode))
}

// without returns bs with b removed, keeping the order.
func without(bs []*binding, b *binding) []*binding {
	if i := slices.Index(bs, b); i >= 0 {
		return slices.Delete(bs, i, i+1)
	}
	return bs
}
