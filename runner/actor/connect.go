package actor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/tap"
	"tutor/runner/transcript"
)

// Refusal is the broker's own word, or that of the TLS handshake, on why it does not go on. It
// belongs to the transcript: a scenario may well expect it.
type Refusal struct{ Text string }

func (r *Refusal) Error() string { return r.Text }

// Heartbeat keeps idle connections alive in acts at the real clock.
const Heartbeat = 30 * time.Second

func (a *Actor) connect(ctx context.Context, c *scenario.Connect) error {
	if tellsSecret(c) {
		a.host.Print(transcript.Warning, "the connection is not secured.", "")
	}
	raw, err := a.host.Dial(ctx, c.TLS != nil)
	if err != nil {
		return fmt.Errorf("connecting to the broker: %w", err)
	}
	if c.TLS != nil {
		if raw, err = stage.Secure(ctx, raw, a.host.TLS); err != nil {
			return handshakeError(err)
		}
	}
	a.wire = tap.New(raw, a.host.Who, a.host.Journal)
	// The client library's calls know no context.
	context.AfterFunc(a.alive, a.wire.Kill)
	login := stage.Login{User: a.host.User, Password: a.host.Password}
	a.conn, err = stage.Open(ctx, a.wire, stage.Opening{Login: login, Vhost: a.host.Vhost, Name: a.spec.Name(), Heartbeat: a.host.Heartbeat})
	if err != nil {
		return a.explain("opening the connection", err)
	}
	if a.channel, err = a.conn.Channel(); err != nil {
		return a.explain("opening a channel", err)
	}
	a.number = a.wire.LastOpened()
	return nil
}

// everybody is the login that every broker comes with.
const everybody = "guest"

// tellsSecret reports whether a password travels where anybody on the way can read it: with any login but the
// guest's own, whose password is everybody's, wherever it was written.
func tellsSecret(c *scenario.Connect) bool {
	if c.TLS != nil {
		return false
	}
	own := c.User != "" && c.User != everybody
	return own || c.Password != nil && *c.Password != everybody
}

// handshakeError tells a certificate that does not satisfy us, which a scenario may be about, from
// a listener that does not speak TLS.
func handshakeError(err error) error {
	var verification *tls.CertificateVerificationError
	var alert tls.AlertError
	var name x509.HostnameError
	if errors.As(err, &verification) || errors.As(err, &alert) || errors.As(err, &name) {
		return &Refusal{Text: err.Error()}
	}
	return fmt.Errorf("TLS handshake: %w", err)
}

// explain turns an error of the client library into the broker's own word, if it gave one.
func (a *Actor) explain(doing string, err error) error {
	if code, text, ok := a.wire.Refusal(); ok {
		return &Refusal{Text: fmt.Sprintf("%d %s", code, text)}
	}
	var said *amqp.Error
	if errors.As(err, &said) && (said == amqp.ErrCredentials || said == amqp.ErrVhost) {
		// The library's guess must not pass for the broker's word.
		return &Refusal{Text: fmt.Sprintf("the broker closed the connection without a word (the client library guesses: %d %s)", said.Code, said.Reason)}
	}
	return fmt.Errorf("%s: %w", doing, err)
}
