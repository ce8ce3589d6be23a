package barrier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/ledger"
	"tutor/runner/play/inspector"
)

// logFence waits until quorum queues have done what they were sent. It takes effect when it was written to
// the node's write-ahead log, and no answer of a channel waits for that. Worse, a channel with many
// acknowledgements on their way holds further ones back, and loses them if it is closed too soon:
// https://github.com/rabbitmq/rabbitmq-server/issues/10327.
//
// The quorum queues of a node share its log. So the fence has a quorum queue of its own: once a message to
// that is confirmed, whatever the log was given before is written as well. In a cluster, where another node
// may lead the act's queues, it shows less than that.
type logFence struct {
	inspector *inspector.Inspector
	vhost     string
	// queue is the fence's own, if it has been declared. It is a leftover of the act like others.
	queue   string
	channel *amqp.Channel
	// refused is set when the runner's user may not declare the queue, in a vhost that is not the act's own.
	refused bool
}

// pass returns when what the log was given so far is written.
func (f *logFence) pass(ctx context.Context) error {
	if err := f.open(ctx); err != nil || f.refused {
		return err
	}
	confirmation, err := f.channel.PublishWithDeferredConfirm("", f.queue, false, false, amqp.Publishing{})
	if err != nil {
		return err
	}
	acked, err := confirmation.WaitContext(ctx)
	if err == nil && !acked {
		err = errors.New("the broker has not taken the message of the fence")
	}
	return err
}

// open makes sure that there is a channel to the fence's queue, after a restart of the broker as well.
func (f *logFence) open(ctx context.Context) error {
	if f.refused || f.channel != nil && !f.channel.IsClosed() {
		return nil
	}
	ch, err := f.inspector.Channel(ctx, f.vhost)
	if err != nil {
		return err
	}
	if f.queue == "" {
		f.queue = "tutor.fence-" + rand.Text() // the server makes names up only for classic queues
		quorum := amqp.Table{amqp.QueueTypeArg: amqp.QueueTypeQuorum}
		if _, err := ch.QueueDeclare(f.queue, true, false, false, false, quorum); inspector.ReplyCode(err) == amqp.AccessRefused {
			f.queue, f.refused = "", true
			return nil
		} else if err != nil {
			return fmt.Errorf("declaring queue %s: %w", f.queue, err)
		}
	}
	f.channel = ch
	return ch.Confirm(false)
}

// logged reports whether quorum queues have done all that they were sent up to some event of the journal. If
// that is not sure it waits until they have; more may have happened over that.
func (b *Barrier) logged(ctx context.Context, events uint64) (bool, error) {
	queues := b.books.Stirred()
	if b.loggedTo == events || len(queues) == 0 || b.limited {
		return true, nil
	}
	b.loggedTo = events
	if b.log.vhost == "" {
		b.log.vhost = queues[0].Vhost
	}
	channels := slices.Sorted(maps.Keys(b.fenced))
	// First what the channels have sent takes effect, then what they hold back until it has.
	for range 2 {
		if err := b.fenceChannels(channels); err != nil {
			return false, err
		}
		if err := b.awaitLog(ctx, queues); err != nil {
			return false, fmt.Errorf("waiting for the log of the quorum queues: %w", err)
		}
	}
	return false, b.fenceChannels(channels)
}

// awaitLog returns when queues have done what the channels have sent to them. A queue answers after it has
// given the log what it was sent before. Its log may write a further message before it tells the queue what
// is written, but not two.
func (b *Barrier) awaitLog(ctx context.Context, queues []ledger.QueueRef) error {
	for range 2 {
		if err := b.Ask(ctx, queues); err != nil {
			return err
		}
		if err := b.log.pass(ctx); err != nil {
			return err
		}
	}
	return b.Ask(ctx, queues)
}

// Ask has each queue answer a question.
func (b *Barrier) Ask(ctx context.Context, queues []ledger.QueueRef) error {
	for _, q := range queues {
		if _, _, err := b.inspector.Consumers(ctx, q); err != nil {
			return fmt.Errorf("queue %s: %w", q.Name, err)
		}
	}
	return nil
}
