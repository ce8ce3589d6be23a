package brokertest

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"tutor/runner/broker/vhost"
)

// patience is how long is waited with a context that has no deadline.
const patience = 30 * time.Second

func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, patience)
}

// Queue is a look at a queue.
type Queue struct {
	Name string
	// Ready messages wait to be delivered; those that are unacked were delivered and not settled.
	Ready, Unacked int
	Consumers      int
}

func (q Queue) String() string {
	return fmt.Sprintf("queue %q has %d ready, %d unacked, and %d consumers", q.Name, q.Ready, q.Unacked, q.Consumers)
}

func look(s vhost.QueueStatus) Queue {
	return Queue{Name: s.Name, Ready: s.Ready, Unacked: s.Unacknowledged, Consumers: s.Consumers}
}

// Queues lists the queues in order of their names.
func (b *Broker) Queues() []Queue {
	var queues []Queue
	for _, s := range b.vhost.Queues() {
		queues = append(queues, look(s))
	}
	return queues
}

// Queue looks at one queue; ok is false if it is not there.
func (b *Broker) Queue(name string) (q Queue, ok bool) { return find(b.vhost.Queues(), name) }

func find(all []vhost.QueueStatus, name string) (Queue, bool) {
	i := slices.IndexFunc(all, func(s vhost.QueueStatus) bool { return s.Name == name })
	if i < 0 {
		return Queue{Name: name}, false
	}
	return look(all[i]), true
}

// Quiet waits until all that clients had sent is handled, and then nothing is ready in a queue that has a consumer, and
// nothing is unacknowledged. A consumer under automatic acknowledgement may still be at work by then, as the
// broker does not know; and what a client that is blocked has sent does not count.
func (b *Broker) Quiet(ctx context.Context) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	for {
		queues, changed, open := b.vhost.Watch()
		if !open {
			return net.ErrClosed
		}
		if i := slices.IndexFunc(queues, busy); i >= 0 {
			if err := wait(ctx, changed); err != nil {
				return fmt.Errorf("it is not quiet: %v: %w", look(queues[i]), err)
			}
			continue
		}
		if err := b.server.broker.CatchUp(ctx, b.name); err != nil {
			return err
		}
		select {
		case <-changed:
		default:
			return nil
		}
	}
}

func busy(q vhost.QueueStatus) bool {
	return q.Ready > 0 && q.Consumers > 0 || q.Unacknowledged > 0
}

func wait(ctx context.Context, changed <-chan struct{}) error {
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Condition is what [Broker.Until] waits for. Any function of a [Queue] will do.
type Condition func(Queue) bool

// Ready holds while so many messages wait in the queue.
func Ready(n int) Condition { return func(q Queue) bool { return q.Ready == n } }

// Unacked holds while so many messages were delivered and are not settled.
func Unacked(n int) Condition { return func(q Queue) bool { return q.Unacked == n } }

// Consumers holds while the queue has so many consumers.
func Consumers(n int) Condition { return func(q Queue) bool { return q.Consumers == n } }

// Until waits until a queue is there and all conditions hold for it at the same time, after all that clients had sent is
// handled.
func (b *Broker) Until(ctx context.Context, queue string, conditions ...Condition) error {
	return b.until(ctx, func(all []vhost.QueueStatus) error {
		q, ok := find(all, queue)
		if !ok {
			return fmt.Errorf("there is no queue %q", queue)
		}
		for _, holds := range conditions {
			if !holds(q) {
				return fmt.Errorf("%v", q)
			}
		}
		return nil
	})
}

// UntilEvents waits until the events so far are as they should be. They must not be changed.
func (b *Broker) UntilEvents(ctx context.Context, holds func([]Event) bool) error {
	return b.until(ctx, func([]vhost.QueueStatus) error {
		if events := b.log.events(); !holds(events) {
			return fmt.Errorf("the %d events so far do not suffice", len(events))
		}
		return nil
	})
}

// until waits until nothing is missing any more.
func (b *Broker) until(ctx context.Context, missing func([]vhost.QueueStatus) error) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	if err := b.server.broker.CatchUp(ctx, b.name); err != nil {
		return err
	}
	for {
		queues, changed, open := b.vhost.Watch()
		if !open {
			return net.ErrClosed
		}
		lack := missing(queues)
		if lack == nil {
			return nil
		}
		if err := wait(ctx, changed); err != nil {
			return fmt.Errorf("%w: %w", lack, err)
		}
	}
}
