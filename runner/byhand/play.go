package byhand

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/actor"
	"tutor/runner/clock"
	"tutor/runner/escape"
	"tutor/runner/tap"
	"tutor/runner/transcript"
	"tutor/runner/wire"
)

// Play lets the actor play its part until it is over, or the context ends, and writes what it prints. It
// reports whether there was trouble, which what was printed tells.
func (p *Part) Play(ctx context.Context, out io.Writer) (trouble bool, err error) {
	s := &screen{out: out}
	host, err := p.host(s)
	if err != nil {
		return false, err
	}
	a := actor.New(p.Actor, host)
	a.Start(context.WithoutCancel(ctx))
	select {
	case <-a.Ended():
	case <-ctx.Done():
		if err := p.leave(a); err != nil {
			return s.trouble, err
		}
		<-a.Ended()
	}
	return s.trouble, a.Err()
}

// leave has the actor leave in order, as its part says.
func (p *Part) leave(a *actor.Actor) error {
	if p.Drain {
		return a.Drain()
	}
	a.Stop()
	return nil
}

func (p *Part) host(s *screen) (actor.Host, error) {
	c := &p.common().Connect
	host := actor.Host{
		Clock:     clock.NewWall(),
		Dial:      p.dial,
		Heartbeat: actor.Heartbeat,
		Run:       rand.Text(),
		Vhost:     c.Vhost, User: guest, Password: guest,
		Print: s.print,
	}
	if c.Password != nil {
		host.User, host.Password = c.User, *c.Password
	}
	var observers []func(tap.Event)
	if p.Verbose {
		host.Took = s.delivery
		observers = append(observers, s.publish)
	}
	host.Journal = tap.NewJournal(observers...)
	var err error
	if c.TLS != nil {
		host.TLS, err = p.tls()
	}
	return host, err
}

func (p *Part) dial(ctx context.Context, _ bool) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(p.Server, strconv.Itoa(p.Port)))
}

// tls is how the broker is verified: not at all, unless it was said by what.
func (p *Part) tls() (*tls.Config, error) {
	if p.CAFile == "" && p.subject() == "" {
		return &tls.Config{InsecureSkipVerify: true}, nil
	}
	config := &tls.Config{ServerName: cmp.Or(p.subject(), p.Server)}
	if p.CAFile == "" {
		return config, nil
	}
	text, err := os.ReadFile(p.CAFile)
	if err != nil {
		return nil, fmt.Errorf("--cafile: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--cafile: there is no certificate in %s", p.CAFile)
	}
	return config, nil
}

// screen is where an actor prints.
type screen struct {
	mu      sync.Mutex
	out     io.Writer
	trouble bool
}

func (s *screen) print(kind transcript.Kind, text, _ string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = s.trouble || kind.IsTrouble()
	fmt.Fprintln(s.out, escape.Text(transcript.Line{Kind: kind, Text: transcript.Plain(text)}.String()))
}

// delivery shows what came with a message.
func (s *screen) delivery(_ uint16, d *amqp.Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, "  delivery-tag=%d redelivered=%v exchange=%q routing-key=%q%s\n",
		d.DeliveryTag, d.Redelivered, d.Exchange, d.RoutingKey, shown(map[string]any{
			"content-type": d.ContentType, "headers": d.Headers, "delivery-mode": d.DeliveryMode, "priority": d.Priority,
			"correlation-id": d.CorrelationId, "reply-to": d.ReplyTo, "expiration": d.Expiration, "message-id": d.MessageId,
			"type": d.Type, "user-id": d.UserId, "app-id": d.AppId,
		}))
}

// publish shows what goes with a message.
func (s *screen) publish(e tap.Event) {
	p, ok := e.Method.(*wire.BasicPublish)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	properties := e.Content.Properties
	fmt.Fprintf(s.out, "  exchange=%q routing-key=%q mandatory=%v%s\n", p.Exchange, p.RoutingKey, p.Mandatory, shown(map[string]any{
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
