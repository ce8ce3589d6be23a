package actor

import (
	"cmp"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
)

// What consumers publish: replies, and what they have got once more.

// publishOver publishes what the answer to a delivery says, and the consumer's reply to it.
func (c *consuming) publishOver(d *delivery, do scenario.Answer, body string) error {
	if do.Response != scenario.Acknowledge && do.Response != scenario.Die {
		return nil
	}
	if do.Publish != nil {
		if err := c.publishAgain(d, do.Publish, body); err != nil {
			return err
		}
	}
	if c.part.Reply == nil || d.ReplyTo == "" {
		return nil
	}
	mark := c.nextMark()
	out := scenario.Outgoing{
		Body: scenario.Compose(c.part.Reply.Body, body, c.published), RoutingKey: d.ReplyTo, Mandatory: c.part.Reply.Mandatory,
		Properties: scenario.Properties{CorrelationID: d.CorrelationId},
	}
	return c.send("", &out, c.message(&out), mark)
}

// publishAgain publishes a message once more, with what is other about it.
func (c *consuming) publishAgain(d *delivery, r *scenario.Republished, body string) error {
	mark := tap.Descending(c.nextMark(), d.mark)
	arrival := d.arrival(body, c.answers.users)
	out, err := r.Again(&arrival, c.published)
	if err != nil {
		return fmt.Errorf("publishing %s again: %w", body, err)
	}
	m := c.message(&out)
	m.ContentType = cmp.Or(m.ContentType, d.ContentType)
	m.ContentEncoding = cmp.Or(m.ContentEncoding, d.ContentEncoding)
	m.DeliveryMode, m.Priority, m.Expiration = d.DeliveryMode, d.Priority, d.Expiration
	m.CorrelationId = cmp.Or(m.CorrelationId, d.CorrelationId)
	m.ReplyTo = cmp.Or(m.ReplyTo, d.ReplyTo)
	m.MessageId = cmp.Or(m.MessageId, d.MessageId)
	m.Type = cmp.Or(m.Type, d.Type)
	m.UserId = cmp.Or(m.UserId, d.UserId)
	m.AppId = cmp.Or(m.AppId, d.AppId)
	if m.Timestamp.IsZero() {
		m.Timestamp = d.Timestamp
	}
	return c.send(r.ExchangeOf(&arrival), &out, m, mark)
}

// send publishes on the channel that the consumer consumes on, so that the broker takes it before any answer that
// follows. A delivery comes whenever it does, also while somebody asks on the channel: a question between the frames
// of a message would be an error.
func (c *consuming) send(exchange string, out *scenario.Outgoing, m amqp.Publishing, mark string) error {
	c.asking.Lock()
	defer c.asking.Unlock()
	if c.isClosed(c.channel, c.number) {
		return c.explain("publishing "+out.Body, amqp.ErrClosed)
	}
	if _, err := c.channel.PublishWithDeferredConfirm(exchange, out.RoutingKey, out.Mandatory, false, c.marked(m, mark)); err != nil {
		return c.explain("publishing "+out.Body, err)
	}
	c.host.Print(transcript.Sent, out.Body, mark)
	return nil
}
