package byhand

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"tutor/runner/scenario"
)

// flag is a flag of the hand tools, and the field that it stands for. How the tools read it, and how a
// scenario's actor is written with it, both follow from this.
type flag struct {
	name, short string
	// initial is the value of the flag where it is not given.
	initial string
	help    string
	tool    tool
	field   func(*Part) value
	// needs is what the flag has no effect without, if there is such a thing.
	needs need
	// always has the flag written even if its value is the initial one.
	always bool
}

// tool says which of the two programs has a flag.
type tool int

const (
	both tool = iota
	con
	pub
)

// has reports whether the tool that plays the part has the flag.
func (f *flag) has(p *Part) bool {
	return f.tool == both || (f.tool == con) == (p.Actor.Consumer != nil)
}

// word is how the flag is written.
func (f *flag) word() string {
	if f.short != "" {
		return "-" + f.short
	}
	return "--" + f.name
}

// isSet reports whether the flag says something of a part that is not so without it.
func (f *flag) isSet(p *Part) bool { return f.field(p).get() != f.initial }

// check finds the flag wrong, or in vain.
func (f *flag) check(p *Part) error {
	v := f.field(p)
	if v.wrong != nil {
		if wrong := v.wrong(); wrong != "" {
			return fmt.Errorf("--%s %s: %s", f.name, v.shown(), wrong)
		}
	}
	if f.needs.refusal != "" && f.isSet(p) && !f.needs.of(p) {
		return errors.New(f.needs.refusal)
	}
	return nil
}

// need is a condition under which flags have an effect.
type need struct {
	isMet func(*Part) bool
	// refusal is what is said to somebody who gives a flag in vain. Without one the flag is ignored.
	refusal string
}

func (n need) of(p *Part) bool { return n.isMet == nil || n.isMet(p) }

var (
	someExchange     = need{func(p *Part) bool { return p.common().Exchange.Name != "" }, ""}
	namedExchange    = need{someExchange.isMet, "--create-exchange needs --exchange: the default exchange is always there"}
	declaredExchange = need{func(p *Part) bool { return someExchange.isMet(p) && p.common().Exchange.Declare },
		"--durable-exchange, --nad-exchange, --internal and --exchange-arguments need --create-exchange"}
	declaredQueue = need{func(p *Part) bool { return p.common().Queue.Declare },
		"--durable-queue, --exclusive, --nad-queue, --queue-ttl, --message-ttl and --queue-arguments need --create-queue"}
	boundQueue    = need{func(p *Part) bool { return p.common().Queue.Bind.Wanted }, "--bind-arguments needs --bind-queue"}
	aConsumer     = need{func(p *Part) bool { return p.Actor.Consumer != nil }, "--ack-auto is for consumers"}
	aPublisher    = need{func(p *Part) bool { return p.Actor.Publisher != nil }, "--mandatory and --persistent are for publishers"}
	confirms      = need{func(p *Part) bool { return p.publisher.Confirm.Asked }, "--show-confirms needs --confirm"}
	goesOn        = need{func(p *Part) bool { return p.consumer.Lazy == 0 }, "--work has no effect with --lazy: such a consumer dies over its first message"}
	answersAtWill = need{func(p *Part) bool { return goesOn.of(p) && answersLater.of(p) },
		"--reject and --requeue have no effect with --lazy, --ack-auto and --ack-first: there is nothing left to refuse"}
	answersLater = need{func(p *Part) bool { return p.consumer.Ack.Mode == "" || p.consumer.Ack.Mode == scenario.AckManual },
		"--ack-every has no effect with --ack-auto and --ack-first: each message is acknowledged by itself"}
	severalMessages = need{func(p *Part) bool { return p.publisher.Count != nil && *p.publisher.Count > 1 }, ""}
)

// flags are in the order in which they are written.
var flags = []flag{
	{name: "exchange", short: "e", help: "exchange; without one it is the default exchange, which routes to the queue of the routing key's name",
		field: func(p *Part) value { return text(&p.common().Exchange.Name) }},
	{name: "type", short: "t", initial: string(scenario.Direct), help: "type of the exchange: direct, fanout, topic, headers, or that of a plugin",
		field: func(p *Part) value { return text(&p.common().Exchange.Type) }, needs: someExchange},
	{name: "create-exchange", short: "E", initial: no, help: "declare the exchange",
		field: func(p *Part) value { return truth(&p.common().Exchange.Declare) }, needs: namedExchange},
	{name: "durable-exchange", initial: no, help: "the exchange survives a restart of the broker",
		field: func(p *Part) value { return truth(&p.common().Exchange.Durable) }, needs: declaredExchange},
	{name: "nad-exchange", initial: no, help: "the exchange is not auto-delete",
		field: func(p *Part) value { return not(&p.common().Exchange.AutoDelete) }, needs: declaredExchange},
	{name: "internal", initial: no, help: "the exchange takes messages from other exchanges only",
		field: func(p *Part) value { return truth(&p.common().Exchange.Internal) }, needs: declaredExchange},
	{name: "exchange-arguments", help: "arguments of the exchange, such as {alternate-exchange: lost}",
		field: func(p *Part) value { return tableIn(&p.common().Exchange.Arguments) }, needs: declaredExchange},

	{name: "queue", short: "q", help: "queue; if it is declared without a name the broker makes one up",
		field: func(p *Part) value { return text(&p.common().Queue.Name) }},
	{name: "create-queue", short: "Q", initial: no, help: "declare the queue",
		field: func(p *Part) value { return truth(&p.common().Queue.Declare) }},
	{name: "durable-queue", initial: no, help: "the queue survives a restart of the broker",
		field: func(p *Part) value { return truth(&p.common().Queue.Durable) }, needs: declaredQueue},
	{name: "exclusive", initial: no, help: "the queue is this connection's only, and goes with it",
		field: func(p *Part) value { return truth(&p.common().Queue.Exclusive) }, needs: declaredQueue},
	{name: "nad-queue", initial: no, help: "the queue is not auto-delete",
		field: func(p *Part) value { return not(&p.common().Queue.AutoDelete) }, needs: declaredQueue},
	{name: "bind-queue", initial: no, help: "bind the queue to the exchange with the routing key",
		field: func(p *Part) value { return truth(&p.common().Queue.Bind.Wanted) }},
	{name: "bind-arguments", help: "arguments to bind the queue with, such as {x-match: all, format: pdf}",
		field: func(p *Part) value { return bindArguments(&p.common().Queue.Bind) }, needs: boundQueue},
	{name: "queue-ttl", initial: "0", help: "the queue goes when it was not used for so many milliseconds",
		field: func(p *Part) value { return timeToLive(&p.common().Queue.Arguments, "x-expires") }, needs: declaredQueue},
	{name: "message-ttl", initial: "0", help: "messages in the queue live so many milliseconds",
		field: func(p *Part) value { return timeToLive(&p.common().Queue.Arguments, "x-message-ttl") }, needs: declaredQueue},
	{name: "queue-arguments", help: "further arguments of the queue, such as {x-queue-type: quorum, x-max-length: 10}",
		field: func(p *Part) value { return furtherArguments(&p.common().Queue.Arguments) }, needs: declaredQueue},
	{name: "routing-key", short: "k", help: "routing key",
		field: func(p *Part) value { return text(&p.common().RoutingKey) }},

	{name: "prefetch", initial: "0", help: "how many unacknowledged messages the broker may have sent; 0 is no limit", tool: con,
		field: func(p *Part) value { return number(&p.consumer.Prefetch).within(0, 65535, "want 0 to 65535") }},
	{name: "work", initial: "0", help: "how many seconds each message is worked on before it is acknowledged", tool: con,
		field: func(p *Part) value { return seconds(&p.consumer.Work) }, needs: goesOn},
	{name: "lazy", initial: "0", help: "take one message, hold it for so many seconds without acknowledging it, then die", tool: con,
		field: func(p *Part) value { return seconds(&p.consumer.Lazy) }},
	{name: "ack-auto", initial: no, help: "automatic acknowledgement: the broker forgets a message when it has sent it",
		field: func(p *Part) value { return acknowledging(&p.consumer.Ack.Mode, scenario.AckAuto) }, needs: aConsumer},
	{name: "ack-first", initial: no, help: "acknowledge each message before it is worked on", tool: con,
		field: func(p *Part) value { return acknowledging(&p.consumer.Ack.Mode, scenario.AckFirst) }},
	{name: "ack-every", initial: "0", help: "acknowledge so many messages at one time", tool: con,
		field: func(p *Part) value { return number(&p.consumer.Ack.Every).within(0, maxEvery, "want 0 to 10000000") }, needs: answersLater},
	{name: "reject", help: "a message that is rejected, and not put back; may be given several times", tool: con,
		field: func(p *Part) value { return texts(&p.consumer.Reject) }, needs: answersAtWill},
	{name: "requeue", help: "a message that is rejected and put back when it comes for the first time; may be given several times", tool: con,
		field: func(p *Part) value { return texts(&p.consumer.Requeue) }, needs: answersAtWill},
	{name: "exclusive-consumer", initial: no, help: "ask to be the only consumer of the queue", tool: con,
		field: func(p *Part) value { return truth(&p.consumer.Exclusive) }},
	{name: "consumer-arguments", help: "arguments to consume with, such as {x-priority: 10}", tool: con,
		field: func(p *Part) value { return tableIn(&p.consumer.Arguments) }},

	{name: "drain", initial: no, help: "on Ctrl-C, get no more, and leave when all that has come is worked off", tool: con,
		field: func(p *Part) value { return truth(&p.Drain) }},

	{name: "message", short: "m", initial: "Hello World!", help: "message; - reads standard input", tool: pub, always: true,
		field: func(p *Part) value { return text(&p.publisher.Message) }},
	{name: "message-size", initial: "0", help: "pad the message with digits, or cut it, to so many bytes", tool: pub,
		field: func(p *Part) value {
			return number(&p.publisher.MessageSize).within(0, scenario.MaxMessageSize, fmt.Sprintf("want 0 to %d (32 MiB)", scenario.MaxMessageSize))
		}},
	{name: "nb-messages", initial: "1", help: "how many messages; 0 goes on until Ctrl-C", tool: pub,
		field: func(p *Part) value { return count(&p.publisher.Count).within(0, math.MaxInt, "want 0 or more") }},
	{name: "interval", initial: "1", help: "seconds between two messages", tool: pub,
		field: func(p *Part) value { return seconds(&p.publisher.Interval) }, needs: severalMessages},
	{name: "pub-name", help: "name that goes in front of the messages' numbers", tool: pub,
		field: func(p *Part) value { return text(&p.publisher.PubName) }},
	{name: "priority", initial: "0", help: "priority of the messages", tool: pub,
		field: func(p *Part) value { return octet(&p.publisher.Priority) }},
	{name: "expiration", help: "messages live so many milliseconds", tool: pub,
		field: func(p *Part) value { return expiration(&p.publisher.Expiration) }},
	{name: "headers", help: "headers of the messages, such as {kind: order, retries: 3}", tool: pub,
		field: func(p *Part) value { return tableIn(&p.publisher.Headers) }},
	{name: "content-type", help: "MIME type of the messages", tool: pub,
		field: property(func(p *scenario.Properties) *string { return &p.ContentType })},
	{name: "content-encoding", help: "how the messages are encoded, such as gzip", tool: pub,
		field: property(func(p *scenario.Properties) *string { return &p.ContentEncoding })},
	{name: "message-type", help: "what the application calls such messages", tool: pub,
		field: property(func(p *scenario.Properties) *string { return &p.Type })},
	{name: "message-id", help: "by what the application knows a message; <number> stands for its number", tool: pub,
		field: property(func(p *scenario.Properties) *string { return &p.MessageID })},
	{name: "correlation-id", help: "which message this one belongs to; <number> stands for its number", tool: pub,
		field: property(func(p *scenario.Properties) *string { return &p.CorrelationID })},
	{name: "reply-to", help: "queue that an answer is to go to", tool: pub,
		field: property(func(p *scenario.Properties) *string { return &p.ReplyTo })},
	{name: "app-id", help: "application that publishes", tool: pub,
		field: property(func(p *scenario.Properties) *string { return &p.AppID })},
	{name: "user-id", help: "user who publishes; the broker refuses another one than is logged in", tool: pub,
		field: property(func(p *scenario.Properties) *string { return &p.UserID })},
	{name: "timestamp", help: "when the application made the messages, as in 2026-01-31T12:00:00Z", tool: pub,
		field: func(p *Part) value { return timestamp(&p.publisher.Properties) }},
	{name: "persistent", initial: no, help: "messages survive a restart of the broker, in a durable queue",
		field: func(p *Part) value { return truth(&p.publisher.Persistent) }, needs: aPublisher},
	{name: "mandatory", initial: no, help: "a message that reaches no queue comes back",
		field: func(p *Part) value { return truth(&p.publisher.Mandatory) }, needs: aPublisher},
	{name: "confirm", initial: no, help: "have the broker confirm the messages, and wait for each; =async never waits, =N publishes so many, then waits for all", tool: pub,
		field: func(p *Part) value { return confirm(&p.publisher.Confirm) }},
	{name: "show-confirms", initial: no, help: "show what the broker says of the messages as lines of their own", tool: pub,
		field: func(p *Part) value { return truth(&p.publisher.Confirm.Show) }, needs: confirms},

	{name: "server-name", initial: "localhost", help: "host of the broker",
		field: func(p *Part) value { return text(&p.Server) }},
	{name: "port-number", initial: strconv.Itoa(Port), help: "port of the broker",
		field: func(p *Part) value { return number(&p.Port) }},
	{name: "vhost", initial: "/", help: "vhost",
		field: func(p *Part) value { return text(&p.common().Connect.Vhost) }},
	{name: "enable-tls", initial: no, help: "connect securely, without verifying whom to unless --cafile or --subjectname is given",
		field: func(p *Part) value { return secure(p) }},
	{name: "cafile", help: "file with the certificates of the authority to trust; implies TLS",
		field: func(p *Part) value { return authority(p) }},
	{name: "subjectname", help: "name that the broker's certificate must carry (default: the host's); implies TLS",
		field: func(p *Part) value { return subject(p) }},
	{name: "userpass", help: "user:password (default guest:guest, or what the environment variable " + UserpassVariable + " says)",
		field: func(p *Part) value { return login(&p.common().Connect) }},
	{name: "userpass-file", help: "file whose first line is user:password",
		field: func(p *Part) value { return text(&p.LoginFile) }},
	{name: "verbose", initial: no, help: "show properties, delivery tags and the redelivered flag",
		field: func(p *Part) value { return truth(&p.Verbose) }},
}
