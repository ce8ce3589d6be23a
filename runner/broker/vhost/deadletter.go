package vhost

import (
	"slices"
	"strconv"

	"tutor/runner/wire"
)

// reason is why a message was dead-lettered, as x-death gives it.
type reason string

const (
	rejected      reason = "rejected"
	expired       reason = "expired"
	maxLength     reason = "maxlen"
	deliveryLimit reason = "delivery_limit"
)

// death is an element of x-death: the message died count times in the queue for the reason, and was published
// to exchange with keys before the first.
type death struct {
	queue    string
	reason   reason
	count    int64
	first    int64 // time of the first death, in microseconds
	exchange string
	keys     []string
	ttl      int64 // original expiration in milliseconds, or none
}

// deadLetter is a message that has died and is still to be published.
type deadLetter struct {
	entry  entry
	reason reason
	queue  *queue
}

// die ends e's stay in the queue.
func (q *queue) die(e entry, why reason) {
	q.vhost.tell(why.event(), e.msg, q.name)
	q.bury(e, why)
}

// bury has what has died, in the queue or before it came there, published to the x-dead-letter-exchange once the
// current operation is done, see [VHost.leave]; without one it is gone.
func (q *queue) bury(e entry, why reason) {
	d := deadLetter{entry: e, reason: why, queue: q}
	switch {
	case q.settings.atLeastOnce:
		q.keep(d)
	case q.settings.hasDeadLetters:
		q.vhost.dead.push(d)
	}
}

// publishDead publishes a dead letter, or has its queue's keeper do so. Without a keeper it is lost if its
// exchange is not there.
func (v *VHost) publishDead(d deadLetter) {
	if d.queue.settings.atLeastOnce {
		if d.queue.keeper != nil {
			d.queue.keeper.forward()
		}
		return
	}
	x := v.exchanges[d.queue.settings.deadLetterExchange]
	if x == nil {
		return
	}
	m, err := d.message()
	if err != nil {
		return // its header could not be encoded any more: x-death has outgrown what a table can hold
	}
	v.tellDead(&d, m)
	t := v.routeDead(x, m, d.reason)
	if t.empty() {
		v.tell(Unroutable, m, "")
	}
	v.enqueue(m, t)
}

// routeDead is [VHost.route] without the queues to which the message would come back for ever.
func (v *VHost) routeDead(x *exchange, m *message, why reason) *targets {
	t := v.route(x, m)
	if why != rejected {
		t.queues = slices.DeleteFunc(t.queues, func(q *queue) bool { return m.cycles(q.name) })
	}
	return t
}

// message is the dead letter as it is published anew: with its deaths in the headers, without its expiration,
// and with the queue's x-dead-letter-routing-key if that is set.
func (d *deadLetter) message() (*message, error) {
	old := d.entry.msg
	m := d.readdressed(&message{
		body: old.body, ttl: none, priority: old.priority, persistent: old.persistent, number: old.number,
		more: &annotations{deliveries: d.entry.deliveries},
	})
	m.more.deaths = old.deathsWith(d.queue.name, d.reason, d.queue.vhost.now())

	props := old.properties()
	setHeaders(&props, d.headers(props.Headers, m.more.deaths))
	clearExpiration(&props)
	return m, m.encode(&props)
}

// readdressed is m with the exchange and the routing keys that the queue's settings give a dead letter.
func (d *deadLetter) readdressed(m *message) *message {
	old, s := d.entry.msg, &d.queue.settings
	letter, more := *m, *m.more
	letter.exchange, letter.routingKey, letter.more = s.deadLetterExchange, old.routingKey, &more
	if old.more != nil {
		more.keys, more.bcc = old.more.keys, old.more.bcc
	}
	if s.hasDeadLetterKey {
		letter.routingKey, more.keys = s.deadLetterKey, nil
	}
	return &letter
}

// deathsWith is the message's deaths and one more, at a moment in microseconds, which comes first.
func (m *message) deathsWith(queue string, why reason, at int64) []death {
	var before []death
	if m.more != nil {
		before = m.more.deaths
	}
	latest := death{queue: queue, reason: why, count: 1, first: at, exchange: m.exchange, keys: m.visibleKeys(), ttl: m.ttl}
	deaths := make([]death, 1, len(before)+1)
	for _, d := range before {
		if d.queue == queue && d.reason == why {
			d.count++
			latest = d
		} else {
			deaths = append(deaths, d)
		}
	}
	deaths[0] = latest
	return deaths
}

// visibleKeys are the routing keys that consumers may know: not those of BCC.
func (m *message) visibleKeys() []string {
	keys := append([]string{m.routingKey}, m.extraKeys()...)
	if m.more == nil {
		return keys
	}
	for _, hidden := range m.more.bcc {
		if i := slices.Index(keys, hidden); i >= 0 {
			keys = slices.Delete(keys, i, i+1)
		}
	}
	return keys
}

// cycles reports whether the message has come back to the queue without having been rejected on the way: it
// would go round for ever.
func (m *message) cycles(queue string) bool {
	been := slices.IndexFunc(m.more.deaths, func(d death) bool { return d.queue == queue })
	if been < 0 {
		return false
	}
	return !slices.ContainsFunc(m.more.deaths[:been+1], func(d death) bool { return d.reason == rejected })
}

// headers adds the headers that tell of the deaths. The first death, once set, is kept.
func (d *deadLetter) headers(headers wire.Table, deaths []death) wire.Table {
	headers = slices.Clone(headers)
	list := make([]any, len(deaths))
	for i := range deaths {
		list[i] = deaths[i].table()
	}
	headers = set(headers, "x-death", list)
	events := []string{"x-last-death-"}
	if len(deaths) == 1 && deaths[0].count == 1 {
		events = append(events, "x-first-death-")
	}
	for _, event := range events {
		headers = set(headers, event+"exchange", d.entry.msg.exchange)
		headers = set(headers, event+"queue", d.queue.name)
		headers = set(headers, event+"reason", string(d.reason))
	}
	headers, _ = tidy(headers)
	return headers
}

// table is a death as an element of x-death.
func (d *death) table() wire.Table {
	keys := make([]any, len(d.keys))
	for i, key := range d.keys {
		keys[i] = key
	}
	table := wire.Table{
		{Name: "count", Value: d.count},
		{Name: "reason", Value: string(d.reason)},
		{Name: "queue", Value: d.queue},
		{Name: "time", Value: timestamp(d.first / 1_000_000)},
		{Name: "exchange", Value: d.exchange},
		{Name: "routing-keys", Value: keys},
	}
	if d.ttl != none {
		table = append(wire.Table{{Name: "original-expiration", Value: strconv.FormatInt(d.ttl, 10)}}, table...)
	}
	return table
}
