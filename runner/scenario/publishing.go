package scenario

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/transcript"
)

// What consumers publish: replies to whoever asks, and what they have got once more.

// Republishing is an answer that publishes the message again, and says when the message itself is acknowledged.
type Republishing struct {
	// Publish says what is other about the message that is published.
	Publish *Republished `yaml:"publish" jsonschema:"required"`
	// Then is what becomes of the message after that: ack (default), or die, which drops the connection with the
	// message in hand.
	Then Afterwards `yaml:"then"`
	// First is what becomes of the message before that, in place of then: ack.
	First Beforehand `yaml:"first"`
	// Times is how often each message gets this answer from this consumer. After that, the next rule counts that
	// fits. Default: each time.
	Times int `yaml:"times" jsonschema:"minimum=1,maximum=10000000"`
}

// Afterwards is what a consumer does with a message when it has published it again.
type Afterwards string

const (
	// ThenAck acknowledges it.
	ThenAck Afterwards = "ack"
	// ThenDie drops the connection, with the message in hand, as soon as nothing else moves.
	ThenDie Afterwards = "die"
)

func (Afterwards) words() []string { return []string{"ack", "die"} }

// Beforehand is what a consumer does with a message before it publishes it again.
type Beforehand string

// FirstAck acknowledges it.
const FirstAck Beforehand = "ack"

func (Beforehand) words() []string { return []string{"ack"} }

// Republished is a message that is published again: what is not written is as it was delivered.
type Republished struct {
	// Exchange to publish to. Default: the one that the message came through.
	Exchange *string `yaml:"exchange"`
	// RoutingKey to publish with. Default: the one that the message came with.
	RoutingKey *string `yaml:"routing_key"`
	// Body, in which <body> stands for the message's, and <number> for the number of the message among those that the
	// consumer publishes. Default: the message's.
	Body *string `yaml:"body"`
	// Mandatory messages are returned if they reach no queue.
	Mandatory bool `yaml:"mandatory"`
	// Headers beside those of the message: a value, {add: 1} which adds to a number that may not be there yet, or
	// <absent> which takes the header off.
	Headers map[string]HeaderChange `yaml:"headers"`
	// Properties beside those of the message.
	Properties *Properties `yaml:"properties"`
}

// HeaderChange is what becomes of a header.
type HeaderChange struct {
	// Value is the new one.
	Value any
	// Add is what is added, if anything is.
	Add *int64
	// Removed is set where the header is taken off.
	Removed bool
}

// Addition adds to a header that is a number.
type Addition struct {
	// Add is what is added, to 0 where there is no such header.
	Add int `yaml:"add" jsonschema:"required"`
}

func (h *HeaderChange) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "add" {
		var a Addition
		d.structure(n, reflect.ValueOf(&a).Elem(), path)
		added := int64(a.Add)
		h.Add = &added
		return
	}
	h.Value = d.any(n, path)
	h.Removed = h.Value == Absent
}

// republishing decodes an answer that publishes.
func (a *Answer) republishing(d *decoder, n *yaml.Node, path string) {
	var r Republishing
	d.structure(n, reflect.ValueOf(&r).Elem(), path)
	if r.Then != "" && r.First != "" {
		d.errorf(n, "the message is acknowledged after it is published again (then) or before (first), not both")
	}
	a.limit(d, r.Times, path)
	*a = Answer{Pos: a.Pos, Response: Acknowledge, Times: r.Times, Publish: r.Publish, First: r.First != "", ordered: r.Then == ThenAck || r.First != ""}
	if r.Then == ThenDie {
		a.Response = Die
	}
}

// limit checks how often an answer is given.
func (a *Answer) limit(d *decoder, times int, path string) {
	if at, ok := d.where[join(path, "times")]; ok && times < 1 {
		d.errs = append(d.errs, Error{Pos: at, Msg: "times must be at least 1"})
	}
}

// Reply is what a consumer replies to whoever asks: just the body, or a mapping.
type Reply struct {
	// Pos is where the reply is in its file.
	Pos Position
	Answering
}

// Answering is a reply, and how it is published.
type Answering struct {
	// Body of the reply, in which <body> stands for that of the message, and <number> for the number of the reply
	// among the messages that the consumer publishes.
	Body string `yaml:"body" jsonschema:"required"`
	// Mandatory replies are returned if they reach nobody.
	Mandatory bool `yaml:"mandatory"`
}

func (r *Reply) decodeNode(d *decoder, n *yaml.Node, path string) {
	r.Pos = d.pos(n)
	if n.Kind == yaml.MappingNode {
		d.structure(n, reflect.ValueOf(&r.Answering).Elem(), path)
		return
	}
	d.scalar(n, reflect.ValueOf(&r.Body).Elem())
}

// bodyText stands for the body of the message that something is published over.
const bodyText = "<body>"

// Compose is a text with the placeholders filled in: the body of the message that is answered, and the number of the
// one that is published.
func Compose(text, body string, n int) string {
	return strings.NewReplacer(bodyText, body, numberText, strconv.Itoa(n)).Replace(text)
}

// Publishes reports whether the consumer publishes anything of its own.
func (c *Consumer) Publishes() bool {
	return c.Reply != nil || slices.ContainsFunc(c.Rules(), func(r *Rule) bool { return r.Do.Publish != nil })
}

// RepliesFirst reports whether the consumer replies before it acknowledges.
func (c *Consumer) RepliesFirst() bool { return c.ReplyFirst == nil || *c.ReplyFirst }

// DirectReplyTo is the pseudo-queue of RabbitMQ's direct reply-to.
const DirectReplyTo = "amq.rabbitmq.reply-to"

// Replies are where the answers to what a publisher asks come to: amq.rabbitmq.reply-to, true for a queue of its own,
// or a queue.
type Replies struct {
	// Pos is where they are written.
	Pos Position
	// Direct is set where answers come without a queue.
	Direct bool
	// Queue that answers come to, if they come to one.
	Queue Queue
}

func (r *Replies) decodeNode(d *decoder, n *yaml.Node, path string) {
	r.Pos = d.pos(n)
	if n.Kind == yaml.MappingNode {
		d.structure(n, reflect.ValueOf(&r.Queue).Elem(), path)
		return
	}
	switch own := n.Tag == "!!bool" && strings.EqualFold(n.Value, "true"); {
	case own:
		r.Queue = Queue{Pos: r.Pos, Declare: true, Exclusive: true}
	case n.Kind == yaml.ScalarNode && n.Value == DirectReplyTo:
		r.Direct = true
	default:
		d.errorf(n, "want %s, true for a queue of its own, or a queue such as {name: answers}, not %s%s", DirectReplyTo, kindOf(n), d.didYouMean(n.Value, []string{DirectReplyTo}))
	}
}

// Name of the queue that answers come to; it is empty where the broker makes one up.
func (r *Replies) Name() string {
	if r.Direct {
		return DirectReplyTo
	}
	return r.Queue.Name
}

// republishes checks an answer that publishes.
func (c *checker) republishes(a *Consumer, do *Answer) {
	if do.Publish == nil {
		return
	}
	switch {
	case do.ordered && a.Ack.Mode == AckAuto:
		c.mistake(do.Pos, "under automatic acknowledgement there is no ack, so neither then: ack nor first has an effect")
	case do.ordered && a.Ack.Mode == AckFirst:
		c.mistake(do.Pos, "the consumer acknowledges first (ack), so neither then: ack nor first has an effect")
	case do.First && a.Ack.Every > 1:
		c.mistake(do.Pos, "several messages are acknowledged at one time (ack), so first has no effect")
	}
	for name, h := range do.Publish.Headers {
		if name == "" || h.Add == nil && h.Value == nil {
			c.mistake(do.Pos, "the header %s has no value", strconv.Quote(name))
		}
	}
}

// roundTrip finds a rule that publishes a message to the very queue that it comes from, each time.
func (a Answers) roundTrip(queue string) *Rule {
	for _, rule := range a {
		if rule == nil || rule.Do.Publish == nil || rule.Do.Times > 0 {
			continue
		}
		p, w := rule.Do.Publish, rule.When
		if w != nil && (len(w.Headers)+len(w.Properties) > 0 || w.Message != nil && p.Body != nil || w.Redelivered != nil) {
			continue
		}
		back := p.Exchange == nil && p.RoutingKey == nil
		if back || p.Exchange != nil && *p.Exchange == "" && p.RoutingKey != nil && *p.RoutingKey == queue {
			return rule
		}
	}
	return nil
}

// replies checks where a publisher has answers come to.
func (c *checker) replies(a *Publisher, path string) {
	r := a.Replies
	if r == nil {
		return
	}
	if q := &r.Queue; !r.Direct {
		switch {
		case q.Name == "" && !q.Declare:
			c.at(path+".replies", "answers need a queue: give its name, or declare it")
		case q.Bind.Wanted:
			c.at(path+".replies.bind", "answers go to the queue by its name: bind has no effect")
		}
		c.arguments(q.Arguments, path+".replies.arguments", queueArguments)
		if !q.Declare {
			c.idle(path+".replies", "durable", "exclusive", "auto_delete", "arguments")
		}
	}
	if a.Properties != nil && a.Properties.ReplyTo != "" {
		c.at(path+".properties.reply_to", "replies says already where answers come to")
	}
	for i, m := range a.Written {
		if m != nil && m.Properties != nil && m.Properties.ReplyTo != "" {
			c.at(fmt.Sprintf("%s.messages[%d].properties.reply_to", path, i), "replies says already where answers come to")
		}
	}
}

// composed are the bodies of what the consumers of an act publish of their own, as patterns.
func (a *Act) composed() (patterns []string) {
	pattern := func(text string) string {
		return strings.NewReplacer(bodyText, transcript.Any, numberText, transcript.Any).Replace(text)
	}
	for _, actor := range a.Cast {
		if actor == nil || actor.Consumer == nil {
			continue
		}
		if r := actor.Reply; r != nil {
			patterns = append(patterns, pattern(r.Body))
		}
		for _, rule := range actor.Answers {
			if rule != nil && rule.Do.Publish != nil && rule.Do.Publish.Body != nil {
				patterns = append(patterns, pattern(*rule.Do.Publish.Body))
			}
		}
	}
	return patterns
}

// composes reports whether a consumer may publish a body.
func (a *Act) composes(body string) bool {
	return slices.ContainsFunc(a.composed(), func(p string) bool { return transcript.Matches(p, body) })
}

// Again is the message that is published over a delivery, the consumer's nth, as far as something is written about
// it. Its headers are those of the delivery with what is changed.
func (r *Republished) Again(arrival *Arrival, n int) (Outgoing, error) {
	out := Outgoing{Body: arrival.Message, RoutingKey: arrival.RoutingKey, Mandatory: r.Mandatory, Headers: maps.Clone(arrival.Headers)}
	set(&out.RoutingKey, r.RoutingKey)
	if r.Body != nil {
		out.Body = Compose(*r.Body, arrival.Message, n)
	}
	if r.Properties != nil {
		out.Properties = *r.Properties
		out.Properties.number(n)
	}
	if out.Headers == nil {
		out.Headers = Arguments{}
	}
	for name, h := range r.Headers {
		switch {
		case h.Removed:
			delete(out.Headers, name)
		case h.Add == nil:
			out.Headers[name] = h.Value
		default:
			was, there := out.Headers[name]
			n, isNumber := number(reflect.ValueOf(was))
			if there && !isNumber {
				return out, fmt.Errorf("nothing can be added to the header %s, which is %v", name, was)
			}
			out.Headers[name] = int64(n) + *h.Add
		}
	}
	return out, nil
}

// ExchangeOf is the exchange that a delivery is published to again.
func (r *Republished) ExchangeOf(arrival *Arrival) string {
	exchange := arrival.Exchange
	set(&exchange, r.Exchange)
	return exchange
}
