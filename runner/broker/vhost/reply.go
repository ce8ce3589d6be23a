package vhost

import (
	"crypto/rand"
	"encoding/base64"
	"strings"

	"tutor/runner/wire"
)

// Direct reply-to: a client that consumes from the pseudo-queue amq.rabbitmq.reply-to and publishes with that
// name as the reply-to property gets the answers straight to its channel. Whoever answers sees, and publishes
// to, a name made up for the channel.
const (
	replyQueue  = "amq.rabbitmq.reply-to"
	replyPrefix = replyQueue + "."
)

// replyNode is the head of an Erlang process id in the external term format, as RabbitMQ 4.3 has it in the
// names that it makes up; replyID is how long the rest of it is.
const (
	replyNode = "\x83Xv\x00\x07reply@0"
	replyID   = 12
)

// newReplyName makes up a name: a process id, a dot, and a key, which nobody can guess.
func newReplyName() string {
	var random [replyID + 16]byte
	rand.Read(random[:]) // never fails, as of Go 1.24
	pid := append([]byte(replyNode), random[:replyID]...)
	return replyPrefix + base64.StdEncoding.EncodeToString(pid) + "." + base64.StdEncoding.EncodeToString(random[replyID:])
}

// isReplyName reports whether the broker may have made a name up. Of the key only its dot is looked at.
func isReplyName(name string) bool {
	rest, ok := strings.CutPrefix(name, replyPrefix)
	pid, _, dot := strings.Cut(rest, ".")
	decoded, err := base64.StdEncoding.DecodeString(pid)
	return ok && dot && err == nil && len(decoded) == len(replyNode)+replyID && strings.HasPrefix(string(decoded), replyNode)
}

// replyConsumer is a channel's consumer of replies.
type replyConsumer struct {
	tag  string
	name string // what publishers reply to
}

// consumeReplies is basic.consume from the pseudo-queue.
func (ch *Channel) consumeReplies(m wire.BasicConsume, ok func(consumerTag string)) error {
	v := ch.conn.vhost
	if !m.NoAck {
		return v.preconditionFailed("reply consumer cannot acknowledge")
	}
	if ch.replies != nil {
		return v.preconditionFailed("reply consumer already set")
	}
	tag := m.ConsumerTag
	if tag == "" {
		tag = uniqueName("amq.ctag-")
	}
	ch.replies = &replyConsumer{tag: tag, name: newReplyName()}
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

// deliverReply sends an answer to the channel, which takes it whether it has room or not: there is no queue
// to keep it.
func (ch *Channel) deliverReply(m *message) {
	ch.conn.vhost.counts.Delivered++
	ch.conn.vhost.tell(Route, m, replyQueue)
	ch.conn.vhost.tellOf(Deliver, nil, entry{msg: m}, ch.replies.tag)
	ch.deliver(m.content(), &wire.BasicDeliver{
		ConsumerTag: ch.replies.tag, DeliveryTag: ch.newTag(), Exchange: m.exchange, RoutingKey: m.routingKey,
	})
}

// declareReplyQueue is queue.declare of the pseudo-queue, or of one of the names made up from it, which tells
// whether its channel still listens. RabbitMQ crashes on other names with the prefix.
func (ch *Channel) declareReplyQueue(name string) (wire.QueueDeclareOK, error) {
	v := ch.conn.vhost
	switch {
	case name == replyQueue, v.repliers[name] != nil:
		return wire.QueueDeclareOK{Queue: name, ConsumerCount: 1}, nil
	case isReplyName(name):
		return wire.QueueDeclareOK{}, v.notFound(queueNamed(name))
	}
	return wire.QueueDeclareOK{}, crash()
}
