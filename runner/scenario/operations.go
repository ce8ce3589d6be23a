package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Client is an actor that connects, opens a channel and waits: it does what steps tell it to, and nothing else.
// What it is sent remains in its hands until a step answers.
type Client struct {
	// Name of the client, unique in its act.
	Name   string `yaml:"client" jsonschema:"required"`
	Common `yaml:",inline"`
}

// Operation is what a step has an actor, or the runner itself, do at the broker: one of AMQP's methods. A step is
// done when the broker has answered it, or for what is not answered, when all that it causes has come to pass.
type Operation struct {
	// By is the actor who does it. Without it the runner does so, on a connection of its own that no
	// transcript shows; that goes for bind, unbind, declare, purge and delete only.
	By string `yaml:"by"`
	// Channel is the name of the actor's channel that it is done on; one that is not there is opened.
	// Default: the channel that the actor has from the beginning, or that a delivery came on.
	Channel string `yaml:"channel"`

	// Publish a message: just its body, or a mapping. What a publisher says of all its messages does not count.
	Publish *Message `yaml:"publish"`
	// Exchange to publish to. Default: the actor's.
	Exchange *string `yaml:"exchange"`
	// RoutingKey to publish with. Default: the actor's.
	RoutingKey *string `yaml:"routing_key"`
	// Mandatory messages are returned if they reach no queue.
	Mandatory bool `yaml:"mandatory"`

	// Get a message from a queue, if there is one.
	Get string `yaml:"get"`
	// As is a name for the message that is got, by which later steps of the actor answer it.
	As string `yaml:"as"`

	// Consume from a queue. What comes is in the client's hands until a step answers it; under automatic
	// acknowledgement it is handled.
	Consume string `yaml:"consume"`
	// Tag of the consumer. Default: the actor's name.
	Tag string `yaml:"tag"`
	// Exclusive asks to be the only consumer of the queue.
	Exclusive bool `yaml:"exclusive"`
	// Arguments of basic.consume, such as x-priority.
	Arguments Arguments `yaml:"arguments"`
	// Cancel a consumer, by its tag; true is the one whose tag is the default.
	Cancel string `yaml:"cancel"`

	// Ack acknowledges a delivery: the name that it was given (as), or its text, which is the latest delivery
	// of it to the actor. In a step that gets or consumes it is manual (default) or auto.
	Ack string `yaml:"ack"`
	// Nack refuses a delivery by basic.nack.
	Nack string `yaml:"nack"`
	// Reject refuses a delivery by basic.reject.
	Reject string `yaml:"reject"`
	// Multiple answers all deliveries up to this one, too.
	Multiple bool `yaml:"multiple"`
	// Requeue has the message put back. Default: false for nack and reject, true for recover.
	Requeue *bool `yaml:"requeue"`
	// Recover has all that is unacknowledged on the channel put back.
	Recover bool `yaml:"recover"`

	// Prefetch is how many unacknowledged messages consumers to come may have at one time.
	Prefetch *int `yaml:"prefetch" jsonschema:"minimum=0,maximum=65535"`
	// Global has all consumers of the channel share the prefetch.
	Global bool `yaml:"global"`
	// Confirm has what is published on the channel confirmed.
	Confirm bool `yaml:"confirm"`
	// Tx is what is done with a transaction: select, commit or rollback.
	Tx Transaction `yaml:"tx"`

	// Declare a queue or an exchange.
	Declare *Declaration `yaml:"declare"`
	// Passive only asks whether it is there, and how a queue does.
	Passive bool `yaml:"passive"`
	// Bind a queue, or an exchange, to an exchange.
	Bind *Binding `yaml:"bind"`
	// Unbind takes a binding away.
	Unbind *Binding `yaml:"unbind"`
	// Purge a queue of the messages that are ready in it.
	Purge *Purging `yaml:"purge"`
	// Delete a queue or an exchange.
	Delete *Deletion `yaml:"delete"`
	// Close the channel, or the connection.
	Close Closable `yaml:"close"`
}

// Declaration is a queue or an exchange that a step declares.
type Declaration struct {
	// Queue is the name of a queue; when it is empty the broker makes one up.
	Queue *string `yaml:"queue"`
	// Exchange is the name of an exchange.
	Exchange string `yaml:"exchange"`
	// Type of the exchange. Default: direct.
	Type ExchangeType `yaml:"type"`
	// Durable queues and exchanges survive a restart of the broker.
	Durable bool `yaml:"durable"`
	// Exclusive queues belong to their connection and go with it.
	Exclusive bool `yaml:"exclusive"`
	// AutoDelete queues go with their last consumer, exchanges with their last binding.
	AutoDelete bool `yaml:"auto_delete"`
	// Internal exchanges take no publishes, only bindings from other exchanges.
	Internal bool `yaml:"internal"`
	// Arguments of queue.declare or exchange.declare.
	Arguments Arguments `yaml:"arguments"`
}

// Binding leads from an exchange to a queue, or to another exchange.
type Binding struct {
	// Queue that is bound.
	Queue string `yaml:"queue"`
	// Exchange that is bound.
	Exchange string `yaml:"exchange"`
	// From is the exchange that messages come from.
	From string `yaml:"from" jsonschema:"required"`
	// Key to bind with.
	Key string `yaml:"key"`
	// Arguments of the binding, such as x-match.
	Arguments Arguments `yaml:"arguments"`
}

// Purging says which queue is purged.
type Purging struct {
	// Queue to purge.
	Queue string `yaml:"queue" jsonschema:"required"`
}

// Deletion is what a step deletes.
type Deletion struct {
	// Queue to delete.
	Queue string `yaml:"queue"`
	// Exchange to delete.
	Exchange string `yaml:"exchange"`
	// IfUnused deletes nothing that has consumers, or bindings.
	IfUnused bool `yaml:"if_unused"`
	// IfEmpty deletes no queue that has messages.
	IfEmpty bool `yaml:"if_empty"`
}

// Transaction is what is done with a transaction.
type Transaction string

// What is done with a transaction.
const (
	// TxSelect begins transactions on the channel.
	TxSelect Transaction = "select"
	// TxCommit has what was published and answered count.
	TxCommit Transaction = "commit"
	// TxRollback forgets what was published and answered.
	TxRollback Transaction = "rollback"
)

// Closable is what can be closed.
type Closable string

// What can be closed.
const (
	// CloseChannel closes the channel.
	CloseChannel Closable = "channel"
	// CloseConnection closes the connection, and the actor leaves.
	CloseConnection Closable = "connection"
)

func (Transaction) words() []string { return []string{"select", "commit", "rollback"} }
func (Closable) words() []string    { return []string{"channel", "connection"} }

// Outgoing is the message that a step publishes, the actor's nth, by a routing key if it names no other.
func (o *Operation) Outgoing(key string, n int) Outgoing {
	set(&key, o.RoutingKey)
	out := Outgoing{Body: string(o.Publish.Body), RoutingKey: key, Mandatory: o.Mandatory}
	o.Publish.address(&out)
	if out.Properties != (Properties{}) {
		out.Properties.number(n)
	}
	return out
}

// CancelledTag is the tag of the consumer that a step cancels.
func (o *Operation) CancelledTag() string {
	if o.Cancel == "true" {
		return o.By
	}
	return o.Cancel
}

// ConsumerTag is the tag with which a step consumes.
func (o *Operation) ConsumerTag() string { return cmp.Or(o.Tag, o.By) }

// Answered is the delivery that a step acknowledges or refuses, by its name or text; empty if it does neither.
func (o *Operation) Answered() string {
	if o.takes() {
		return ""
	}
	return cmp.Or(o.Ack, o.Nack, o.Reject)
}

// takes reports whether a step takes messages, so that its ack is a mode.
func (o *Operation) takes() bool { return o.Get != "" || o.Consume != "" }

// IsAutomatic reports whether what the step takes is acknowledged automatically.
func (o *Operation) IsAutomatic() bool { return o.takes() && o.Ack == string(AckAuto) }

// operation is what is to be known of a kind of operations, beside its [Verb].
type operation struct {
	// keys may be given beside the verb's own, by and channel.
	keys []string
	// backstage is set where the runner itself may do it.
	backstage bool
}

// operations are the kinds of operations by the keys of their verbs.
func operations() map[string]operation {
	return map[string]operation{
		"publish":  {keys: []string{"exchange", "routing_key", "mandatory"}},
		"get":      {keys: []string{"ack", "as"}},
		"consume":  {keys: []string{"tag", "ack", "exclusive", "arguments"}},
		"cancel":   {},
		"ack":      {keys: []string{"multiple"}},
		"nack":     {keys: []string{"multiple", "requeue"}},
		"reject":   {keys: []string{"requeue"}},
		"recover":  {keys: []string{"requeue"}},
		"prefetch": {keys: []string{"global"}},
		"confirm":  {},
		"tx":       {},
		"declare":  {keys: []string{"passive"}, backstage: true},
		"bind":     {backstage: true},
		"unbind":   {backstage: true},
		"purge":    {backstage: true},
		"delete":   {backstage: true},
		"close":    {},
	}
}

// operationVerbs are the lines of [Verbs] for operations. Those that take messages come before ack, which is a
// mode there.
func operationVerbs() []Verb {
	return []Verb{
		{"publish", AnOperation, "publish %s", func(s *Step) string { return whenGiven(s.Publish, (*Message).String) }},
		{"get", AnOperation, "get a message from %s", func(s *Step) string { return s.Get }},
		{"consume", AnOperation, "consume from %s", func(s *Step) string { return s.Consume }},
		{"cancel", AnOperation, "cancel the consumer %s", func(s *Step) string { return s.Cancel }},
		{"ack", AnOperation, "acknowledge %s", func(s *Step) string { return s.Ack }},
		{"nack", AnOperation, "refuse %s (nack)", func(s *Step) string { return s.Nack }},
		{"reject", AnOperation, "reject %s", func(s *Step) string { return s.Reject }},
		{"recover", AnOperation, "recover what is unacknowledged (%s)", func(s *Step) string { return whenTrue(s.Recover) }},
		{"prefetch", AnOperation, "set the prefetch to %s", func(s *Step) string {
			return whenGiven(s.Prefetch, func(n *int) string { return strconv.Itoa(*n) })
		}},
		{"confirm", AnOperation, "ask for confirms (%s)", func(s *Step) string { return whenTrue(s.Confirm) }},
		{"tx", AnOperation, "transaction: %s", func(s *Step) string { return string(s.Tx) }},
		{"declare", AnOperation, "declare %s", func(s *Step) string { return whenGiven(s.Declare, (*Declaration).String) }},
		{"bind", AnOperation, "bind %s", func(s *Step) string { return whenGiven(s.Bind, (*Binding).String) }},
		{"unbind", AnOperation, "unbind %s", func(s *Step) string { return whenGiven(s.Unbind, (*Binding).String) }},
		{"purge", AnOperation, "purge %s", func(s *Step) string { return whenGiven(s.Purge, (*Purging).String) }},
		{"delete", AnOperation, "delete %s", func(s *Step) string { return whenGiven(s.Delete, (*Deletion).String) }},
		{"close", AnOperation, "close the %s", func(s *Step) string { return string(s.Close) }},
	}
}

func whenGiven[T any](v *T, text func(*T) string) string {
	if v == nil {
		return ""
	}
	return text(v)
}

func whenTrue(b bool) string {
	if !b {
		return ""
	}
	return "true"
}

func (m *Message) String() string { return cmp.Or(m.Body.Shown(), `""`) }

func (d *Declaration) String() string {
	if d.Queue != nil {
		return "queue " + cmp.Or(*d.Queue, "(with a name of the broker's)")
	}
	return "exchange " + d.Exchange
}

func (b *Binding) String() string {
	what := "queue " + b.Queue
	if b.Exchange != "" {
		what = "exchange " + b.Exchange
	}
	text := strings.TrimSpace(fmt.Sprintf("%s to %s %s", what, b.From, b.Key))
	if len(b.Arguments) > 0 {
		text += " " + b.Arguments.String()
	}
	return text
}

func (p *Purging) String() string { return "queue " + p.Queue }

func (d *Deletion) String() string {
	if d.Exchange != "" {
		return "exchange " + d.Exchange
	}
	return "queue " + d.Queue
}

// isMode reports whether the ack of a step is not its verb.
func (c *checker) isMode(path, key string) bool {
	return key == "ack" && (c.given(path+".get") || c.given(path+".consume"))
}

// operation checks a step that has somebody do something at the broker.
func (c *checker) operation(s *Step, verb Verb, path string, cast *cast, scene *scene) {
	kind := operations()[verb.Key]
	c.onlyKeys(path, verb.Key, kind)
	switch {
	case s.By == "" && !kind.backstage:
		c.at(path, "%s needs by: who does it", verb.Key)
		return
	case s.By == "" && c.given(path+".channel"):
		c.at(path+".channel", "channel has no effect without by")
	case s.By != "" && !c.refer(cast, path+".by", s.By):
		return
	case s.By != "" && !scene.started[s.By]:
		c.at(path+".by", "%s is not started before this step", s.By)
	case s.By == "" && scene.vhosts > 1:
		c.at(path, "%s needs by: the cast is in several vhosts", verb.Key)
	}
	switch {
	case s.Get != "":
		c.ackMode(s.Ack, path)
		c.named(s, path, scene)
	case s.Consume != "":
		c.ackMode(s.Ack, path)
		c.arguments(s.Arguments, path+".arguments", consumerArguments)
		if !cast.clients[s.By] && cast.known[s.By] {
			c.at(path+".by", "only a client can be told to consume: %s is none", s.By)
		}
	case s.Answered() != "":
		c.holds(s, path+"."+verb.Key, scene)
	case s.Cancel != "" && cast.further[s.By] != "" && s.Channel != cast.further[s.By]:
		c.at(path+".cancel", "%s consumes on the channel %s: give channel, too", s.By, cast.further[s.By])
	}
	c.values(s, path)
}

// scene is what steps have brought about so far.
type scene struct {
	started map[string]bool
	// names are those that deliveries were given, by actor; bodies are all that is sent.
	names  map[string]map[string]bool
	bodies func(string) bool
	// words are names and bodies that may be meant by a misspelt one.
	words  []string
	vhosts int
}

func (c *checker) scene(a *Act) *scene {
	s := &scene{started: map[string]bool{}, names: map[string]map[string]bool{}}
	vhosts := map[string]bool{}
	var publishers []*Publisher
	for _, actor := range a.Cast {
		if actor == nil || actor.isNone() {
			continue
		}
		vhosts[actor.Vhost()] = true
		if actor.Publisher != nil {
			publishers = append(publishers, actor.Publisher)
		}
	}
	s.vhosts = len(vhosts)
	published := map[string]bool{}
	for _, step := range a.Steps {
		if step != nil && step.Publish != nil {
			published[step.Publish.Body.Shown()] = true
			s.words = append(s.words, step.Publish.Body.Shown())
		}
	}
	s.words = append(s.words, samples(publishers)...)
	s.bodies = func(body string) bool {
		return published[body] || a.composes(body) || slices.ContainsFunc(publishers, func(p *Publisher) bool { return p.sends(body) })
	}
	return s
}

// onlyKeys reports keys that have no effect on what the step says.
func (c *checker) onlyKeys(path, verb string, kind operation) {
	for _, key := range operationKeys() {
		if c.given(path+"."+key) && key != "by" && key != "channel" && !slices.Contains(kind.keys, key) {
			c.at(path+"."+key, "%s has no effect on %s", key, verb)
		}
	}
}

// operationKeys are the keys of steps that no verb owns, and ack where it is a mode.
func operationKeys() []string {
	return []string{"by", "channel", "exchange", "routing_key", "mandatory", "as", "tag", "exclusive", "arguments", "multiple", "requeue", "global", "passive"}
}

func (c *checker) ackMode(mode, path string) {
	if mode != "" && mode != string(AckAuto) && mode != string(AckManual) {
		c.at(path+".ack", "%s is none of manual, auto%s", mode, c.didYouMean(mode, []string{"manual", "auto"}))
	}
}

// named enters the name of a delivery.
func (c *checker) named(s *Step, path string, scene *scene) {
	switch {
	case s.As == "":
		return
	case scene.bodies(s.As):
		c.at(path+".as", "%s is also the text of a message: give the delivery another name", s.As)
	case s.IsAutomatic():
		c.at(path+".as", "under automatic acknowledgement there is nothing to answer, so as has no effect")
	case scene.names[s.By][s.As]:
		c.at(path+".as", "%s has a delivery named %s already", s.By, s.As)
	}
	if scene.names[s.By] == nil {
		scene.names[s.By] = map[string]bool{}
	}
	scene.names[s.By][s.As] = true
	scene.words = append(scene.words, s.As)
}

// holds checks that an actor may have the delivery that a step has it answer.
func (c *checker) holds(s *Step, path string, scene *scene) {
	what := s.Answered()
	if !scene.names[s.By][what] && !scene.bodies(what) {
		c.at(path, "%s has no delivery named %s, and nobody sends such a message%s", s.By, what, c.didYouMean(what, scene.words))
	}
}

// saysSomething reports an operation whose value is empty or false.
func (c *checker) saysSomething(path string) {
	for _, v := range operationVerbs() {
		if c.given(path+"."+v.Key) && v.Key != "tx" && v.Key != "close" {
			c.at(path+"."+v.Key, "%s has an empty value, so the step says nothing", v.Key)
		}
	}
}

// values checks what mappings say.
func (c *checker) values(s *Step, path string) {
	if s.Prefetch != nil && (*s.Prefetch < 0 || *s.Prefetch > 65535) {
		c.at(path+".prefetch", "prefetch must be from 0 to 65535")
	}
	if s.Publish != nil {
		c.single(s.Publish, path)
	}
	if d := s.Declare; d != nil {
		c.declaration(d, s, path+".declare")
	}
	for key, b := range map[string]*Binding{"bind": s.Bind, "unbind": s.Unbind} {
		if b != nil {
			c.oneObject(path+"."+key, b.Queue != "", b.Exchange != "")
		}
	}
	if d := s.Delete; d != nil {
		c.oneObject(path+".delete", d.Queue != "", d.Exchange != "")
		if d.Exchange != "" && d.IfEmpty {
			c.at(path+".delete.if_empty", "an exchange holds no messages, so if_empty has no effect")
		}
	}
}

// single checks a message that a step publishes.
func (c *checker) single(m *Message, path string) {
	c.envelope(m, path+".publish")
	if c.given(path + ".publish.after") {
		c.at(path+".publish.after", "after has no effect: a step publishes when its turn comes (add - wait: %s)", m.After.String())
	}
	for _, key := range []string{"routing_key", "mandatory"} {
		if c.given(path+".publish."+key) && c.given(path+"."+key) {
			c.at(path+"."+key, "%s is written twice", key)
		}
	}
}

func (c *checker) oneObject(path string, queue, exchange bool) {
	if queue == exchange {
		c.at(path, "give a queue or an exchange")
	}
}

func (c *checker) declaration(d *Declaration, s *Step, path string) {
	c.oneObject(path, d.Queue != nil, d.Exchange != "")
	useless := []string{"exclusive"}
	known := exchangeArguments
	if d.Queue != nil {
		useless, known = []string{"type", "internal"}, queueArguments
	}
	if s.Passive {
		useless = []string{"type", "durable", "exclusive", "auto_delete", "internal", "arguments"}
	}
	for _, key := range useless {
		if c.given(path + "." + key) {
			c.at(path+"."+key, "%s has no effect here", key)
		}
	}
	if s.By == "" && (d.Exclusive || d.Queue != nil && *d.Queue == "") {
		c.at(path, "a queue that is exclusive, or whose name nobody knows, needs by: only its owner could reach it")
	}
	c.arguments(d.Arguments, path+".arguments", known)
}
