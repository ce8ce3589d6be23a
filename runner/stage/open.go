package stage

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Opening is how an AMQP connection is opened.
type Opening struct {
	Login Login
	// Vhost is the broker's name of it.
	Vhost string
	// Name is what the broker lists the connection by, if it has one.
	Name string
	// Heartbeat is what is asked for; 0 leaves it to the broker.
	Heartbeat time.Duration
}

// AsGuest is how the runner itself connects to a vhost, by the scenario's name.
func (s *Stage) AsGuest(vhost string) Opening {
	return Opening{Login: s.Users["guest"], Vhost: s.Vhosts[vhost]}
}

// Open opens an AMQP connection on a stream that leads to a broker. The stream is closed where that fails, and
// where the context ends before it is done.
func Open(ctx context.Context, stream io.ReadWriteCloser, o Opening) (*amqp.Connection, error) {
	// The client library's calls know no context.
	stop := context.AfterFunc(ctx, func() { stream.Close() })
	defer stop()
	properties := amqp.NewConnectionProperties()
	if o.Name != "" {
		properties.SetClientConnectionName(o.Name)
	}
	conn, err := amqp.Open(stream, amqp.Config{
		SASL:       []amqp.Authentication{&plain{amqp.PlainAuth{Username: o.Login.User, Password: o.Login.Password}, properties}},
		Vhost:      o.Vhost,
		Heartbeat:  o.Heartbeat,
		Locale:     "en_US",
		Properties: properties,
	})
	if ctx.Err() != nil {
		// What the library says is that the stream was closed.
		err = ctx.Err()
	}
	if err != nil {
		stream.Close()
		return nil, err
	}
	return conn, nil
}

// plain logs in by PLAIN and wants to be told why it is refused. The client library overwrites the list of
// capabilities, with one that lacks this, just before it asks for the response.
type plain struct {
	amqp.PlainAuth
	properties amqp.Table
}

func (p *plain) Response() string {
	if announced, ok := p.properties["capabilities"].(amqp.Table); ok {
		announced["authentication_failure_close"] = true
	}
	return p.PlainAuth.Response()
}

// Stream opens a connection to the broker, over TLS where it has nothing else.
func (s *Stage) Stream(ctx context.Context) (net.Conn, error) {
	if s.Dial != nil {
		return s.Dial(ctx)
	}
	raw, err := s.DialTLS(ctx)
	if err != nil {
		return nil, err
	}
	secure, err := Secure(ctx, raw, &tls.Config{RootCAs: s.CA, ServerName: s.ServerName})
	if err != nil {
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	return secure, nil
}
