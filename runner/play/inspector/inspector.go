// Package inspector asks the broker what no actor can be asked, on connections of the runner's own that no tap
// observes.
package inspector

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/ledger"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// Inspector asks the broker of a stage. It connects only when it is needed: an act may be about the number of
// connections.
type Inspector struct {
	stage *stage.Stage
	conns map[string]*amqp.Connection

	mu sync.Mutex
	// raw are the connections below conns.
	raw []net.Conn
}

// New returns an inspector of a stage.
func New(s *stage.Stage) *Inspector { return &Inspector{stage: s} }

// Drop ends all connections without a word, for a broker that does not answer.
func (i *Inspector) Drop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, raw := range i.raw {
		raw.Close()
	}
}

// Channel opens a channel in a vhost, by the scenario's name.
func (i *Inspector) Channel(ctx context.Context, vhost string) (*amqp.Channel, error) {
	conn := i.conns[vhost]
	if conn == nil || conn.IsClosed() {
		var err error
		if conn, err = i.connect(ctx, vhost); err != nil {
			return nil, fmt.Errorf("vhost %s: %w", vhost, err)
		}
		if i.conns == nil {
			i.conns = map[string]*amqp.Connection{}
		}
		i.conns[vhost] = conn
	}
	return conn.Channel()
}

func (i *Inspector) connect(ctx context.Context, vhost string) (*amqp.Connection, error) {
	raw, err := i.stage.Stream(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to the broker: %w", err)
	}
	i.mu.Lock()
	i.raw = append(i.raw, raw)
	i.mu.Unlock()
	conn, err := stage.Open(ctx, raw, i.stage.AsGuest(vhost))
	if err != nil {
		return nil, fmt.Errorf("opening the connection: %w", err)
	}
	// What is asked on it later is to end with the context as well.
	context.AfterFunc(ctx, func() { raw.Close() })
	return conn, nil
}

// QueueState is what the broker says of a queue.
type QueueState struct {
	Ready, Consumers int
	Exists           bool
	// Locked is set where the queue is somebody's own, so that the broker says nothing of it.
	Locked bool
}

// Look asks for a queue.
func (i *Inspector) Look(ctx context.Context, q ledger.QueueRef) (QueueState, error) {
	ch, err := i.Channel(ctx, q.Vhost)
	if err != nil {
		return QueueState{}, err
	}
	defer ch.Close()
	declared, exists, err := Declared(ch, q.Name)
	if ReplyCode(err) == amqp.ResourceLocked {
		return QueueState{Exists: true, Locked: true}, nil
	}
	return QueueState{Ready: declared.Messages, Consumers: declared.Consumers, Exists: exists}, err
}

// Consumers is how many consumers a queue has, and whether it exists. An exclusive one does until its owner's
// connection is gone.
func (i *Inspector) Consumers(ctx context.Context, q ledger.QueueRef) (n int, exists bool, err error) {
	s, err := i.Look(ctx, q)
	return s.Consumers, s.Exists, err
}

// Declared is what the broker says of a queue, and whether there is one of that name. All that the queue was sent
// before has taken effect. The channel does not survive a queue that is not there.
func Declared(ch *amqp.Channel, name string) (q amqp.Queue, exists bool, err error) {
	q, err = ch.QueueDeclarePassive(name, false, false, false, false, nil)
	if ReplyCode(err) == amqp.NotFound {
		return q, false, nil
	}
	return q, true, err
}

// MustBeFree makes sure that a vhost that is not the act's own has nothing of the names that the act
// declares: the act would find what it did not put there, and remove it at the end.
func (i *Inspector) MustBeFree(ctx context.Context, act *scenario.Act) error {
	queues, exchanges := declares(act)
	for _, q := range queues {
		switch s, err := i.Look(ctx, ledger.QueueRef{Vhost: sharedVhost, Name: q.Name}); {
		case err != nil:
			return fmt.Errorf("asking for queue %s: %w", q.Name, err)
		case s.Exists:
			return i.taken("queue", q.Name)
		}
	}
	for _, name := range exchanges {
		switch there, err := i.hasExchange(ctx, sharedVhost, name); {
		case err != nil:
			return err
		case there:
			return i.taken("exchange", name)
		}
	}
	return nil
}

func (i *Inspector) taken(kind, name string) error {
	return fmt.Errorf("there is a %s named %s in vhost %s already; acts need an empty vhost of their own (give --management, or a URL with another vhost)",
		kind, name, i.stage.Vhosts[sharedVhost])
}

// Absent is which exchanges, by the scenario's names of their vhosts, the broker does not have.
func (i *Inspector) Absent(ctx context.Context, exchanges map[string][]string) (map[string][]string, error) {
	absent := map[string][]string{}
	for vhost, names := range exchanges {
		for _, name := range names {
			there, err := i.hasExchange(ctx, vhost, name)
			if err != nil {
				return nil, err
			}
			if !there {
				absent[vhost] = append(absent[vhost], name)
			}
		}
	}
	return absent, nil
}

// declares lists the queues that an act declares by name, and the names of its exchanges.
func declares(act *scenario.Act) (queues []*scenario.Queue, exchanges []string) {
	for _, q := range act.Before().Queues {
		queues = append(queues, &scenario.Queue{Name: q.Name})
	}
	for _, e := range act.Before().Exchanges {
		exchanges = append(exchanges, e.Name)
	}
	for _, a := range act.Cast {
		c := a.Common()
		for _, q := range a.Queues() {
			if q.Declare && q.Name != "" {
				queues = append(queues, q)
			}
		}
		if c.Exchange.Declare {
			exchanges = append(exchanges, c.Exchange.Name)
		}
	}
	for _, s := range act.Steps {
		switch d := s.Declare; {
		case d == nil || s.Passive:
		case d.Queue == nil:
			exchanges = append(exchanges, d.Exchange)
		case *d.Queue != "":
			queues = append(queues, &scenario.Queue{Name: *d.Queue, Exclusive: d.Exclusive})
		}
	}
	return queues, exchanges
}

// sharedVhost is the only one that acts have where the vhost is not their own.
const sharedVhost = "/"

func (i *Inspector) hasExchange(ctx context.Context, vhost, name string) (bool, error) {
	ch, err := i.Channel(ctx, vhost)
	if err != nil {
		return false, err
	}
	defer ch.Close()
	err = ch.ExchangeDeclarePassive(name, amqp.ExchangeDirect, false, false, false, false, nil)
	switch {
	case ReplyCode(err) == amqp.NotFound:
		return false, nil
	case err != nil:
		return false, fmt.Errorf("asking for exchange %s: %w", name, err)
	}
	return true, nil
}

// RemoveLeftovers deletes what the act has left in a vhost that is not its own: what the ledger knows
// of, further queues of the runner's own, and what else an act that was broken off may have declared just before.
// Deleting what is not there is no error.
func (i *Inspector) RemoveLeftovers(ctx context.Context, act *scenario.Act, books *ledger.Ledger, further ...string) error {
	ch, err := i.Channel(ctx, sharedVhost)
	if err != nil {
		return err
	}
	defer ch.Close()
	var queues []string
	declared, exchanges := declares(act)
	for _, q := range declared {
		// An exclusive queue goes with its connection.
		if !q.Exclusive {
			queues = append(queues, q.Name)
		}
	}
	for _, q := range books.Remaining() {
		if q.Owner < 0 {
			queues = append(queues, q.Queue)
		}
	}
	exchanges = append(exchanges, books.Exchanges(sharedVhost)...)
	queues = append(queues, further...)
	for _, name := range unique(queues) {
		if _, err := ch.QueueDelete(name, false, false, false); err != nil {
			return fmt.Errorf("deleting queue %s: %w", name, err)
		}
	}
	for _, name := range unique(exchanges) {
		if err := ch.ExchangeDelete(name, false, false); err != nil {
			return fmt.Errorf("deleting exchange %s: %w", name, err)
		}
	}
	return nil
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// Close closes all connections.
func (i *Inspector) Close() error {
	var errs []error
	for _, conn := range i.conns {
		if err := conn.Close(); err != nil && !errors.Is(err, amqp.ErrClosed) {
			errs = append(errs, err)
		}
	}
	i.conns = nil
	return errors.Join(errs...)
}

// ReplyCode is the AMQP reply code of an error, or 0.
func ReplyCode(err error) int {
	var said *amqp.Error
	if errors.As(err, &said) {
		return said.Code
	}
	return 0
}
