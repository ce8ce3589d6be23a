// Package actor plays publishers and consumers: each a goroutine with a connection of its own, that
// declares, binds, publishes and consumes as its part in a scenario says, and prints what it does.
//
// The same code plays for the runner, on the timeline of an act, and by hand, in a terminal. What
// differs is the [Host].
package actor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/clock"
	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
)

// Host is what an actor needs from whoever plays it.
type Host struct {
	// Who is the actor's place in the cast.
	Who int
	// Clock the actor lives by.
	Clock clock.Clock
	// Journal takes what passes on the actor's connection.
	Journal *tap.Journal
	// Dial opens a connection to the broker's plain or TLS listener; the TLS handshake is the
	// actor's.
	Dial func(ctx context.Context, secure bool) (net.Conn, error)
	// Heartbeat is what the actor asks for; 0 is for brokers that suggest none.
	Heartbeat time.Duration
	// TLS is how to verify the broker, where the actor connects securely.
	TLS *tls.Config
	// Run, if not empty, tells the messages of this actor from those of others of its name, which a broker may still
	// have.
	Run string
	// Vhost, User and Password are the broker's names for what the scenario's mean.
	Vhost, User, Password string
	// Users are the broker's names for the scenario's users, where they differ.
	Users map[string]string
	// Print takes the lines of the actor's transcript, with the mark of the message that they are about, if
	// they are about one.
	Print func(kind transcript.Kind, text, mark string)
	// Took and Finished, if not nil, are told when a consumer takes a delivery into its hands and, under automatic
	// acknowledgement, when it has finished with it. They do not keep it.
	Took, Finished func(channel uint16, d *amqp.Delivery)
	// Pauses are after how many deliveries a consumer pauses that would never rest of its own, in rising order.
	Pauses []int
	// Exists, if not nil, reports whether a queue is known to exist.
	Exists func(queue string) bool
	// Dies, if not nil, is told when a consumer is about to drop its connection of its own.
	Dies func()
}

// exists reports whether a queue may exist.
func (h *Host) exists(queue string) bool { return h.Exists == nil || h.Exists(queue) }

// The ways in which an actor is made to leave.
var (
	errStopped = errors.New("stopped")
	errKilled  = errors.New("killed")
	errEnd     = errors.New("the act is over")
)

// Actor is an actor at work.
type Actor struct {
	host Host
	spec *scenario.Actor

	// leave ends the actor's work with one of the causes above.
	leave context.CancelCauseFunc
	// alive ends, by drop if not before, when the connection is to be dropped at once, even while the
	// actor closes it in order.
	alive context.Context
	drop  context.CancelFunc
	ended chan struct{}
	err   error

	conn    *amqp.Connection
	wire    *tap.Conn
	channel *amqp.Channel
	// number is that of the channel, on the wire.
	number uint16
	// headers is the memory of those of a message that is published, where its mark is one of them.
	headers amqp.Table
	// body is the memory of that of a message that is published.
	body []byte
	// published is how many messages the actor has published.
	published int
	// queue is the name of the actor's queue, as the broker knows it.
	queue string
	role  role

	// mailbox has what steps want of the actor, errands how much of that is not done.
	mailbox chan errand
	errands atomic.Int32

	// asking is held by who asks the broker something on the channel, which knows one question at a time.
	asking sync.Mutex

	mu sync.Mutex
	// changed is closed when the actor may have become idle, if somebody waits for that.
	changed chan struct{}
}

// New returns an actor that has not begun yet.
func New(spec *scenario.Actor, host Host) *Actor {
	a := &Actor{host: host, spec: spec, ended: make(chan struct{}), headers: amqp.Table{}, mailbox: make(chan errand, 1)}
	switch {
	case spec.Consumer != nil:
		a.role = &consuming{
			operator: newOperator(a), part: spec.Consumer, unsubscribed: make(chan struct{}),
			answers: answers{rules: spec.Consumer.Rules(), users: inverse(host.Users)},
			pausing: pausing{resume: make(chan struct{})},
		}
	case spec.Client != nil:
		a.role = &client{operator: newOperator(a)}
	default:
		p := &publishing{operator: newOperator(a), part: spec.Publisher}
		if spec.Publisher.Replies != nil {
			p.asks = &asking{}
		}
		a.role = p
	}
	return a
}

func inverse(names map[string]string) map[string]string {
	inverted := make(map[string]string, len(names))
	for from, to := range names {
		inverted[to] = from
	}
	return inverted
}

// role is what distinguishes the kinds of actors. The one place that knows which there are is [New].
type role interface {
	// play takes the actor's part, on its channel, until it is over or the context ends.
	play(ctx context.Context) error
	// idle reports whether there is nothing to do until a message arrives.
	idle() bool
	// caughtUp reports whether all that is dealt with even while the actor waits for its timer is.
	caughtUp() bool
	// flush returns when the broker has dealt with all that the actor has sent.
	flush() error
	// fence returns when also all has arrived that this and what was flushed before has caused to the actor
	// itself. The queues are those that it consumes from, with what the broker says of them.
	fence() ([]amqp.Queue, error)
	// publishes reports whether what the actor sends may reach others, consumes whether others may reach it.
	publishes() bool
	consumes() bool
}

// Start lets the actor begin. It goes on until its part is over, it is told to leave, or the context
// ends, which drops its connection.
func (a *Actor) Start(ctx context.Context) {
	a.alive, a.drop = context.WithCancel(ctx)
	ctx, a.leave = context.WithCancelCause(a.alive)
	go a.run(ctx)
}

// Publishes reports whether what the actor sends may reach others, so that it is fenced before them.
func (a *Actor) Publishes() bool { return a.role.publishes() }

// Consumes reports whether what others send may reach the actor, so that it is fenced after them.
func (a *Actor) Consumes() bool { return a.role.consumes() }

// Name of the actor.
func (a *Actor) Name() string { return a.spec.Name() }

func (a *Actor) run(ctx context.Context) {
	defer a.drop()
	defer a.leave(nil)
	defer a.Poke()
	defer close(a.ended)
	err := a.guarded(ctx)
	a.disconnect(ctx)
	var said *Refusal
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case errors.As(err, &said):
		a.host.Print(transcript.Error, said.Text, "")
	default:
		a.err = err
	}
}

// guarded turns a panic into an error, so that whoever plays the actor can still tidy up.
func (a *Actor) guarded(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return a.play(ctx)
}

// play is the actor's part: get ready, then consume or publish.
func (a *Actor) play(ctx context.Context) error {
	common := a.spec.Common()
	if err := a.connect(ctx, &common.Connect); err != nil {
		return err
	}
	if err := a.declare(common); err != nil {
		return err
	}
	return a.role.play(ctx)
}

// disconnect closes the connection in order, or drops it if the actor is killed or its time is up.
func (a *Actor) disconnect(ctx context.Context) {
	if a.wire == nil {
		return
	}
	if cause := context.Cause(ctx); a.conn != nil && (cause == nil || errors.Is(cause, errStopped) || errors.Is(cause, errEnd)) {
		// The error would only say that the broker was faster.
		_ = a.conn.Close()
	}
	a.wire.Kill()
}

// Stop has the actor close its connection in order; a consumer prints that it stopped.
func (a *Actor) Stop() { a.leave(errStopped) }

// Kill drops the actor's connection without a word to the broker.
func (a *Actor) Kill() {
	a.leave(errKilled)
	a.drop()
}

// End closes the connection in order, and silently.
func (a *Actor) End() { a.leave(errEnd) }

// Ended is closed when the actor's part is over and its connection closed.
func (a *Actor) Ended() <-chan struct{} { return a.ended }

// Disconnected returns when the broker has ended the connection of an idle actor, and the actor has
// come to its end over that; one that waits for its timer, or pauses, only notices when it goes on.
func (a *Actor) Disconnected(ctx context.Context) error {
	over := a.Ended()
	if a.host.Clock.Sleeping(a.host.Who) || a.isPaused() {
		over = a.wire.Ended()
	}
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Err is why the actor could not play its part, once it has ended: trouble that is neither the
// broker's word nor the scenario's intention.
func (a *Actor) Err() error {
	select {
	case <-a.ended:
		return a.err
	default:
		return nil
	}
}

// Wait returns when the actor has nothing to do until a message arrives, its timer expires or it is
// told to leave. Before that it has become ready.
func (a *Actor) Wait(ctx context.Context) error {
	for {
		changed := a.change()
		if a.Idle() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Idle reports whether the actor has nothing to do at the moment.
func (a *Actor) Idle() bool {
	select {
	case <-a.ended:
		return true
	default:
	}
	return a.role.caughtUp() && (a.host.Clock.Sleeping(a.host.Who) || a.errands.Load() == 0 && a.role.idle())
}

// Poke has those who wait for the actor look again.
func (a *Actor) Poke() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.changed != nil {
		close(a.changed)
		a.changed = nil
	}
}

func (a *Actor) change() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.changed == nil {
		a.changed = make(chan struct{})
	}
	return a.changed
}
