package play

import (
	"context"
	"fmt"
	"slices"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/ledger"
	"tutor/runner/play/inspector"
	"tutor/runner/scenario"
)

// What the engine looks at for the sake of what is expected.

// keepExpected has the ledger keep, of the actors of whom an act expects them, deliveries and confirms.
func keepExpected(act *scenario.Act, books *ledger.Ledger) {
	for _, who := range expected(act, func(e *scenario.Expectation, name string) bool { return e.Deliveries[name] != nil }) {
		books.KeepDeliveries(who)
	}
	for _, who := range expected(act, func(e *scenario.Expectation, name string) bool { return e.Confirms[name] != nil }) {
		books.KeepConfirms(who)
	}
}

// expected are the places of the actors of whom an act expects something, on any broker.
func expected(act *scenario.Act, names func(*scenario.Expectation, string) bool) []int {
	var cast []int
	for who, a := range act.Cast {
		if slices.ContainsFunc(act.Expect, func(e *scenario.Expectation) bool { return names(e, a.Name()) }) {
			cast = append(cast, who)
		}
	}
	return cast
}

// lookAtQueues asks what there is in the queues of which the act expects something, before the audit takes it out.
func (p *playing) lookAtQueues(ctx context.Context) (map[string]scenario.QueueSeen, error) {
	seen := map[string]scenario.QueueSeen{}
	for _, e := range p.act.Expect {
		for name := range e.Queues {
			if _, done := seen[name]; done {
				continue
			}
			q, err := p.lookAtQueue(ctx, name)
			if err != nil {
				return nil, fmt.Errorf("looking at queue %s: %w", name, err)
			}
			seen[name] = q
		}
	}
	return seen, nil
}

// lookAtQueue is what the queue of a name is like, in the first of the vhosts where it may be that has one.
func (p *playing) lookAtQueue(ctx context.Context, name string) (seen scenario.QueueSeen, err error) {
	for _, vhost := range p.vhostsOf(name) {
		seen, err = p.lookAt(ctx, ledger.QueueRef{Vhost: vhost, Name: name})
		if err != nil || seen.Exists {
			return seen, err
		}
	}
	return seen, nil
}

// vhostsOf are where a queue may be, by the scenario's names: where somebody has one of that name, or else where
// anybody is.
func (p *playing) vhostsOf(queue string) []string {
	var named, all []string
	for _, a := range p.act.Cast {
		vhost := a.Vhost()
		names := func(q *scenario.Queue) bool { return q.Name == queue }
		if slices.ContainsFunc(a.Queues(), names) && !slices.Contains(named, vhost) {
			named = append(named, vhost)
		}
		if !slices.Contains(all, vhost) {
			all = append(all, vhost)
		}
	}
	if len(named) > 0 {
		return named
	}
	return all
}

// lookAt asks the broker what a queue is like. Who has what of it, and which of its consumers is the active one, only
// the ledger knows, and of an exclusive queue, which nobody but its owner may look at, the rest as well. All must be
// quiet.
func (p *playing) lookAt(ctx context.Context, q ledger.QueueRef) (seen scenario.QueueSeen, err error) {
	ch, err := p.looker(ctx, q)
	if err != nil {
		return seen, err
	}
	// A channel that the broker has closed says so again.
	defer ch.Close()
	declared, exists, err := inspector.Declared(ch, q.Name)
	waiting, unacked := p.ledger.Holds(q)
	switch {
	case inspector.ReplyCode(err) == amqp.ResourceLocked:
		consumers, _, exists := p.ledger.Consumers(q)
		return scenario.QueueSeen{Exists: exists, Ready: waiting, Unacked: unacked, Consumers: consumers, Active: p.ledger.Active(q)}, nil
	case err != nil || !exists:
		return seen, err
	}
	return scenario.QueueSeen{Exists: true, Ready: declared.Messages, Unacked: unacked, Consumers: declared.Consumers, Active: p.ledger.Active(q)}, nil
}

// looker opens a channel to look at a queue on. As long as the act goes on, no actor's connection has any of the
// runner's.
func (p *playing) looker(ctx context.Context, q ledger.QueueRef) (*amqp.Channel, error) {
	if !p.over {
		return p.inspector.Channel(ctx, q.Vhost)
	}
	return p.auditor(ctx, ledger.Remaining{Vhost: q.Vhost, Queue: q.Name, Owner: p.owner(q)})
}

// owner is the place in the cast of the actor whose an exclusive queue is, or -1.
func (p *playing) owner(q ledger.QueueRef) int {
	for _, r := range p.ledger.Remaining() {
		if r.Vhost == q.Vhost && r.Queue == q.Name {
			return r.Owner
		}
	}
	return -1
}
