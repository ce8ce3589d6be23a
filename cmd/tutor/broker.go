package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tutor/runner/broker"
	"tutor/runner/broker/vhost"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
	"tutor/runner/target/pki"
)

// serveFlags are the flags of the broker in the foreground.
type serveFlags struct {
	server      string
	port        int
	tls         bool
	tlsPort     int
	certDir     string
	vhosts      []string
	users       []string
	permissions []string
	permit      []string
	deny        []string
	definitions string
	scenario    string
	act         string
	verbose     bool
	quiet       bool
	product     string
	queueTypes  []string
	memoryLimit byteSize
}

func newBroker(t terminal) *cobra.Command {
	flags := &serveFlags{memoryLimit: broker.DefaultMemoryLimit}
	cmd := &cobra.Command{
		Use:   "broker",
		Short: "Run the embedded broker in the foreground, to play with",
		Long: `broker runs the embedded broker until Ctrl-C, in memory. Each thing that happens on a connection is a
line; -v shows all methods. Where there are more messages than anybody can follow, they are summed up
once a second. The user guest (password guest) may do everything, from this machine,
unless a --permission of its own says what it may.`,
		Example: `  tutor broker
  tutor broker --port-number 5673 --tls --cert-dir certs
  tutor broker --for tls --tls
  tutor broker --definitions definitions.json
  tutor broker --vhost domain1 --users alice:alice123 --permission 'domain1 alice .* .* .*'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.serve(cmd.Context(), t) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&flags.server, "server-name", "127.0.0.1", "address to listen on")
	f.IntVar(&flags.port, "port-number", 5672, "port to listen on; 0 takes a free one")
	f.BoolVar(&flags.tls, "tls", false, "listen for secure connections, too")
	f.IntVar(&flags.tlsPort, "tls-port-number", 5671, "port for secure connections; 0 takes a free one")
	f.StringVar(&flags.certDir, "cert-dir", "", "directory to write ca.pem, server.pem and server.key to, for --cafile of the clients")
	f.StringArrayVar(&flags.vhosts, "vhost", nil, "a vhost to add (may be repeated)")
	f.StringArrayVar(&flags.users, "users", nil, "user:password of a user to add (may be repeated)")
	f.StringArrayVar(&flags.permissions, "permission", nil, `"VHOST USER CONFIGURE WRITE READ", with - for none; guest needs no --users (may be repeated)`)
	features := strings.Join(scenario.Features(), ", ") + " (may be repeated)"
	f.StringArrayVar(&flags.permit, "permit", nil, "a deprecated feature to permit: "+features)
	f.StringArrayVar(&flags.deny, "deny", nil, "a deprecated feature to deny, as the newest RabbitMQ does: "+features)
	f.StringVar(&flags.definitions, "definitions", "", "begin with what this FILE has: RabbitMQ's definitions of a broker, with its users, or of one vhost")
	f.StringVar(&flags.scenario, "for", "", "provide what the broker block of this scenario (FILE or NAME) asks for")
	completeBy(cmd, "for", completeScenarios)
	f.StringVar(&flags.act, "act", "", "with --for: that of the act with this number or name")
	f.StringArrayVar(&flags.queueTypes, "default-queue-type", nil, "TYPE ("+strings.Join(vhost.QueueTypes(), " or ")+
		") of durable queues that are declared without one, or VHOST=TYPE for those of one vhost (may be repeated)")
	f.Var(&flags.memoryLimit, "memory-limit", "what messages may take before publishers are blocked, as in 256MiB")
	f.StringVar(&flags.product, "product", broker.Product, "what the broker calls itself, for clients that decide by it, such as RabbitMQ")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "show every method")
	f.BoolVarP(&flags.quiet, "quiet", "q", false, "say nothing")
	cmd.MarkFlagsMutuallyExclusive("verbose", "quiet")
	return cmd
}

func (f *serveFlags) serve(ctx context.Context, t terminal) error {
	needs, err := f.needs(ctx, t)
	if err != nil {
		return err
	}
	defined, err := f.defined(ctx, t, needs)
	if err != nil {
		return err
	}
	options := broker.Options{Product: f.product, MemoryLimit: int64(f.memoryLimit), Vhost: embedded.Choices(needs)}
	live := newLiveView(t.out, f.verbose)
	if f.quiet {
		t.out = io.Discard
	} else {
		options.Wrap = live.wrap
	}
	b := broker.New(options)
	live.counts = b.Counts
	if err := f.provide(b, needs); err != nil {
		return errors.Join(err, b.Close())
	}
	left, err := define(b, defined, needs)
	if err != nil {
		return errors.Join(err, b.Close())
	}
	if err := f.listen(t, b, needs); err != nil {
		return errors.Join(err, b.Close())
	}
	begun(t, defined, left)
	seconds := time.NewTicker(time.Second)
	defer seconds.Stop()
	live.follow(ctx, seconds.C)
	if err := b.Close(); err != nil {
		return err
	}
	fmt.Fprintln(t.out, "Stopped")
	return nil
}

func (f *serveFlags) listen(t terminal, b *broker.Broker, needs *scenario.Broker) error {
	addr, err := b.Listen(net.JoinHostPort(f.server, strconv.Itoa(f.port)), nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "AMQP on %v\n", addr)
	if !f.tls && !needs.TLS {
		return nil
	}
	config, err := f.certificates(t)
	if err != nil {
		return err
	}
	addr, err = b.Listen(net.JoinHostPort(f.server, strconv.Itoa(f.tlsPort)), config)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "AMQP over TLS on %v\n", addr)
	return nil
}

// certificates makes an authority and a server's certificate, and writes them for the clients.
func (f *serveFlags) certificates(t terminal) (*tls.Config, error) {
	authority, err := pki.New()
	if err != nil {
		return nil, err
	}
	pair, err := authority.Server(f.server)
	if err != nil {
		return nil, err
	}
	certificate, err := pair.TLS()
	if err != nil {
		return nil, err
	}
	if f.certDir != "" {
		if err := os.MkdirAll(f.certDir, 0o755); err != nil {
			return nil, fmt.Errorf("--cert-dir: %w", err)
		}
		for name, content := range map[string][]byte{"ca.pem": authority.PEM(), "server.pem": pair.Certificate, "server.key": pair.Key} {
			if err := os.WriteFile(filepath.Join(f.certDir, name), content, 0o600); err != nil {
				return nil, fmt.Errorf("--cert-dir: %w", err)
			}
		}
		fmt.Fprintf(t.out, "Certificates in %s; the broker's name is %s\n", f.certDir, pki.ServerName)
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}}, nil
}

// needs are what the flags ask for, on top of what the scenario does.
func (f *serveFlags) needs(ctx context.Context, t terminal) (*scenario.Broker, error) {
	needs, err := f.scenarioNeeds(ctx, t)
	if err != nil {
		return nil, err
	}
	if err := f.features(needs.Permit); err != nil {
		return nil, err
	}
	for _, name := range f.vhosts {
		needs.Vhosts[name] = &scenario.Vhost{}
	}
	for _, login := range f.users {
		user, password, ok := strings.Cut(login, ":")
		if !ok || user == "" {
			return nil, fmt.Errorf("--users: want user:password")
		}
		needs.Users[user] = &scenario.User{Password: password, Permissions: map[string]*scenario.Permission{}}
	}
	for _, permission := range f.permissions {
		vhost, user, may, err := parsePermission(permission)
		if err != nil {
			return nil, err
		}
		u := needs.Users[user]
		switch {
		case u != nil:
			if u.Permissions == nil {
				u.Permissions = map[string]*scenario.Permission{}
			}
			u.Permissions[vhost] = may
		case user != "guest":
			return nil, fmt.Errorf("--permission: there is no user %s (--users %s:PASSWORD)", user, user)
		}
	}
	return needs, nil
}

func parsePermission(text string) (vhost, user string, may *scenario.Permission, err error) {
	parts := strings.Fields(text)
	if len(parts) != 5 {
		return "", "", nil, fmt.Errorf("--permission %q: want VHOST USER CONFIGURE WRITE READ", text)
	}
	for i := range parts[2:] {
		if parts[i+2] == "-" {
			parts[i+2] = ""
		}
	}
	return parts[0], parts[1], &scenario.Permission{Configure: parts[2], Write: parts[3], Read: parts[4]}, nil
}

// provide adds to the broker what is needed, and has guest, who needs no --users, keep to its permissions.
func (f *serveFlags) provide(b *broker.Broker, needs *scenario.Broker) error {
	if err := embedded.Provide(b, needs); err != nil {
		return err
	}
	if err := f.setQueueTypes(b); err != nil {
		return err
	}
	if needs.Users["guest"] != nil {
		return nil
	}
	guest := embedded.Guest(needs)
	for _, permission := range f.permissions {
		vhost, user, may, err := parsePermission(permission)
		if err != nil {
			return err
		}
		if user == guest.Name {
			guest.Permissions[vhost] = broker.Permissions{Configure: may.Configure, Write: may.Write, Read: may.Read}
		}
	}
	return b.SetUser(guest)
}

// setQueueTypes gives vhosts their default queue types. What is for one vhost counts more than what is for all.
func (f *serveFlags) setQueueTypes(b *broker.Broker) error {
	types := map[string]string{}
	for _, text := range f.queueTypes {
		if !strings.Contains(text, "=") {
			for _, name := range b.Vhosts() {
				types[name] = text
			}
		}
	}
	for _, text := range f.queueTypes {
		if at := strings.LastIndex(text, "="); at >= 0 {
			types[text[:at]] = text[at+1:]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if err := b.SetDefaultQueueType(name, types[name]); err != nil {
			return fmt.Errorf("--default-queue-type: %w", err)
		}
	}
	return nil
}

// features adds what the flags say of deprecated features.
func (f *serveFlags) features(permit map[scenario.Feature]bool) error {
	for _, flag := range []struct {
		name     string
		features []string
		permits  bool
	}{{"permit", f.permit, true}, {"deny", f.deny, false}} {
		for _, feature := range flag.features {
			if !slices.Contains(scenario.Features(), feature) {
				return fmt.Errorf("--%s %s: want one of %s", flag.name, feature, strings.Join(scenario.Features(), ", "))
			}
			permit[scenario.Feature(feature)] = flag.permits
		}
	}
	return nil
}

// scenarioNeeds is the broker block of the scenario of --for: its own, or that of one of its acts.
func (f *serveFlags) scenarioNeeds(ctx context.Context, t terminal) (*scenario.Broker, error) {
	needs := &scenario.Broker{Vhosts: map[string]*scenario.Vhost{}, Users: map[string]*scenario.User{}, Permit: map[scenario.Feature]bool{}}
	if f.scenario == "" {
		return needs, nil
	}
	sources, err := load(ctx, t, []string{f.scenario})
	if err != nil {
		return nil, err
	}
	asked := sources[0].scenario.Broker
	if f.act != "" {
		act, err := findAct(sources[0].scenario, f.act)
		if err != nil {
			return nil, err
		}
		asked = act.Broker
	}
	if asked == nil {
		return needs, nil
	}
	needs.TLS = asked.TLS
	maps.Copy(needs.Permit, asked.Permit)
	for name, v := range asked.Vhosts {
		needs.Vhosts[name] = v
	}
	for name, u := range asked.Users {
		needs.Users[name] = u
	}
	return needs, nil
}

// findAct finds the act of a number or name.
func findAct(s *scenario.Scenario, wish string) (*scenario.Act, error) {
	acts, err := wanted(s, wish)
	if err != nil {
		return nil, err
	}
	problem := "several acts are called so"
	switch len(acts) {
	case 1:
		return acts[0], nil
	case 0:
		acts, problem = s.Acts, "no act is called so; there are"
	}
	var names []string
	for _, a := range acts {
		names = append(names, strconv.Quote(a.Name))
	}
	return nil, fmt.Errorf("--act %q: %s: %s", wish, problem, strings.Join(names, ", "))
}
