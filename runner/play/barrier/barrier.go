// Package barrier finds out when nothing moves any more between an act's actors and the broker, without
// waiting for any time to pass.
//
// A fence is a question to the broker on an actor's channel. When it is answered, what the actor has sent before
// has taken effect, and what the broker sent to the actor by then has arrived. What a message causes at others
// only a further round shows, so that fences go round until one has moved nothing.
package barrier

import (
	"context"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
	"golang.org/x/sync/errgroup"

	"tutor/runner/actor"
	"tutor/runner/ledger"
	"tutor/runner/play/inspector"
	"tutor/runner/scenario"
	"tutor/runner/tap"
)

// Barrier is that of one act.
type Barrier struct {
	act *scenario.Act
	// actors by their place in the cast; nil if not started.
	actors    []*actor.Actor
	books     *ledger.Ledger
	journal   *tap.Journal
	inspector *inspector.Inspector
	// unnoticed are queues that an actor's departure changes, until the broker has noticed it.
	unnoticed map[ledger.QueueRef]bool
	// fenced are those who were fenced since the system was quiet last.
	fenced map[int]bool
	// timed is set where the broker may do something of its own at any moment, limited where a connection or
	// queue of the runner's would count for a limit that the act is about.
	timed, limited bool
	log            *logFence
	// loggedTo is up to how many events of the journal quorum queues have done what they were sent.
	loggedTo uint64
}

// Nature is what an act is like, as far as the barrier is concerned.
type Nature struct {
	// Timed is set where the broker may do something of its own at any moment.
	Timed bool
	// Limited is set where a connection or queue of the runner's would count for a limit that the act is about.
	Limited bool
}

// New returns a barrier for the actors of an act, some of whom may be started later.
func New(act *scenario.Act, nature Nature, actors []*actor.Actor, books *ledger.Ledger, journal *tap.Journal, i *inspector.Inspector) *Barrier {
	return &Barrier{
		act: act, actors: actors, books: books, journal: journal, inspector: i,
		unnoticed: map[ledger.QueueRef]bool{}, fenced: map[int]bool{},
		timed: nature.Timed, limited: nature.Limited, log: &logFence{inspector: i},
	}
}

// Queues are those that the barrier has declared.
func (b *Barrier) Queues() []string {
	if b.log.queue == "" {
		return nil
	}
	return []string{b.log.queue}
}

// AwaitQuiet returns when the system is quiet: every actor has nothing to do but to wait for its timer
// or for a message, a round of fences for all to whom something may be on its way has moved nothing, queues
// have what was put into them, and quorum queues have done what they were sent. Cause is who set off what is happening; events is how many the
// journal had then.
func (b *Barrier) AwaitQuiet(ctx context.Context, cause int) (events uint64, err error) {
	for {
		before, still, err := b.round(ctx, cause)
		if err != nil {
			return 0, err
		}
		if !still || b.books.Bereft() {
			continue
		}
		all, err := b.haveAll(ctx)
		if err != nil {
			return 0, err
		}
		if !all {
			continue
		}
		if q, ok := b.books.Expecting(); ok {
			b.books.Stir(q)
			continue
		}
		logged, err := b.logged(ctx, before)
		if err != nil {
			return 0, err
		}
		if logged {
			clear(b.fenced)
			return before, nil
		}
	}
}

// haveAll reports whether all queues have what was put into them. The process of a classic queue in RabbitMQ answers
// questions before it turns to messages that have come meanwhile, and with a busy disk, or after many messages without
// confirms, a fence says nothing of these. What it says to have shows how far it is.
func (b *Barrier) haveAll(ctx context.Context) (all bool, err error) {
	if b.limited {
		return true, nil
	}
	all = true
	for q, least := range b.books.Given() {
		had, err := b.awaitCount(ctx, q, least)
		if err != nil {
			return false, fmt.Errorf("asking what queue %s has: %w", q.Name, err)
		}
		if !had {
			// What it has taken meanwhile it may have delivered.
			b.books.Stir(q)
			all = false
		}
	}
	return all, nil
}

// awaitCount waits until a queue has so many messages, and reports whether it had them when it was first asked. Between
// two answers it deals with one message that waits, at the least; if it has no more than before, some times in a row, then
// it has let go of them for a reason that is not known here, or has delivered them.
func (b *Barrier) awaitCount(ctx context.Context, q ledger.QueueRef, least int) (had bool, err error) {
	const enough = 5
	most := -1
	for alike := 0; alike < enough; {
		now, err := b.inspector.Look(ctx, q)
		if err != nil {
			return false, err
		}
		if !now.Exists || now.Locked || now.Ready >= least {
			return most < 0, nil
		}
		if now.Ready > most {
			most, alike = now.Ready, 0
		} else {
			alike++
		}
	}
	return false, nil
}

// round does one round of fences, and reports whether it has moved nothing; before is how many events the
// journal had then.
func (b *Barrier) round(ctx context.Context, cause int) (before uint64, still bool, err error) {
	if b.timed {
		b.books.StirAll()
	}
	if err := b.idle(ctx, cause, b.books.Restless()); err != nil {
		return 0, false, err
	}
	before = b.journal.Events()
	restless, passing := b.books.Fence()
	noticed, err := b.fence(ctx, restless)
	if err != nil {
		return before, false, err
	}
	if err := b.ask(ctx, passing); err != nil {
		return before, false, err
	}
	if err := b.idle(ctx, cause, restless); err != nil {
		return before, false, err
	}
	return before, noticed && b.journal.Events() == before && b.books.IsStill(), nil
}

// idle waits until some actors, and the one that set off what is happening, have nothing to do, and
// reports those that cannot go on. The others have had nothing to do before, and nothing has come to them.
func (b *Barrier) idle(ctx context.Context, cause int, cast []int) error {
	if cause >= 0 {
		cast = append([]int{cause}, cast...)
	}
	for _, who := range cast {
		a := b.actors[who]
		if a == nil {
			continue
		}
		if err := a.Wait(ctx); err != nil {
			return err
		}
		if err := a.Err(); err != nil {
			return fmt.Errorf("%s: %w", a.Name(), err)
		}
	}
	return ctx.Err()
}

// fence does one round of fences, publishers first, and returns whether the broker had noticed all
// departures before it: as long as a queue has consumers that are gone, it will move yet, and what
// it sends when it notices only the next round is sure to see.
func (b *Barrier) fence(ctx context.Context, restless []int) (noticed bool, err error) {
	for _, q := range b.books.Affected() {
		b.unnoticed[q] = true
	}
	noticed = len(b.unnoticed) == 0
	for _, who := range restless {
		b.fenced[who] = true
	}
	if err := b.fenceChannels(restless); err != nil {
		return false, err
	}
	for q := range b.unnoticed {
		now, err := b.inspector.Look(ctx, q)
		if err != nil {
			return false, fmt.Errorf("asking for the consumers of queue %s: %w", q.Name, err)
		}
		if least, most, must := b.books.Consumers(q); now.Exists == must && least <= now.Consumers && now.Consumers <= most && b.books.IsBack(q, now.Ready) {
			b.noticed(q)
		}
	}
	return noticed && len(b.unnoticed) == 0, ctx.Err()
}

// ask has queues say that they have dealt with the dead letters that came to them, and have sent theirs. A queue
// answers before it turns to a letter that it has not looked at yet, so that it is asked twice.
func (b *Barrier) ask(ctx context.Context, queues []ledger.QueueRef) error {
	for _, q := range queues {
		for range 2 {
			if _, err := b.inspector.Look(ctx, q); err != nil {
				return fmt.Errorf("asking queue %s whether its dead letters are on their way: %w", q.Name, err)
			}
		}
	}
	return nil
}

// noticed enters that the broker knows of all departures from a queue: only now it is sure to have sent to
// others what came back over that.
func (b *Barrier) noticed(q ledger.QueueRef) {
	if b.unnoticed[q] {
		delete(b.unnoticed, q)
		b.books.Noticed(q)
	}
}

// fenceChannels fences some actors: what is sent has to be dealt with before it is asked who gets it.
func (b *Barrier) fenceChannels(cast []int) error {
	var publishers, consumers []int
	for _, who := range cast {
		a := b.actors[who]
		if a != nil && a.Publishes() {
			publishers = append(publishers, who)
		}
		if a != nil && a.Consumes() {
			consumers = append(consumers, who)
		}
	}
	if err := b.flushAll(publishers); err != nil {
		return err
	}
	return b.fenceAll(consumers)
}

// flushAll flushes some actors side by side.
func (b *Barrier) flushAll(cast []int) error {
	var all errgroup.Group
	for _, who := range cast {
		all.Go(b.actors[who].Flush)
	}
	return all.Wait()
}

// fenceAll fences some actors side by side.
func (b *Barrier) fenceAll(cast []int) error {
	queues := make([][]amqp.Queue, len(cast))
	var all errgroup.Group
	for i, who := range cast {
		all.Go(func() (err error) {
			queues[i], err = b.actors[who].Fence()
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return err
	}
	for i := range queues {
		for _, queue := range queues[i] {
			b.compare(ledger.QueueRef{Vhost: b.act.Cast[cast[i]].Vhost(), Name: queue.Name}, &queue)
		}
	}
	return nil
}

// compare holds what the broker says of a queue against what must be.
func (b *Barrier) compare(q ledger.QueueRef, now *amqp.Queue) {
	if least, most, _ := b.books.Consumers(q); least <= now.Consumers && now.Consumers <= most && b.books.IsBack(q, now.Messages) {
		b.noticed(q)
	} else {
		b.unnoticed[q] = true
	}
}
