package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/transcript"
)

// Answers are what a consumer does with which message: a mapping from messages to answers, in which an exact text
// wins over one with <any>, or a list of rules, of which the first that fits counts. What no rule fits is
// acknowledged.
type Answers []*Rule

// OnceBy is by what a consumer knows what it has processed before.
type OnceBy string

// ByMessageID knows a message by its message_id; one that has none is processed each time.
const ByMessageID OnceBy = "message_id"

func (OnceBy) words() []string { return []string{"message_id"} }

// Rule is an answer, and which deliveries get it.
type Rule struct {
	// Pos is where the rule starts in its file.
	Pos Position `yaml:"-"`
	// When says what a delivery must be like. Without it, the rule fits every delivery.
	When *When `yaml:"when"`
	// Do is the answer.
	Do Answer `yaml:"do" jsonschema:"required"`
}

// When is what a delivery must be like: what is named is compared, what is not is free.
type When struct {
	// Pos is where it starts in its file.
	Pos Position `yaml:"-"`
	// Message is the body, or {json: …}, the part of a JSON document.
	Message *ExpectedBody `yaml:"message"`
	// Redelivered is the broker's mark of what it may have delivered before. Default: with or without it.
	Redelivered *bool `yaml:"redelivered"`
	// Exchange that the message came through.
	Exchange *string `yaml:"exchange"`
	// RoutingKey that the message came with.
	RoutingKey *string `yaml:"routing_key"`
	// Headers of the message.
	Headers map[string]Pattern `yaml:"headers"`
	// Properties of the message.
	Properties map[string]Pattern `yaml:"properties"`
	// Default, a number, stands for headers and properties that are not there. Default: none. Without it, they fit
	// no number.
	Default *int `yaml:"default"`
}

// Answer is what a consumer does with a delivery: a word, or a mapping that says what becomes of a refused
// message, and how often it is refused.
type Answer struct {
	// Pos is where the answer is in its file.
	Pos Position
	// Response is what the consumer does.
	Response Response
	// Requeue is set where what is refused goes back to its queue.
	Requeue bool
	// Times is how often the answer is given for each message; 0 is each time.
	Times int
	// Publish says what of the message is published again, if it is; First is set where that is done after the message
	// was acknowledged.
	Publish *Republished
	First   bool

	// ordered is set where it is written when the message is acknowledged.
	ordered bool
}

// Response is what a consumer does with a delivery.
type Response string

const (
	// Acknowledge tells the broker that the delivery is processed.
	Acknowledge Response = "ack"
	// Reject it, which its queue discards or dead-letters.
	Reject Response = "reject"
	// Nack does the same as reject, by RabbitMQ's own method.
	Nack Response = "nack"
	// Die drops the connection, with the message in hand, as soon as nothing else moves.
	Die Response = "die"
	// Hold never answers.
	Hold Response = "hold"
)

func (Response) words() []string { return []string{"ack", "reject", "nack", "die", "hold"} }

// Refusal is an answer that refuses a message: reject or nack.
type Refusal struct {
	// Reject by basic.reject.
	Reject Disposal `yaml:"reject"`
	// Nack by basic.nack.
	Nack Disposal `yaml:"nack"`
	// Times is how often each message gets this answer from this consumer. After that, the next rule counts that
	// fits. Default: each time.
	Times int `yaml:"times" jsonschema:"minimum=1,maximum=10000000"`
}

// Disposal is what becomes of a message that is refused.
type Disposal string

const (
	// Requeue has it go back to its queue.
	Requeue Disposal = "requeue"
	// Discard has its queue discard or dead-letter it.
	Discard Disposal = "discard"
)

func (Disposal) words() []string { return []string{"requeue", "discard"} }

func (a *Answers) decodeNode(d *decoder, n *yaml.Node, path string) {
	switch n.Kind {
	case yaml.SequenceNode:
		d.list(n, reflect.ValueOf((*[]*Rule)(a)).Elem(), path)
	case yaml.MappingNode:
		var answers map[string]*Answer
		d.mapping(n, reflect.ValueOf(&answers).Elem(), path)
		for _, message := range slices.SortedFunc(maps.Keys(answers), bySpecificity) {
			*a = append(*a, &Rule{Pos: d.where[join(path, message)], When: &When{Message: BodyText(message)}, Do: *answers[message]})
		}
	default:
		d.errorf(n, "answers: want a mapping from messages to answers, or a list of rules, not %s", kindOf(n))
	}
}

// bySpecificity has exact texts come before those with <any>, and of these the ones that say more.
func bySpecificity(a, b string) int {
	wilds := cmp.Compare(min(strings.Count(a, transcript.Any), 1), min(strings.Count(b, transcript.Any), 1))
	said := func(s string) int { return len(strings.ReplaceAll(s, transcript.Any, "")) }
	return cmp.Or(wilds, said(b)-said(a), cmp.Compare(a, b))
}

func (a *Answer) decodeNode(d *decoder, n *yaml.Node, path string) {
	a.Pos = d.pos(n)
	if n.Kind != yaml.MappingNode {
		d.scalar(n, reflect.ValueOf(&a.Response).Elem())
		return
	}
	for _, e := range d.entries(n) {
		if key := e.key.Value; key == "publish" || key == "then" || key == "first" {
			a.republishing(d, n, path)
			return
		}
	}
	var r Refusal
	d.structure(n, reflect.ValueOf(&r).Elem(), path)
	if (r.Reject == "") == (r.Nack == "") {
		d.errorf(n, "an answer is one of %s, or a mapping with either reject, nack or publish", strings.Join(a.Response.words(), ", "))
		return
	}
	a.limit(d, r.Times, path)
	*a = Answer{Pos: a.Pos, Response: Reject, Requeue: cmp.Or(r.Reject, r.Nack) == Requeue, Times: r.Times}
	if r.Nack != "" {
		a.Response = Nack
	}
}

// Rules are what a consumer answers by, with its short forms written out.
func (c *Consumer) Rules() []*Rule {
	if c.Lazy > 0 {
		return []*Rule{{Pos: c.Pos, Do: Answer{Pos: c.Pos, Response: Die}}}
	}
	var rules []*Rule
	for _, body := range c.Reject {
		rules = append(rules, &Rule{When: &When{Message: BodyText(body)}, Do: Answer{Response: Reject}})
	}
	for _, body := range c.Requeue {
		rules = append(rules, &Rule{When: &When{Message: BodyText(body)}, Do: Answer{Response: Reject, Requeue: true, Times: 1}})
	}
	return append(rules, c.Answers...)
}

// Works is how long the consumer processes a message before it answers.
func (c *Consumer) Works() Duration { return cmp.Or(c.Lazy, c.Work) }

// Arrival is a delivery as rules look at it.
type Arrival struct {
	Message, Exchange, RoutingKey string
	Redelivered                   bool
	// Headers and Properties are what is there of them.
	Headers, Properties map[string]any
}

// Fits reports whether a rule is about a delivery.
func (r *Rule) Fits(a *Arrival) bool {
	w := r.When
	if w == nil {
		return true
	}
	return (w.Message == nil || w.Message.Fits(a.Message)) && fitsIfGiven(w.Exchange, a.Exchange) && fitsIfGiven(w.RoutingKey, a.RoutingKey) &&
		(w.Redelivered == nil || *w.Redelivered == a.Redelivered) &&
		w.fitsAll(w.Headers, a.Headers) && w.fitsAll(w.Properties, a.Properties)
}

func fitsIfGiven(want *string, got string) bool {
	return want == nil || NewPattern(*want).Fits(got, true)
}

func (w *When) fitsAll(want map[string]Pattern, got map[string]any) bool {
	for name, pattern := range want {
		value, there := got[name]
		if pattern.Fits(value, there) {
			continue
		}
		if there || w.Default == nil || !pattern.Fits(*w.Default, true) {
			return false
		}
	}
	return true
}

// mistake reports what is wrong at a place.
func (c *checker) mistake(pos Position, format string, args ...any) {
	c.errs = append(c.errs, Error{Pos: pos, Msg: fmt.Sprintf(format, args...)})
}

// answers checks what a consumer answers.
func (c *checker) answers(a *Consumer, path string) {
	for _, key := range []string{"reject", "requeue"} {
		if c.given(path+".answers") && c.given(path+"."+key) {
			c.at(path+"."+key, "%s is short for answers: write it there", key)
		}
	}
	for i, rule := range a.Answers {
		if rule == nil {
			continue
		}
		c.possible(a, &rule.Do)
		c.republishes(a, &rule.Do)
		c.when(rule.When, fmt.Sprintf("%s.answers[%d].when", path, i))
		if rule.When == nil && rule.Do.Times == 0 && i < len(a.Answers)-1 {
			c.mistake(rule.Pos, "a rule without when: fits every delivery, so those after it never count")
		}
	}
}

// possible checks that a consumer's way to acknowledge leaves room for an answer.
func (c *checker) possible(a *Consumer, do *Answer) {
	if do.Response == "" || do.Response == Acknowledge || do.Response == Die {
		return
	}
	switch a.Ack.Mode {
	case AckAuto:
		c.mistake(do.Pos, "under automatic acknowledgement there is no answer but to die: %s has no effect", do.Response)
	case AckFirst:
		c.mistake(do.Pos, "what is acknowledged first has its answer: %s has no effect", do.Response)
	}
}

func (c *checker) when(w *When, path string) {
	if w == nil {
		return
	}
	known := PropertyNames()
	for _, name := range slices.Sorted(maps.Keys(w.Properties)) {
		if !slices.Contains(known, name) {
			c.at(path+".properties."+name, "there is no property %s%s", name, c.didYouMean(name, known))
		}
	}
	if w.Default != nil && len(w.Headers) == 0 && len(w.Properties) == 0 {
		c.at(path+".default", "default stands for headers and properties that are not there, and none are named")
	}
}

// PropertyNames are the properties of messages that a rule may look at.
func PropertyNames() []string {
	return []string{
		"content_type", "content_encoding", "delivery_mode", "priority", "correlation_id", "reply_to", "expiration",
		"message_id", "timestamp", "type", "user_id", "app_id",
	}
}

// endless refuses answers that are given again and again, in an act that nothing would end.
func (c *checker) endless(a *Act, path string) {
	for _, actor := range a.Cast {
		if actor == nil || actor.Consumer == nil || a.waitsFor(actor.Consumer) {
			continue
		}
		if rule := actor.Answers.endless(); rule != nil {
			c.mustEnd(rule, a.limitsDeliveries(actor))
		}
		if rule := actor.Answers.roundTrip(actor.Common().Queue.Name); rule != nil {
			c.mistake(rule.Do.Pos, "this answer publishes the message to where it has come from, without end: give it times, a condition (when) that what is published does not meet, or the act an until step")
		}
	}
}

func (c *checker) mustEnd(rule *Rule, limited bool) {
	switch {
	case !limited:
		c.mistake(rule.Do.Pos, "this answer repeats without end: give it times, the queue an x-delivery-limit, or the act a step until the consumer has received so many")
	case rule.Do.Response == Nack:
		c.mistake(rule.Do.Pos, "this answer repeats without end: from RabbitMQ 4.3 on, a nack does not count for x-delivery-limit; give it times, or the act a step until the consumer has received so many")
	}
}

// waitsFor reports whether a step waits for something while a consumer gives back what comes back to it: either for it
// to have come so far, or for anything while it works.
func (a *Act) waitsFor(c *Consumer) bool {
	return slices.ContainsFunc(a.Steps, func(s *Step) bool {
		return s != nil && s.Until != nil && (c.Works() > 0 || s.Until.Actor == c.Name && s.Until.Received != nil)
	})
}

// GoesOn reports whether a message may be given back, or published to where it came from, by the same rule again and
// again.
func (c *Consumer) GoesOn() bool {
	return c.Answers.endless() != nil || c.Answers.roundTrip(c.Queue.Name) != nil
}

// endless is the first rule that a message may be given back by again and again, if there is one.
func (a Answers) endless() *Rule {
	for _, rule := range a {
		switch {
		case rule == nil:
		case rule.Do.Requeue && rule.Do.Times == 0 && !rule.isFor(false):
			return rule
		case rule.Do.Times == 0 && rule.isFor(true) && reflect.DeepEqual(*rule.When, When{Pos: rule.When.Pos, Redelivered: rule.When.Redelivered}):
			return nil // whatever has come back ends here
		}
	}
	return nil
}

// isFor reports whether the rule is only for what is redelivered, or is not.
func (r *Rule) isFor(redelivered bool) bool {
	return r.When != nil && r.When.Redelivered != nil && *r.When.Redelivered == redelivered
}

// limitsDeliveries reports whether an actor's queue is declared with a limit to how often messages come back.
func (a *Act) limitsDeliveries(consumer *Actor) bool {
	name := consumer.Common().Queue.Name
	return slices.ContainsFunc(a.Cast, func(other *Actor) bool {
		if other == nil || other.isNone() {
			return false
		}
		q := other.Common().Queue
		limit, limited := q.Arguments["x-delivery-limit"].(int64)
		return limited && limit >= 0 && q.Declare && q.Name == name && other.Vhost() == consumer.Vhost() && (name != "" || other == consumer)
	})
}

// exactly are the messages that a rule names, with the places where it does so.
func (r *Rule) exactly() (message string, ok bool) {
	if r == nil || r.When == nil || r.When.Message == nil {
		return "", false
	}
	text, ok := r.When.Message.Text()
	return text, ok && !strings.Contains(text, transcript.Any)
}
