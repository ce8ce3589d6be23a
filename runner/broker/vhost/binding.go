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

// bindingKey tells the bindings of an exchange apart: binding twice with the same key and arguments, in
// whatever order, is binding once.
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
func (ch *Channel) ExchangeBind(m wire.ExchangeBind) error {
	return ch.bind(link{exchangeNamed(m.Destination), m.Source, m.RoutingKey, m.Arguments}, (*VHost).bind)
}

// ExchangeUnbind is exchange.unbind.
func (ch *Channel) ExchangeUnbind(m wire.ExchangeUnbind) error {
	return ch.bind(link{exchangeNamed(m.Destination), m.Source, m.RoutingKey, m.Arguments}, (*VHost).unbind)
}

// QueueBind is queue.bind.
func (ch *Channel) QueueBind(m wire.QueueBind) error {
	return ch.bind(link{queueNamed(m.Queue), m.Exchange, m.RoutingKey, m.Arguments}, (*VHost).bind)
}

// QueueUnbind is queue.unbind. Unbinding what is not bound is not an error.
func (ch *Channel) QueueUnbind(m wire.QueueUnbind) error {
	return ch.bind(link{queueNamed(m.Queue), m.Exchange, m.RoutingKey, m.Arguments}, (*VHost).unbind)
}

// link is what a method wants to bind or unbind.
type link struct {
	to     resource
	source string
	key    string
	args   wire.Table
}

// bind makes the checks that binding and unbinding have in common, and does the one or the other.
func (ch *Channel) bind(l link, do func(*VHost, *Connection, link) error) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	if l.to.kind == "queue" {
		if l, err = ch.lastDeclared(l); err != nil {
			return err
		}
	}
	l.source, l.to.name = stripLines(l.source), stripLines(l.to.name)
	if err := v.checkBinding(ch.conn.user, l); err != nil {
		return err
	}
	return do(v, ch.conn, l)
}

// lastDeclared fills in the queue last declared on the channel where l names none: for the queue, and for an
// empty routing key as well (AMQP 0-9-1, queue.bind).
func (ch *Channel) lastDeclared(l link) (link, error) {
	if l.to.name != "" {
		return l, nil
	}
	name, err := ch.queueName("")
	if err != nil {
		return l, err
	}
	l.to.name = name
	if l.key == "" {
		l.key = name
	}
	return l, nil
}

// checkBinding makes the checks that precede any look at whether the two ends exist.
func (v *VHost) checkBinding(u User, l link) error {
	to := l.to
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
	if err := v.notDefaultExchange(l.source); err != nil {
		return err
	}
	return v.allow(u, Read, exchangeNamed(l.source))
}

// bind adds a binding. RabbitMQ looks for the source first.
func (v *VHost) bind(c *Connection, l link) error {
	from, err := v.exchange(l.source)
	if err != nil {
		return err
	}
	d := v.destination(l.to)
	if d == (destination{}) {
		return v.notFound(l.to)
	}
	if err := v.validBinding(from, l); err != nil {
		return err
	}
	if d.queue != nil {
		if err := v.exclusiveAccess(d.queue, c); err != nil {
			return err
		}
	}
	from.bind(d, l)
	return nil
}

// unbind removes a binding. That one of the ends or the binding itself does not exist is no error.
func (v *VHost) unbind(c *Connection, l link) error {
	from, d := v.exchanges[l.source], v.destination(l.to)
	if from == nil || d == (destination{}) {
		return nil
	}
	found := from.bindings[bindingKey{to: d, key: l.key, args: canonical(l.args)}]
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
func (x *exchange) bind(d destination, l link) {
	id := bindingKey{to: d, key: l.key, args: canonical(l.args)}
	if x.bindings[id] != nil {
		return
	}
	added := &binding{from: x, to: d, key: l.key, args: l.args, id: id}
	x.bindings[id] = added
	x.table.add(added)
	d.remember(added)
}

// removeBinding removes b, and its source when that is an auto-delete exchange without another binding.
func (v *VHost) removeBinding(b *binding) {
	x := b.from
	delete(x.bindings, b.id)
	x.table.remove(b)
	b.to.forget(b)
	if x.autoDelete && len(x.bindings) == 0 && v.exchanges[x.name] == x {
		v.removeExchange(x)
	}
}

// validBinding refuses what the exchange's type cannot route by.
func (v *VHost) validBinding(x *exchange, l link) error {
	switch x.kind {
	case "topic":
		return v.validTopicKey(l.key)
	case "headers":
		return v.validHeadersMatch(l.args)
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
