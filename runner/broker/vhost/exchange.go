package vhost

import (
	"strings"

	"tutor/runner/wire"
)

// exchange is an exchange and the bindings that lead from it and to it.
type exchange struct {
	name       string
	kind       string // direct, fanout, topic or headers
	durable    bool
	autoDelete bool
	internal   bool
	args       wire.Table
	alternate  string // name of the alternate exchange, or ""
	bindings   map[bindingKey]*binding
	incoming   map[*binding]struct{} // bindings from other exchanges
	table      table
	mark       uint64 // see targets.round
}

func newExchange(m wire.ExchangeDeclare) *exchange {
	x := &exchange{
		name: m.Exchange, kind: m.Type,
		durable: m.Durable, autoDelete: m.AutoDelete, internal: m.Internal, args: m.Arguments,
		bindings: make(map[bindingKey]*binding),
		incoming: make(map[*binding]struct{}),
		table:    newTable(m.Type),
	}
	x.alternate, _ = lookupString(m.Arguments, "alternate-exchange")
	return x
}

// newTable returns the routing table for an exchange type, or nil for a type that does not exist.
func newTable(kind string) table {
	switch kind {
	case "direct":
		return &directTable{byKey: make(map[string][]*binding)}
	case "fanout":
		return &fanoutTable{}
	case "topic":
		return &topicTable{}
	case "headers":
		return &headersTable{}
	}
	return nil
}

// firstVhost is the vhost that RabbitMQ has from the start, and publishes its log in.
const firstVhost = "/"

// predeclared returns the exchanges every vhost has (AMQP 0-9-1, 3.1.3; amq.match and amq.rabbitmq.* are
// RabbitMQ's choice).
func predeclared(vhost string) map[string]*exchange {
	exchanges := make(map[string]*exchange)
	add := func(name, kind string, internal bool) {
		exchanges[name] = newExchange(wire.ExchangeDeclare{Exchange: name, Type: kind, Durable: true, Internal: internal})
	}
	add("", "direct", false)
	add("amq.direct", "direct", false)
	add("amq.fanout", "fanout", false)
	add("amq.topic", "topic", false)
	add("amq.headers", "headers", false)
	add("amq.match", "headers", false)
	add("amq.rabbitmq.trace", "topic", true)
	if vhost == firstVhost {
		add("amq.rabbitmq.log", "topic", true)
	}
	return exchanges
}

func (x *exchange) isDefault() bool { return x.name == "" }

// ExchangeDeclare is exchange.declare.
func (ch *Channel) ExchangeDeclare(m wire.ExchangeDeclare) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	m.Exchange = stripLines(m.Exchange)
	if m.Passive {
		return v.declareExchangePassively(ch.conn.user, m.Exchange)
	}
	if newTable(m.Type) == nil {
		return v.preconditionFailed("unknown exchange type '%s'", m.Type)
	}
	if err := v.notDefaultExchange(m.Exchange); err != nil {
		return err
	}
	if err := v.allow(ch.conn.user, Configure, exchangeNamed(m.Exchange)); err != nil {
		return err
	}
	if x := v.exchanges[m.Exchange]; x != nil {
		return v.sameExchange(x, m)
	}
	return v.createExchange(ch.conn.user, m)
}

func (v *VHost) declareExchangePassively(u User, name string) error {
	if err := v.notDefaultExchange(name); err != nil {
		return err
	}
	if err := v.allowAny(u, exchangeNamed(name)); err != nil {
		return err
	}
	_, err := v.exchange(name)
	return err
}

func (v *VHost) createExchange(u User, m wire.ExchangeDeclare) error {
	if strings.HasPrefix(m.Exchange, reservedPrefix) {
		return v.reservedName("exchange", m.Exchange)
	}
	if arg, present := lookup(m.Arguments, "alternate-exchange"); present {
		alternate, ok := arg.(string)
		if !ok {
			return v.invalidArgumentType("alternate-exchange", arg, exchangeNamed(m.Exchange))
		}
		if err := v.allow(u, Read, exchangeNamed(m.Exchange)); err != nil {
			return err
		}
		if err := v.allow(u, Write, exchangeNamed(alternate)); err != nil {
			return err
		}
	}
	args, err := v.effective(toExchanges, m.Exchange, m.Arguments)
	if err != nil {
		return v.preconditionFailed("%v", err)
	}
	x := newExchange(m)
	x.alternate, _ = lookupString(args, "alternate-exchange")
	v.exchanges[m.Exchange] = x
	return nil
}

// sameExchange refuses a declaration that differs from what is there. The order of the comparisons decides
// which difference is reported.
func (v *VHost) sameExchange(x *exchange, m wire.ExchangeDeclare) error {
	what := exchangeNamed(x.name)
	switch {
	case x.kind != m.Type:
		return v.inequivalent("type", what, quoted(m.Type), quoted(x.kind))
	case x.durable != m.Durable:
		return v.inequivalentFlag("durable", what, m.Durable)
	case x.autoDelete != m.AutoDelete:
		return v.inequivalentFlag("auto_delete", what, m.AutoDelete)
	case x.internal != m.Internal:
		return v.inequivalentFlag("internal", what, m.Internal)
	}
	return v.sameArgument("alternate-exchange", what, x.args, m.Arguments)
}

// ExchangeDelete is exchange.delete. Deleting what is not there is not an error.
func (ch *Channel) ExchangeDelete(exchange string, ifUnused bool) error {
	v, err := ch.enter()
	if err != nil {
		return err
	}
	defer v.leave()

	exchange = stripLines(exchange)
	if err := v.notDefaultExchange(exchange); err != nil {
		return err
	}
	if strings.HasPrefix(exchange, reservedPrefix) {
		return v.accessRefused("deletion of system %s not allowed", v.describe(exchangeNamed(exchange)))
	}
	if err := v.allow(ch.conn.user, Configure, exchangeNamed(exchange)); err != nil {
		return err
	}
	x := v.exchanges[exchange]
	if x == nil {
		return nil
	}
	if ifUnused && len(x.bindings) > 0 {
		return v.preconditionFailed("%s in use", v.describe(exchangeNamed(exchange)))
	}
	v.removeExchange(x)
	return nil
}

// removeExchange deletes x with all bindings from it and to it, and the auto-delete exchanges that thereby
// lose their last binding.
func (v *VHost) removeExchange(x *exchange) {
	delete(v.exchanges, x.name)
	for _, b := range x.bindings {
		b.to.forget(b)
	}
	clear(x.bindings)
	for b := range x.incoming {
		v.removeBinding(b)
	}
}

// exchange returns the exchange called name, or the 404 error.
func (v *VHost) exchange(name string) (*exchange, error) {
	if x := v.exchanges[name]; x != nil {
		return x, nil
	}
	return nil, v.notFound(exchangeNamed(name))
}

func (v *VHost) notDefaultExchange(name string) error {
	if name == "" {
		return v.accessRefused("operation not permitted on the default exchange")
	}
	return nil
}
