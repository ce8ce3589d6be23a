// Package stage is the contract between the engine and the brokers that it plays acts on: a target prepares a
// stage for each act. Targets import this, and not the engine.
package stage

import (
	"context"
	"crypto/x509"
	"net"
	"time"

	"tutor/runner/scenario"
)

// Target is the broker that acts are played on. It is booted once, by the first act that needs it,
// and serves any number of acts, also side by side.
type Target interface {
	// Name is how the user chose the target: embedded, local, docker:IMAGE, or a URL without its
	// password.
	Name() string
	// Prepare boots the broker if need be and provides what an act asks for, apart from all other
	// acts: vhosts and users of its own. What the target cannot provide is an error that says what
	// the act needs and why it cannot be had.
	Prepare(ctx context.Context, needs *scenario.Broker) (*Stage, error)
	// Close stops and removes all that the target has started.
	Close() error
}

// Stage is what a target gives one act.
type Stage struct {
	// Product is RabbitMQ, or the name of what else answers there.
	Product string
	// Version is the broker's own, such as 3.10.8.
	Version string

	// Dial opens a TCP connection (or a pipe) to the plain listener. Nil where there is none.
	Dial func(ctx context.Context) (net.Conn, error)
	// DialTLS opens a TCP connection to the TLS listener; the handshake is the caller's. Nil where
	// there is none.
	DialTLS func(ctx context.Context) (net.Conn, error)
	// CA signed the TLS listener's certificate; nil stands for the system's authorities.
	CA *x509.CertPool
	// ServerName is a name the TLS listener's certificate carries.
	ServerName string

	// Vhosts maps the scenario's vhost names to the broker's. Without any in the needs there is "/".
	Vhosts map[string]string
	// Users maps the scenario's user names to logins at the broker. "guest" is always there, with
	// all permissions in all of the stage's vhosts.
	Users map[string]Login
	// Shared is set where the vhost is not the act's own, so that the runner must find no queue or
	// exchange of the act's names there, and remove what the act leaves.
	Shared bool

	// Time is the broker's own, where it can be held and told to pass. Nil stands for the wall clock's.
	Time Time

	// SetPolicy sets a policy in a vhost, by the scenario's name. It goes when the stage is closed, but for
	// that of [Audit]: a vhost that serves again may keep it, with the exchange and queue of that name. Fresh
	// is false where it did. Nil where the target may not do that, or the vhost is not the act's own.
	SetPolicy func(ctx context.Context, vhost string, p Policy) (fresh bool, err error)
	// Restart stops the broker and starts it again. Nil where the target may not do that.
	Restart func(ctx context.Context) error
	// Close takes back what was provided for the act, soon: what takes long, and what goes wrong with
	// it, may wait until the target is closed. Quiet says that all actors have left and nothing that
	// they did is still under way at the broker, so that what they had can be seen to be empty and used
	// again.
	Close func(ctx context.Context, quiet bool) error
}

// Time is a broker's own time: when messages expire, queues go, and consumers have taken too long. It passes as
// the wall clock's until it is held.
type Time interface {
	// Hold has time stand still.
	Hold()
	// Next is when the broker will do something of its own, as the time since it was held; ok is false if
	// nothing is to come.
	Next() (at time.Duration, ok bool)
	// Due lists what the broker will do of its own up to a moment if nobody does anything before, in order. What
	// it would look at in vain is not among it.
	Due(until time.Duration) []Due
	// Pass has time pass until a moment since it was held. What is due by then has been done when it returns.
	Pass(until time.Duration)
}

// Due is something that a broker will do of its own, at a moment since its time was held, in a queue: what is over
// by then, in words.
type Due struct {
	At          time.Duration
	Queue, What string
}

// Login is a user's name and password at the broker.
type Login struct {
	User, Password string
}
