package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/spf13/cobra"

	"tutor/runner/actor"
	"tutor/runner/clock"
	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
	"tutor/runner/wire"
)

// handFlags are the flags that both hand tools have. They are those of the two programs that the
// project was created from.
type handFlags struct {
	exchange                                     string
	exchangeType                                 string
	createExchange, durableExchange, nadExchange bool

	queue                                                     string
	createQueue, bindQueue, durableQueue, exclusive, nadQueue bool
	queueTTL, messageTTL                                      int64

	routingKey            string
	mandatory, persistent bool
	ackAuto               bool

	server       string
	port         int
	vhost        string
	userpass     string
	userpassFile string
	enableTLS    bool
	cafile       string
	subjectName  string
	verbose      bool
}

// userpassVariable is the environment variable that a login may be given in.
const userpassVariable = "TUTOR_USERPASS"

func (f *handFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.exchange, "exchange", "e", "", "exchange; without one it is the default exchange, which routes to the queue of the routing key's name")
	flags.StringVarP(&f.exchangeType, "type", "t", "direct", "type of the exchange: direct, fanout, topic or headers")
	flags.BoolVarP(&f.createExchange, "create-exchange", "E", false, "declare the exchange")
	flags.BoolVar(&f.durableExchange, "durable-exchange", false, "the exchange survives a restart of the broker")
	flags.BoolVar(&f.nadExchange, "nad-exchange", false, "the exchange is not auto-delete")
	flags.StringVarP(&f.queue, "queue", "q", "", "queue; if it is declared without a name the broker makes one up")
	flags.BoolVarP(&f.createQueue, "create-queue", "Q", false, "declare the queue")
	flags.BoolVar(&f.bindQueue, "bind-queue", false, "bind the queue to the exchange with the routing key")
	flags.BoolVar(&f.durableQueue, "durable-queue", false, "the queue survives a restart of the broker")
	flags.BoolVar(&f.exclusive, "exclusive", false, "the queue is this connection's only, and goes with it")
	flags.BoolVar(&f.nadQueue, "nad-queue", false, "the queue is not auto-delete")
	flags.Int64Var(&f.queueTTL, "queue-ttl", 0, "the queue goes when it was not used for so many milliseconds")
	flags.Int64Var(&f.messageTTL, "message-ttl", 0, "messages in the queue live so many milliseconds")
	flags.StringVarP(&f.routingKey, "routing-key", "k", "", "routing key")
	flags.BoolVar(&f.mandatory, "mandatory", false, "a message that reaches no queue comes back")
	flags.BoolVar(&f.persistent, "persistent", false, "messages survive a restart of the broker, in a durable queue")
	flags.BoolVar(&f.ackAuto, "ack-auto", false, "automatic acknowledgement: the broker forgets a message when it has sent it")
	flags.StringVar(&f.server, "server-name", "localhost", "host of the broker")
	flags.IntVar(&f.port, "port-number", 5672, "port of the broker")
	flags.StringVar(&f.vhost, "vhost", "/", "vhost")
	flags.StringVar(&f.userpass, "userpass", "", "user:password (default guest:guest, or what the environment variable "+userpassVariable+" says)")
	flags.StringVar(&f.userpassFile, "userpass-file", "", "file whose first line is user:password")
	flags.BoolVar(&f.enableTLS, "enable-tls", false, "connect securely, without verifying whom to unless --cafile or --subjectname is given")
	flags.StringVar(&f.cafile, "cafile", "", "file with the certificates of the authority to trust; implies TLS")
	flags.StringVar(&f.subjectName, "subjectname", "", "name that the broker's certificate must carry (default: the host's); implies TLS")
	flags.BoolVar(&f.verbose, "verbose", false, "show properties, delivery tags and the redelivered flag")
	cmd.MarkFlagsMutuallyExclusive("userpass", "userpass-file")
	cmd.MarkFlagsMutuallyExclusive("exclusive", "durable-queue")
	complete(cmd, "type", "direct", "fanout", "topic", "headers")
}

// common makes of the flags what publishers and consumers share.
func (f *handFlags) common(environ []string) (scenario.Common, error) {
	kind := scenario.ExchangeType(f.exchangeType)
	if !slices.Contains([]scenario.ExchangeType{scenario.Direct, scenario.Fanout, scenario.Topic, scenario.Headers}, kind) {
		return scenario.Common{}, fmt.Errorf("--type %q: want direct, fanout, topic or headers", f.exchangeType)
	}
	if err := f.contradiction(); err != nil {
		return scenario.Common{}, err
	}
	c := scenario.Common{
		Exchange: scenario.Exchange{
			Name: f.exchange, Type: kind, Declare: f.createExchange,
			Durable: f.durableExchange, AutoDelete: !f.nadExchange,
		},
		Queue: scenario.Queue{
			Name: f.queue, Declare: f.createQueue, Durable: f.durableQueue, Exclusive: f.exclusive,
			AutoDelete: !f.nadQueue, Bind: scenario.Bind{Wanted: f.bindQueue}, Arguments: f.queueArguments(),
		},
		RoutingKey: f.routingKey,
		Connect:    scenario.Connect{User: "guest", Vhost: f.vhost},
	}
	if f.secure() {
		c.Connect.TLS = &scenario.TLS{}
	}
	return c, f.login(&c.Connect, environ)
}

// contradiction finds flags that have no effect without another one.
func (f *handFlags) contradiction() error {
	switch {
	case f.createExchange && f.exchange == "":
		return errors.New("--create-exchange needs --exchange: the default exchange is always there")
	case (f.durableExchange || f.nadExchange) && !f.createExchange:
		return errors.New("--durable-exchange and --nad-exchange need --create-exchange")
	case f.bindQueue && f.exchange == "":
		return errors.New("--bind-queue needs --exchange: every queue is bound to the default exchange already")
	case f.bindQueue && f.queue == "" && !f.createQueue:
		return errors.New("--bind-queue needs --queue or --create-queue")
	case (f.durableQueue || f.exclusive || f.nadQueue || f.queueTTL > 0 || f.messageTTL > 0) && !f.createQueue:
		return errors.New("--durable-queue, --exclusive, --nad-queue, --queue-ttl and --message-ttl need --create-queue")
	case f.queueTTL < 0 || f.messageTTL < 0:
		return errors.New("a time to live cannot be negative")
	}
	return nil
}

func (f *handFlags) queueArguments() scenario.Arguments {
	arguments := scenario.Arguments{}
	if f.queueTTL > 0 {
		arguments["x-expires"] = f.queueTTL
	}
	if f.messageTTL > 0 {
		arguments["x-message-ttl"] = f.messageTTL
	}
	return arguments
}

func (f *handFlags) secure() bool { return f.enableTLS || f.cafile != "" || f.subjectName != "" }

// login reads user and password from where they were given.
func (f *handFlags) login(c *scenario.Connect, environ []string) error {
	given := f.userpass
	switch {
	case f.userpassFile != "":
		text, err := os.ReadFile(f.userpassFile)
		if err != nil {
			return fmt.Errorf("--userpass-file: %w", err)
		}
		given, _, _ = strings.Cut(string(text), "\n")
		given = strings.TrimSuffix(given, "\r")
	case given == "":
		for _, entry := range environ {
			if value, ok := strings.CutPrefix(entry, userpassVariable+"="); ok {
				given = value
			}
		}
	}
	if given == "" {
		return nil
	}
	user, password, ok := strings.Cut(given, ":")
	if !ok {
		return errors.New("a login is user:password")
	}
	c.User, c.Password = user, &password
	return nil
}

// tls is how the broker is verified: not at all, unless it was said by what.
func (f *handFlags) tls() (*tls.Config, error) {
	if f.cafile == "" && f.subjectName == "" {
		return &tls.Config{InsecureSkipVerify: true}, nil
	}
	config := &tls.Config{ServerName: f.subjectName}
	if config.ServerName == "" {
		config.ServerName = f.server
	}
	if f.cafile == "" {
		return config, nil
	}
	text, err := os.ReadFile(f.cafile)
	if err != nil {
		return nil, fmt.Errorf("--cafile: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--cafile: there is no certificate in %s", f.cafile)
	}
	return config, nil
}

// byHand is an actor that is played in a terminal.
type byHand struct {
	mu     sync.Mutex
	out    io.Writer
	failed bool
}

// play lets an actor play its part until it is over, or the context ends.
func (f *handFlags) play(ctx context.Context, t terminal, spec *scenario.Actor) error {
	c := spec.Common()
	hand := &byHand{out: t.out}
	host := actor.Host{
		Clock: clock.NewWall(),
		Dial:  f.dial,
		Vhost: c.Connect.Vhost, User: c.Connect.User, Password: "guest",
		Print: hand.print,
	}
	observers := []func(tap.Event){}
	if f.verbose {
		host.Took = hand.delivery
		observers = append(observers, hand.publish)
	}
	host.Journal = tap.NewJournal(observers...)
	if c.Connect.Password != nil {
		host.Password = *c.Connect.Password
	}
	if f.secure() {
		config, err := f.tls()
		if err != nil {
			return err
		}
		host.TLS = config
	}
	a := actor.New(spec, host)
	a.Start(context.WithoutCancel(ctx))
	select {
	case <-a.Ended():
	case <-ctx.Done():
		a.Stop()
		<-a.Ended()
	}
	if err := a.Err(); err != nil {
		return err
	}
	if hand.failed {
		return verdict(outcome.Fail)
	}
	return nil
}

func (f *handFlags) dial(ctx context.Context, _ bool) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(f.server, strconv.Itoa(f.port)))
}

func (h *byHand) print(kind transcript.Kind, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch kind {
	case transcript.Error, transcript.Returned, transcript.Nacked, transcript.Cancelled:
		h.failed = true
	}
	fmt.Fprintln(h.out, escape.Text(transcript.Line{Kind: kind, Text: text}.String()))
}

// delivery shows what came with a message.
func (h *byHand) delivery(d *amqp.Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fmt.Fprintf(h.out, "  delivery-tag=%d redelivered=%v exchange=%q routing-key=%q%s\n",
		d.DeliveryTag, d.Redelivered, d.Exchange, d.RoutingKey, shown(map[string]any{
			"content-type": d.ContentType, "headers": d.Headers, "delivery-mode": d.DeliveryMode, "priority": d.Priority,
			"correlation-id": d.CorrelationId, "reply-to": d.ReplyTo, "expiration": d.Expiration, "message-id": d.MessageId,
			"type": d.Type, "user-id": d.UserId, "app-id": d.AppId,
		}))
}

// publish shows what goes with a message.
func (h *byHand) publish(e tap.Event) {
	p, ok := e.Method.(*wire.BasicPublish)
	if !ok {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	properties := e.Content.Properties
	fmt.Fprintf(h.out, "  exchange=%q routing-key=%q mandatory=%v%s\n", p.Exchange, p.RoutingKey, p.Mandatory, shown(map[string]any{
		"delivery-mode": properties.DeliveryMode, "priority": properties.Priority, "message-id": properties.MessageID,
	}))
}

// shown lists the properties that are set.
func shown(properties map[string]any) string {
	var parts []string
	for name, value := range properties {
		switch v := value.(type) {
		case string:
			if v != "" {
				parts = append(parts, fmt.Sprintf(" %s=%q", name, v))
			}
		case uint8:
			if v != 0 {
				parts = append(parts, fmt.Sprintf(" %s=%d", name, v))
			}
		case amqp.Table:
			if len(v) > 0 {
				parts = append(parts, escape.Text(fmt.Sprintf(" %s=%v", name, v)))
			}
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "")
}
