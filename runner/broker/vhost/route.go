package vhost

import "strings"

// table is the routing table of one exchange: its bindings, arranged as its type needs them.
type table interface {
	add(b *binding)
	remove(b *binding)
	// route adds to found where a message with the routing key goes.
	route(key string, m *message, found *targets)
}

// targets collects what a message is routed to: each queue once, and exchanges, which are routed through in
// turn. It is reused from message to message, so routing does not allocate.
type targets struct {
	round     uint64      // number of this routing; queues and exchanges seen in it carry it as mark
	queues    []*queue    // the result
	repliers  []*Channel  // direct reply-to consumers among the result
	gone      bool        // a direct reply-to consumer who is gone is among the result
	exchanges []*exchange // passed, or still to be routed through
	matched   bool        // a binding of the exchange being passed has matched
}

func (t *targets) reset() {
	t.round++
	clear(t.queues)
	clear(t.repliers)
	t.queues, t.repliers, t.exchanges, t.gone = t.queues[:0], t.repliers[:0], t.exchanges[:0], false
}

// empty reports whether the message is unroutable. A reply to a requester who is gone counts as routed.
func (t *targets) empty() bool { return len(t.queues) == 0 && len(t.repliers) == 0 && !t.gone }

func (t *targets) add(to destination) {
	t.matched = true
	if to.queue != nil {
		t.addQueue(to.queue)
	} else {
		t.addExchange(to.exchange)
	}
}

func (t *targets) addQueue(q *queue) {
	if q.mark != t.round {
		q.mark = t.round
		t.queues = append(t.queues, q)
	}
}

func (t *targets) addExchange(x *exchange) {
	if x.mark != t.round {
		x.mark = t.round
		t.exchanges = append(t.exchanges, x)
	}
}

func (t *targets) addBindings(bs []*binding) {
	for _, b := range bs {
		t.add(b.to)
	}
}

// route finds the queues for a message published to x, following bindings between exchanges; each exchange is
// passed once, so cycles end. The result is valid until the next call.
func (v *VHost) route(x *exchange, m *message) *targets {
	t := &v.targets
	t.reset()
	if x.isDefault() {
		v.routeByName(m, t)
		return t
	}
	t.addExchange(x)
	for i := 0; i < len(t.exchanges); i++ {
		v.routeThrough(t.exchanges[i], m, t)
	}
	return t
}

// routeThrough adds what x's bindings give for the message's routing keys, or, when they match nothing, x's
// alternate exchange.
func (v *VHost) routeThrough(x *exchange, m *message, t *targets) {
	t.matched = false
	x.table.route(m.routingKey, m, t)
	for _, key := range m.extraKeys() {
		x.table.route(key, m, t)
	}
	if !t.matched && x.alternate != "" {
		if alternate := v.exchanges[x.alternate]; alternate != nil {
			t.addExchange(alternate)
		}
	}
}

// routeByName is the default exchange: every queue is bound to it with its own name (AMQP 0-9-1, 3.1.3.1).
// The names of direct reply-to consumers work here, too.
func (v *VHost) routeByName(m *message, t *targets) {
	v.addByName(m.routingKey, t)
	for _, key := range m.extraKeys() {
		v.addByName(key, t)
	}
}

func (v *VHost) addByName(name string, t *targets) {
	if q := v.queues[name]; q != nil {
		t.addQueue(q)
	} else if strings.HasPrefix(name, replyPrefix) {
		if ch := v.repliers[name]; ch != nil {
			t.repliers = append(t.repliers, ch)
		} else {
			t.gone = t.gone || isReplyName(name)
		}
	}
}

// directTable routes for an exchange of type direct: the routing key equals the binding key (AMQP 0-9-1, 3.1.3.1).
type directTable struct {
	byKey map[string][]*binding
}

func (d *directTable) add(b *binding) { d.byKey[b.key] = append(d.byKey[b.key], b) }

func (d *directTable) remove(b *binding) {
	if rest := without(d.byKey[b.key], b); len(rest) > 0 {
		d.byKey[b.key] = rest
	} else {
		delete(d.byKey, b.key)
	}
}

func (d *directTable) route(key string, _ *message, found *targets) {
	found.addBindings(d.byKey[key])
}

// fanoutTable routes for an exchange of type fanout: to everything bound (AMQP 0-9-1, 3.1.3.2).
type fanoutTable struct {
	bindings []*binding
}

func (f *fanoutTable) add(b *binding) { f.bindings = append(f.bindings, b) }

func (f *fanoutTable) remove(b *binding) { f.bindings = without(f.bindings, b) }

func (f *fanoutTable) route(_ string, _ *message, found *targets) { found.addBindings(f.bindings) }
