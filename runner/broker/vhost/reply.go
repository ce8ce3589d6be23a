package vhost

import "strings"

// Direct reply-to: a client that consumes from the pseudo-queue
// amq.rabbitmq.reply-to and publishes with that name as the reply-to property
// gets the answers straight to its channel. Whoever answers sees, and
// publishes to, a name made up for the channel.
const (
	replyQueue  = "amq.rabbitmq.reply-to"
	replyPrefix = replyQueue + "."
)

// replyConsumer is a channel's consumer of replies.
type replyConsumer struct {
	tag  string
	name string // what publishers reply to
}

// consumeReplies is basic.consume from the pseudo-queue.
func (ch *Channel) consumeReplies(d Consume, ok func(consumerTag string)) error {
	v := ch.conn.vhost
	if !d.NoAck {
		return v.preconditionFailed("reply consumer cannot acknowledge")
	}
	if ch.replies != nil {
		return v.preconditionFailed("reply consumer already set")
	}
	tag := d.ConsumerTag
	if tag == "" {
		tag = uniqueName("amq.ctag-")
	}
	ch.replies = &replyConsumer{tag: tag, name: uniqueName(replyPrefix) + uniqueName(".")}
	v.repliers[ch.replies.name] = ch
	reply(ok, tag)
	return nil
}

func (ch *Channel) isReplyConsumer(tag string) bool {
	return ch.replies != nil && ch.replies.tag == tag
}

func (ch *Channel) stopReplies() {
	if ch.replies != nil {
		delete(ch.conn.vhost.repliers, ch.replies.name)
		ch.replies = nil
	}
}

// replyName is what a request's reply-to property becomes.
func (ch *Channel) replyName() (string, error) {
	if ch.replies == nil {
		return "", ch.conn.vhost.preconditionFailed("fast reply consumer does not exist")
	}
	return ch.replies.name, nil
}

// deliverReply sends an answer to the channel, which takes it whether it has
// room or not: there is no queue to keep it.
func (ch *Channel) deliverReply(m *message) {
	d := Delivery{
		ConsumerTag: ch.replies.tag, Tag: ch.newTag(),
		Exchange: m.exchange, RoutingKey: m.routingKey, Header: m.header, Body: m.body,
	}
	ch.conn.vhost.counts.Delivered++
	if !ch.client.Deliver(d) {
		ch.stalled = true
	}
}

// declareReplyQueue is queue.declare of the pseudo-queue, or of one of the
// names made up from it, which tells whether its channel still listens.
func (ch *Channel) declareReplyQueue(name string) (QueueDeclareOK, error) {
	v := ch.conn.vhost
	if strings.HasPrefix(name, replyPrefix) && v.repliers[name] == nil {
		return QueueDeclareOK{}, v.notFound(queueNamed(name))
	}
	return QueueDeclareOK{Queue: name, ConsumerCount: 1}, nil
}
