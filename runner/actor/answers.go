package actor

import (
	"cmp"
	"context"
	"time"

	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
)

// answers are what a consumer answers by, and what it remembers for that.
type answers struct {
	rules []*scenario.Rule
	// users are the scenario's names for the broker's users, where they differ.
	users map[string]string
	// given is how often a rule that is limited was followed.
	given map[following]int
	// done are the ids of the messages that were processed, where the consumer remembers them.
	done map[string]bool
	// owed are the processed messages that were not acknowledged yet, where several are at one time.
	owed int
	// last is the delivery tag of the last of them.
	last uint64
}

// following is a rule that is followed for a message, by its mark.
type following struct {
	rule *scenario.Rule
	mark string
}

// decide is what a consumer does with a delivery.
func (a *answers) decide(d *delivery, body string) scenario.Answer {
	if len(a.rules) > 0 {
		arrival := d.arrival(body, a.users)
		for _, rule := range a.rules {
			if rule.Fits(&arrival) && a.follow(rule, d) {
				return rule.Do
			}
		}
	}
	return scenario.Answer{Response: scenario.Acknowledge}
}

// follow reports whether a rule still counts for a message. Of one that no actor has published, only the broker's
// redelivered flag is known.
func (a *answers) follow(rule *scenario.Rule, d *delivery) bool {
	times := rule.Do.Times
	if times == 0 {
		return true
	}
	if d.mark == "" {
		return !d.Redelivered
	}
	mark := d.mark
	if rule.Do.Publish != nil {
		own, origin := tap.Origin(mark) // what is published again has a mark of its own each time
		mark = cmp.Or(origin, own)
	}
	if a.given == nil {
		a.given = map[following]int{}
	}
	f := following{rule, mark}
	if a.given[f] >= times {
		return false
	}
	a.given[f]++
	return true
}

// answer does what the rules say with a delivery that is processed.
func (c *consuming) answer(ctx context.Context, d *delivery, body string) error {
	do := c.answers.decide(d, body)
	if !do.First && c.part.RepliesFirst() {
		if err := c.publishOver(d, do, body); err != nil {
			return err
		}
	}
	switch do.Response {
	case scenario.Die:
		return c.die(ctx)
	case scenario.Hold:
		return nil
	}
	if do.Response == scenario.Acknowledge {
		c.answers.remember(d.MessageId)
	}
	if err := c.finish(d, do, body); err != nil || !do.First && c.part.RepliesFirst() {
		return err
	}
	return c.publishOver(d, do, body)
}

// ignore acknowledges a delivery that the consumer has processed before.
func (c *consuming) ignore(d *delivery, body string) error {
	c.host.Print(transcript.Ignored, body, d.mark)
	if c.part.Ack.Mode == scenario.AckFirst {
		if err := d.Ack(false); err != nil {
			return c.explain("acknowledging "+body, err)
		}
	}
	return c.finish(d, scenario.Answer{Response: scenario.Acknowledge}, body)
}

// finish answers a delivery that needs no more work.
func (c *consuming) finish(d *delivery, do scenario.Answer, body string) error {
	if c.host.Finished != nil && c.part.Ack.Mode == scenario.AckAuto {
		c.host.Finished(c.number, &d.Delivery)
	}
	if err := c.settle(d, do); err != nil {
		return c.explain("acknowledging "+body, err)
	}
	return nil
}

func (a *answers) knows(id string) bool { return a.done[id] }

func (a *answers) remember(id string) {
	if id == "" {
		return
	}
	if a.done == nil {
		a.done = map[string]bool{}
	}
	a.done[id] = true
}

// die ends the consumer, when what it has said before has come to pass.
func (c *consuming) die(ctx context.Context) error {
	if c.part.Works() == 0 || c.part.Publishes() {
		if err := c.work(ctx, scenario.Duration(time.Nanosecond)); err != nil {
			return err
		}
	}
	return errDied
}

// settle tells the broker what becomes of a delivery, unless it was told before.
func (c *consuming) settle(d *delivery, do scenario.Answer) error {
	switch {
	case c.part.Ack.Mode == scenario.AckAuto || c.part.Ack.Mode == scenario.AckFirst:
		return nil
	case do.Response == scenario.Reject:
		return d.Reject(do.Requeue)
	case do.Response == scenario.Nack:
		return d.Nack(false, do.Requeue)
	}
	c.answers.owed++
	c.answers.last = d.DeliveryTag
	if c.answers.owed < c.part.Ack.Every {
		return nil
	}
	c.answers.owed = 0
	return d.Ack(c.part.Ack.Every > 0)
}

// arrival is a delivery as rules look at it, with the scenario's names for the broker's users.
func (d *delivery) arrival(body string, users map[string]string) scenario.Arrival {
	return scenario.Arrival{
		Message: body, Exchange: d.Exchange, RoutingKey: d.RoutingKey, Redelivered: d.Redelivered,
		Headers: d.Headers, Properties: d.properties(users),
	}
}

// properties are those that are there, by their names.
func (d *delivery) properties(users map[string]string) map[string]any {
	there := map[string]any{}
	for name, text := range map[string]string{
		"content_type": d.ContentType, "content_encoding": d.ContentEncoding, "correlation_id": d.CorrelationId,
		"reply_to": d.ReplyTo, "expiration": d.Expiration, "message_id": d.MessageId, "type": d.Type,
		"user_id": cmp.Or(users[d.UserId], d.UserId), "app_id": d.AppId,
	} {
		if text != "" {
			there[name] = text
		}
	}
	for name, number := range map[string]uint8{"delivery_mode": d.DeliveryMode, "priority": d.Priority} {
		if number != 0 {
			there[name] = number
		}
	}
	if !d.Timestamp.IsZero() {
		there["timestamp"] = d.Timestamp.UTC().Format(time.RFC3339)
	}
	return there
}
