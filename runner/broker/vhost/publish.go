package vhost

import (
	"strconv"
	"strings"

	"tutor/runner/wire"
)

// MaxMessageSize is the largest body, in bytes, that is accepted: RabbitMQ's default.
const MaxMessageSize = 16 << 20

// Outcome is what a channel in confirm mode owes the publisher.
type Outcome struct {
	// Tag is the publish's number, counted from 1; 0 when the channel is not in confirm mode and nothing is owed.
	Tag uint64
	// Nack is true when a queue refused the message (x-overflow reject-publish or reject-publish-dlx).
	Nack bool
}

// Publish is basic.publish. An unroutable mandatory message goes to [Client.Return] before Publish returns
// the outcome, as a return precedes its confirm. On a transactional channel nothing happens until TxCommit.
// The vhost keeps the body and h's encoded form, or encodes the properties if that is nil.
func (ch *Channel) Publish(p *wire.BasicPublish, h *wire.ContentHeader, body []byte) (Outcome, error) {
	v, err := ch.enter()
	if err != nil {
		return Outcome{}, err
	}
	defer v.leave()

	x, m, err := ch.accept(p, h, body)
	if err != nil {
		return Outcome{}, err
	}
	if err := v.faults.closing(); err != nil {
		return Outcome{}, err
	}
	v.counts.Published++
	m.number = v.counts.Published
	t := v.route(x, m)
	if p.Mandatory && v.faults.returning() {
		t.reset()
	}
	if ch.tx != nil {
		v.memory.hold(m)
		ch.tx.publish(m, t, p.Mandatory)
		return Outcome{}, nil
	}
	v.tell(Publish, m, "")
	refused := ch.confirms && v.faults.nacking()
	if refused {
		v.tell(Refuse, m, "")
	} else {
		ch.answerFor(m, t, p.Mandatory)
		refused = v.enqueue(m, t)
	}
	if !ch.confirms {
		return Outcome{}, nil
	}
	ch.published++
	if !refused {
		v.tell(Confirm, m, "")
	}
	return Outcome{Tag: ch.published, Nack: refused}, nil
}

// answerFor returns a message that is routed nowhere, if its publisher wants to know.
func (ch *Channel) answerFor(m *message, t *targets, mandatory bool) {
	switch {
	case !t.empty():
	case mandatory:
		ch.giveBack(m)
	default:
		ch.conn.vhost.tell(Unroutable, m, "")
	}
}

func (ch *Channel) giveBack(m *message) {
	ch.conn.vhost.counts.Returned++
	ch.conn.vhost.tell(Return, m, "")
	ch.client.Return(&wire.BasicReturn{
		ReplyCode: wire.NoRoute, ReplyText: wire.NoRoute.String(), Exchange: m.exchange, RoutingKey: m.routingKey,
	}, m.content())
}

// enqueue hands m to its targets and reports whether a queue refused it.
func (v *VHost) enqueue(m *message, t *targets) (refused bool) {
	for _, q := range t.queues {
		if !q.kind.accept(q, m) {
			refused = true
		}
	}
	for _, ch := range t.repliers {
		ch.deliverReply(m)
	}
	return refused
}

// push adds e to what is ready.
func (q *queue) push(e entry) {
	q.ready.push(e)
	q.added(e.msg)
}

// entry makes the queue's own record of m.
func (q *queue) entry(m *message) entry {
	e := entry{msg: m, seq: q.nextSeq, expires: q.expiry(m)}
	q.nextSeq++
	if m.more != nil {
		e.deliveries = m.more.deliveries
	}
	return e
}

// accept makes the checks of basic.publish and turns it into a message. Their order decides which of several
// mistakes is reported.
func (ch *Channel) accept(p *wire.BasicPublish, h *wire.ContentHeader, body []byte) (*exchange, *message, error) {
	v := ch.conn.vhost
	if p.Immediate {
		return nil, nil, v.notImplemented("immediate=true")
	}
	if len(body) > MaxMessageSize {
		return nil, nil, v.preconditionFailed("message size %d is larger than configured max size %d", len(body), MaxMessageSize)
	}
	if err := v.allow(ch.conn.user, Write, exchangeNamed(p.Exchange)); err != nil {
		return nil, nil, err
	}
	x, err := v.exchange(p.Exchange)
	if err != nil {
		return nil, nil, err
	}
	if x.internal {
		return nil, nil, v.accessRefused("cannot publish to internal %s", v.describe(exchangeNamed(x.name)))
	}
	m, err := ch.newMessage(p, h, body)
	return x, m, err
}

// newMessage makes the checks of the properties.
func (ch *Channel) newMessage(p *wire.BasicPublish, h *wire.ContentHeader, body []byte) (*message, error) {
	m := &message{exchange: p.Exchange, routingKey: p.RoutingKey, header: h.Encoded, body: body, ttl: none, priority: none}
	props := h.Properties
	changed := m.header == nil
	if props.ReplyTo == replyQueue {
		name, err := ch.replyName()
		if err != nil {
			return nil, err
		}
		props.ReplyTo, changed = name, true
	}
	if err := ch.checkProperties(m, &props); err != nil {
		return nil, err
	}
	if headers, tidied := tidy(props.Headers); tidied {
		props.Headers, changed = headers, true
	}
	if changed {
		return m, m.encode(&props)
	}
	return m, nil
}

// checkProperties checks the properties that mean something to the broker, and keeps them with the message.
func (ch *Channel) checkProperties(m *message, props *wire.Properties) error {
	v := ch.conn.vhost
	m.persistent = props.DeliveryMode == 2
	m.setPriority(props)
	if err := v.setTTL(m, props); err != nil {
		return err
	}
	if err := v.setExtraKeys(m, props.Headers); err != nil {
		return err
	}
	u := ch.conn.user
	if props.UserID != "" && props.UserID != u.Name && !u.Impersonator {
		return v.preconditionFailed("user_id property set to '%s' but authenticated user was '%s'", props.UserID, u.Name)
	}
	return nil
}

// setTTL reads the expiration property: decimal milliseconds.
func (v *VHost) setTTL(m *message, props *wire.Properties) error {
	text := props.Expiration
	if text == "" && !hasExpiration(props) {
		return nil
	}
	digits := strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(text, "-"), "+"), "0123456789")
	number := strings.TrimSuffix(text, digits)
	n, err := strconv.ParseInt(number, 10, 64)
	problem := ""
	switch {
	case err != nil:
		problem = "no_integer"
	case digits != "":
		problem = "{leftover_string," + strconv.Quote(digits) + "}"
	default:
		problem = checkMilliseconds(n)
	}
	if problem != "" {
		return v.preconditionFailed("invalid expiration '%s': %s", text, problem)
	}
	m.ttl = n
	return nil
}

// setExtraKeys reads the headers CC and BCC: arrays of further routing keys.
func (v *VHost) setExtraKeys(m *message, headers wire.Table) error {
	for _, name := range []string{"CC", "BCC"} {
		value, present := lookup(headers, name)
		if !present {
			continue
		}
		keys, ok := value.([]any)
		if !ok {
			return v.preconditionFailed("invalid message: {unacceptable_type_in_header,%q,%s}", name, typeName(value))
		}
		if m.more == nil {
			m.more = new(annotations)
		}
		for _, key := range keys {
			if key, ok := key.(string); ok {
				m.more.keys = append(m.more.keys, key)
				if name == "BCC" {
					m.more.bcc = append(m.more.bcc, key)
				}
			}
		}
	}
	return nil
}
