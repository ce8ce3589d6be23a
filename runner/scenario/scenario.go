// Package scenario is the YAML format of tutorials: its types, the strict decoder and the checks.
//
// The Go types in this package are the one definition of the format. [Decode] turns a file into
// them or reports every mistake in it at once, each with its place; the JSON Schema for editors and
// the reference page are generated from the types and their comments (package schema).
package scenario

import (
	"cmp"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"

	"tutor/runner/fate"
)

// Scenario is one tutorial: one YAML file.
type Scenario struct {
	// Pos is where the scenario starts in its file.
	Pos Position `yaml:"-"`
	// Title of the tutorial, one line.
	Title string `yaml:"title" jsonschema:"required"`
	// About is the teaching text: what to watch and why it happens.
	About string `yaml:"about"`
	// Clock of all acts that do not name their own: virtual (default) or real.
	Clock Clock `yaml:"clock"`
	// Timeout of each act that does not name its own. Default 60s; at the real clock, 60s more than the act
	// is written to take.
	Timeout Duration `yaml:"timeout"`
	// Broker says what the target must provide for all acts that do not name their own.
	Broker *Broker `yaml:"broker"`
	// Topology is what is there before the cast of each act starts.
	Topology *Topology `yaml:"topology"`
	// Reads are the files that bodies and definitions come from, relative to the scenario's.
	Reads []string `yaml:"-"`
	// Acts are played one after the other, each on an empty broker.
	Acts []*Act `yaml:"acts" jsonschema:"required"`

	// file is what was decoded, with all acts written out.
	file *yaml.Node
}

// Act is one run on an empty broker: its cast is started in order, each actor when the one before it
// is ready, and the act ends when all publishers are done and nothing moves any more.
type Act struct {
	// Pos is where the act starts in its file.
	Pos Position `yaml:"-"`
	// Name of the act, unique within the scenario.
	Name string `yaml:"name" jsonschema:"required"`
	// About is the teaching text of this act.
	About string `yaml:"about"`
	// Like names another act that this one is like but for what change says: it takes over what it does not say
	// itself, but for name, about, knobs, ask, and what is expected. That act may be like one in turn.
	Like string `yaml:"like"`
	// Change is what is different in an act that is like another one: what an actor has, by its name, the topology and
	// the steps. What is null is taken away.
	Change Change `yaml:"change"`
	// Clock is virtual or real. Default: the scenario's. A broker's own time does not pass on the
	// virtual clock: an act in which a time to live, an x-expires or a consumer time-out is over before the act
	// is needs the real clock, and is an error without it.
	Clock Clock `yaml:"clock"`
	// Timeout is how long the act may go on, waiting included, before it is given up as an error.
	// Default: the scenario's.
	Timeout Duration `yaml:"timeout"`
	// Broker says what the target must provide for this act, instead of what the scenario says.
	// Default: the scenario's.
	Broker *Broker `yaml:"broker"`
	// Topology is what is there before the cast starts, beside what the scenario says.
	Topology *Topology `yaml:"topology"`
	// Cast is the actors in starting order. Default: that of the act that this one is like.
	Cast []*Actor `yaml:"cast"`
	// Steps order the act where it is more than "start the cast in order".
	Steps []*Step `yaml:"steps"`
	// Knobs are what readers may turn, one at a time, by what they are called. Every position of each can be played.
	Knobs map[string]*Knob `yaml:"knobs"`
	// Ask is what readers are asked before the act is played. The answers come from what is observed. Default: what
	// becomes of a message that meets another fate than most.
	Ask []*Question `yaml:"ask"`
	// Expect says what must be observed.
	Expect Expectations `yaml:"expect" jsonschema:"required"`

	places places
	// open is set where nothing is expected but that the act comes to its end.
	open bool
}

// IsOpen reports whether nothing is expected of the act but that it comes to its end, as in a position of a knob
// that says nothing else.
func (a *Act) IsOpen() bool { return a.open }

// Broker is what the target must provide before the act begins.
type Broker struct {
	// Pos is where the block starts.
	Pos Position `yaml:"-"`
	// TLS asks for a TLS listener.
	TLS bool `yaml:"tls"`
	// Vhosts are the virtual hosts by name. Without any there is "/".
	Vhosts map[string]*Vhost `yaml:"vhosts"`
	// Permit says whether the broker permits deprecated features, by RabbitMQ's names for them, as its
	// setting deprecated_features.permit does. Default: as the broker is configured.
	Permit map[Feature]bool `yaml:"permit"`
	// Users are the users by name, beside the guest, who may do everything in every vhost.
	Users map[string]*User `yaml:"users"`
}

// Feature is a feature of RabbitMQ's that is deprecated, by its name there.
type Feature string

// Vhost is a virtual host with its limits.
type Vhost struct {
	// MaxConnections limits the connections to the vhost. Default: no limit.
	MaxConnections *int `yaml:"max_connections" jsonschema:"minimum=0"`
	// MaxQueues limits the queues in the vhost. Default: no limit.
	MaxQueues *int `yaml:"max_queues" jsonschema:"minimum=0"`
}

// Limited reports whether the vhost has a limit; one that is only named, nil, has none.
func (v *Vhost) Limited() bool { return v != nil && (v.MaxConnections != nil || v.MaxQueues != nil) }

// User is a user with permissions and limits.
type User struct {
	// Password of the user.
	Password string `yaml:"password" jsonschema:"required"`
	// Permissions of the user, by vhost. Without an entry the user has no access to that vhost.
	Permissions map[string]*Permission `yaml:"permissions"`
	// MaxConnections limits the user's connections. Default: no limit.
	MaxConnections *int `yaml:"max_connections" jsonschema:"minimum=0"`
	// MaxChannels limits the user's channels. Default: no limit.
	MaxChannels *int `yaml:"max_channels" jsonschema:"minimum=0"`
}

// Permission is what a user may do in a vhost: three regular expressions over names of queues and
// exchanges. An empty expression permits nothing.
type Permission struct {
	// Configure permits to declare and delete.
	Configure string `yaml:"configure"`
	// Write permits to publish, and to bind to.
	Write string `yaml:"write"`
	// Read permits to consume, purge, and to bind from.
	Read string `yaml:"read"`
}

// Actor is a publisher, a consumer or a client: exactly one of them is set.
type Actor struct {
	*Consumer
	*Publisher
	*Client
}

// isNone reports whether an actor has no part, since its kind is not known.
func (a *Actor) isNone() bool { return a.Consumer == nil && a.Publisher == nil && a.Client == nil }

// Name of the actor, unique in its act.
func (a *Actor) Name() string {
	switch {
	case a.Consumer != nil:
		return a.Consumer.Name
	case a.Client != nil:
		return a.Client.Name
	}
	return a.Publisher.Name
}

// Common is what all actors share.
func (a *Actor) Common() *Common {
	switch {
	case a.Consumer != nil:
		return &a.Consumer.Common
	case a.Client != nil:
		return &a.Client.Common
	}
	return &a.Publisher.Common
}

// Queues are those that the actor declares or uses: its own, and that of the answers to what it asks.
func (a *Actor) Queues() []*Queue {
	queues := []*Queue{&a.Common().Queue}
	if a.Publisher != nil && a.Replies != nil && !a.Replies.Direct {
		queues = append(queues, &a.Replies.Queue)
	}
	return queues
}

// Vhost is the one that the actor connects to, by the scenario's name.
func (a *Actor) Vhost() string { return cmp.Or(a.Common().Connect.Vhost, "/") }

// Common is what all actors share: how they connect and what they declare.
type Common struct {
	// Pos is where the actor starts in its file.
	Pos Position `yaml:"-"`
	// Delay is how long after its turn the actor is started.
	Delay Duration `yaml:"delay"`
	// Connect says as whom, where and how the actor connects. Default: guest on vhost / without TLS.
	Connect Connect `yaml:"connect"`
	// Exchange the actor publishes to or binds its queue to. Default: the default exchange, which
	// routes to the queue that is named like the routing key.
	Exchange Exchange `yaml:"exchange"`
	// Queue the actor declares, binds or consumes from.
	Queue Queue `yaml:"queue"`
	// RoutingKey to publish with, or to bind with.
	RoutingKey string `yaml:"routing_key"`
}

// Consumer is an actor that takes messages from a queue.
type Consumer struct {
	// Name of the consumer, unique in its act.
	Name   string `yaml:"consumer" jsonschema:"required"`
	Common `yaml:",inline"`
	// Prefetch is how many unacknowledged messages the broker may have sent to the consumer at one
	// time; 0 is no limit. The broker ignores it under automatic acknowledgement.
	Prefetch int `yaml:"prefetch" jsonschema:"minimum=0,maximum=65535"`
	// Ack is manual (default), auto, first, or how many messages are acknowledged at one time.
	Ack Ack `yaml:"ack"`
	// Work is how long the consumer processes each message before it acknowledges it.
	Work Duration `yaml:"work"`
	// OnceBy has the consumer remember what it has processed, and only acknowledge what comes again. Default: it
	// processes everything.
	OnceBy OnceBy `yaml:"once_by"`
	// Answers are what the consumer does with which message, if it is something else than to acknowledge it.
	Answers Answers `yaml:"answers"`
	// Reply is what the consumer replies to each message that says where to (reply_to), with its correlation id,
	// unless it refuses it. Default: nothing.
	Reply *Reply `yaml:"reply"`
	// ReplyFirst set to false has the consumer acknowledge a message before it replies. Default: true.
	ReplyFirst *bool `yaml:"reply_first"`
	// Lazy consumers take one message, hold it this long without acknowledging it, then die: short for work and
	// an answer that dies.
	Lazy Duration `yaml:"lazy"`
	// Reject lists the messages that the consumer rejects without requeueing them.
	Reject []string `yaml:"reject"`
	// Requeue lists the messages that the consumer rejects and requeues the first time they are
	// delivered to it.
	Requeue []string `yaml:"requeue"`
	// Exclusive asks to be the only consumer of the queue.
	Exclusive bool `yaml:"exclusive"`
	// Tag of the consumer. Default: the actor's name.
	Tag string `yaml:"tag"`
	// Channel is the name of a further channel of the actor's connection that it consumes, answers and publishes on;
	// steps reach it by this name. Default: the channel that the actor has from the beginning.
	Channel string `yaml:"channel"`
	// Arguments of basic.consume, such as x-priority.
	Arguments Arguments `yaml:"arguments"`
}

// Publisher is an actor that publishes messages.
type Publisher struct {
	// Name of the publisher, unique in its act.
	Name   string `yaml:"publisher" jsonschema:"required"`
	Common `yaml:",inline"`
	// Message is the body. A single message goes as it is; of several, message N goes as "N:body".
	Message string `yaml:"message"`
	// MessageSize pads the message with digits, or cuts it, to this many bytes.
	MessageSize int `yaml:"message_size" jsonschema:"minimum=0,maximum=33554432"`
	// PubName goes in front of the number: "name:N:body".
	PubName string `yaml:"pub_name"`
	// Count is how many messages are published. Default 1.
	Count *int `yaml:"count" jsonschema:"minimum=0,maximum=10000000"`
	// Interval between two messages. Default 0s: as fast as the broker takes them.
	Interval Duration `yaml:"interval"`
	// Persistent messages survive a restart of the broker, in a durable queue.
	Persistent bool `yaml:"persistent"`
	// Mandatory messages are returned if they reach no queue.
	Mandatory bool `yaml:"mandatory"`
	// Confirm asks the broker to confirm each message: true or each waits for its word before the next message, async
	// never waits, and a mapping has more. Default: false.
	Confirm Confirm `yaml:"confirm"`
	// Priority of the messages.
	Priority uint8 `yaml:"priority"`
	// Expiration is the messages' time to live. Default: none.
	Expiration *Duration `yaml:"expiration"`
	// Headers of the messages.
	Headers Arguments `yaml:"headers"`
	// Properties of the messages.
	Properties *Properties `yaml:"properties"`
	// Replies are where answers come to, which the publisher takes under automatic acknowledgement until the act is over:
	// each message says so (reply_to). Default: it does not ask for any.
	Replies *Replies `yaml:"replies"`
	// Written are given one by one, in place of message, count and interval.
	Written []*Message `yaml:"messages"`
}

// Connect says as whom, where and how an actor connects.
type Connect struct {
	// User to log in as. Default: guest.
	User string `yaml:"user"`
	// Password of the user. Default: the one the broker block gives the user. Where a login other than
	// guest's own travels without TLS, the actor prints a warning, wherever the password comes from.
	Password *string `yaml:"password"`
	// Vhost to open. Default: /.
	Vhost string `yaml:"vhost"`
	// TLS makes the connection secure.
	TLS *TLS `yaml:"tls"`
}

// TLS says how a secure connection verifies the broker.
type TLS struct {
	// Verify set to false accepts any certificate. Default: true.
	Verify *bool `yaml:"verify"`
	// CA the broker's certificate must be signed by: "broker" (default) is the one that signed it,
	// "other" one that did not.
	CA CA `yaml:"ca"`
	// ServerName the broker's certificate must carry. Default "broker": the name it does carry.
	ServerName string `yaml:"server_name"`
}

// Exchange is an exchange, and whether the actor declares it.
type Exchange struct {
	// Name of the exchange; empty is the default exchange.
	Name string `yaml:"name"`
	// Type is direct (default), fanout, topic, headers, or that of a plugin.
	Type ExchangeType `yaml:"type"`
	// Declare the exchange.
	Declare bool `yaml:"declare"`
	// Durable exchanges survive a restart of the broker.
	Durable bool `yaml:"durable"`
	// AutoDelete exchanges go with their last binding.
	AutoDelete bool `yaml:"auto_delete"`
	// Internal exchanges take no publishes, only bindings from other exchanges.
	Internal bool `yaml:"internal"`
	// Bind the exchange to others.
	Bind []*TopologyBinding `yaml:"bind"`
	// Arguments of exchange.declare, such as alternate-exchange.
	Arguments Arguments `yaml:"arguments"`
}

// Queue is a queue, and whether the actor declares and binds it.
type Queue struct {
	// Pos is where it is declared.
	Pos Position `yaml:"-"`
	// Name of the queue; when an empty name is declared the broker makes one up (amq.gen-…).
	Name string `yaml:"name"`
	// Declare the queue.
	Declare bool `yaml:"declare"`
	// Durable queues survive a restart of the broker.
	Durable bool `yaml:"durable"`
	// Exclusive queues belong to their connection and go with it.
	Exclusive bool `yaml:"exclusive"`
	// AutoDelete queues go with their last consumer.
	AutoDelete bool `yaml:"auto_delete"`
	// Bind the queue to the actor's exchange: true binds it with the actor's routing key, a text with that key, a list
	// with each of its keys, or to other exchanges and with arguments.
	Bind Bind `yaml:"bind"`
	// Arguments of queue.declare, such as x-queue-type.
	Arguments Arguments `yaml:"arguments"`
}

// Step is one step of an act: exactly one of the things that it may say, with the keys that belong to it.
type Step struct {
	// Pos is where the step starts in its file.
	Pos Position `yaml:"-"`
	// Start an actor, and wait until it is ready.
	Start string `yaml:"start"`
	// Stop an actor: its connection is closed in order.
	Stop string `yaml:"stop"`
	// How a consumer is stopped: drain has it cancel its subscription, work off and answer what it has been sent,
	// and only then close. Default: at once, with what it has not answered in its hands.
	How Leaving `yaml:"how"`
	// Kill an actor: its TCP connection is dropped.
	Kill string `yaml:"kill"`
	// Await a publisher: go on when it has published all its messages.
	Await string `yaml:"await"`
	// Wait this long.
	Wait Duration `yaml:"wait"`
	// Until waits for something to come to pass, as long as anything moves or a timer is left: then the act
	// fails. It is looked at whenever all is quiet.
	Until *Until `yaml:"until"`
	// Check compares what there is at this moment, when all is quiet, with what must be so. The act goes on whatever
	// it is like, and has failed where it differs.
	Check *Check `yaml:"check"`
	// Restart names what is restarted: broker.
	Restart string `yaml:"restart" jsonschema:"enum=broker"`

	Operation `yaml:",inline"`
}

// Leaving is how an actor is stopped.
type Leaving string

// Drain has a consumer work off what it has been sent before it leaves.
const Drain Leaving = "drain"

// Expectations are what must be observed: one mapping, or a list of them that carry `on`.
type Expectations []*Expectation

// Expectation is what must be observed in an act.
type Expectation struct {
	// Pos is where the expectation starts in its file.
	Pos Position `yaml:"-"`
	// On says for which targets the expectation counts, as in "rabbitmq >=4.0" or "embedded".
	// The first expectation that fits counts; one without on fits always.
	On Condition `yaml:"on"`
	// Transcript is the lines each actor must print. Actors that are not named are not compared.
	Transcript map[string]*Transcript `yaml:"transcript"`
	// Fates is what must become of the messages. If given, fates that are not named must not occur.
	Fates map[fate.Fate]*Messages `yaml:"fates"`
	// Deliveries are what must come to each actor, with all that the broker says of it. Actors that are not named
	// are not compared.
	Deliveries map[string]*Deliveries `yaml:"deliveries"`
	// Deaths are why queues must have let go of messages, by the body. Messages that are not named are not compared.
	Deaths map[string]*Deaths `yaml:"deaths"`
	// Queues are what queues must be like at the end, when nothing moves any more. Those that are not named are not
	// compared.
	Queues map[string]*QueueState `yaml:"queues"`
	// Confirms are what the broker must have told publishers of what they published. Those that are not named are not
	// compared.
	Confirms map[string]*ExpectedConfirms `yaml:"confirms"`
	// FatesPos is where the fates start in their file; where they are not given, the expectation.
	FatesPos Position `yaml:"-"`
}

// IsBlank reports whether nothing is expected, as in a scenario that is being written.
func (e *Expectation) IsBlank() bool {
	return len(e.Transcript) == 0 && len(e.Fates) == 0 && len(e.Deliveries) == 0 && len(e.Deaths) == 0 && len(e.Queues) == 0 && len(e.Confirms) == 0
}

// Transcript is the lines that an actor must print: just a text, or a mapping.
type Transcript struct {
	// Pos is where the expected lines start in their file.
	Pos Position `yaml:"-"`
	// Lines expected; <any> matches any run of characters.
	Lines []string `yaml:"lines" jsonschema:"required"`
	// Unordered compares the lines without their order.
	Unordered bool `yaml:"unordered"`
}

// Messages are the copies that must meet a fate: a list of bodies (a body once for each copy), a
// mapping from bodies to numbers of copies, or just the number of copies.
type Messages struct {
	// Pos is where the messages start in their file.
	Pos Position `yaml:"-"`
	// Total number of copies.
	Total int
	// Copies by body; nil where only the total is given.
	Copies map[string]int
}

// Clock is how time passes in an act.
type Clock string

const (
	// Virtual time passes as fast as the broker answers.
	Virtual Clock = "virtual"
	// Real time passes as the scenario is written.
	Real Clock = "real"
	// OfBroker is for acts about the broker's own time: it is virtual where the broker lives by the act's clock,
	// which the embedded one does, and real elsewhere. An act of which it can be derived needs not say so.
	OfBroker Clock = "broker"
)

// ExchangeType is the type of an exchange, by which it routes. Plugins have more than AMQP.
type ExchangeType string

// The exchange types of AMQP.
const (
	Direct  ExchangeType = "direct"
	Fanout  ExchangeType = "fanout"
	Topic   ExchangeType = "topic"
	Headers ExchangeType = "headers"
)

// ExchangeTypes lists them.
func ExchangeTypes() []string {
	return []string{string(Direct), string(Fanout), string(Topic), string(Headers)}
}

// CA names a certificate authority.
type CA string

const (
	// CABroker signed the broker's certificate.
	CABroker CA = "broker"
	// CAOther did not.
	CAOther CA = "other"
)

// Arguments are the optional arguments of an AMQP method, or a message's headers.
//
// Values are bool, int64, float64, string, []any and map[string]any.
type Arguments map[string]any

// Duration is a time span, written as Go writes it: 3s, 1m30s, 250ms.
type Duration time.Duration

// Std is the duration as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

func (d Duration) String() string { return time.Duration(d).String() }

// Messages is how many messages the publisher publishes.
func (p *Publisher) Messages() int {
	if len(p.Written) > 0 {
		return len(p.Written)
	}
	if p.Count == nil {
		return 1
	}
	return *p.Count
}

// Body is the publisher's nth message, counted from 1, as it is shown.
func (p *Publisher) Body(n int) string {
	if len(p.Written) > 0 {
		return p.Written[n-1].Body.Shown()
	}
	var memory [128]byte // most fit into it
	body := memory[:0]
	if p.Count != nil && *p.Count > 1 {
		if p.PubName != "" {
			body = append(append(body, p.PubName...), ':')
		}
		body = append(strconv.AppendInt(body, int64(n), 10), ':')
	}
	return string(fit(append(body, p.Message...), p.MessageSize))
}

// fit pads a text with digits or cuts it to a size, if one is given.
func fit(body []byte, size int) []byte {
	if size == 0 {
		return body
	}
	const digits = "0123456789"
	for len(body) < size {
		body = append(body, digits[len(body)%len(digits):]...)
	}
	return body[:size]
}
