package play

import (
	"context"
	"fmt"
	"slices"

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

// lookAtQueue looks at the queue of a name in the first vhost of the cast that has one.
func (p *playing) lookAtQueue(ctx context.Context, name string) (seen scenario.QueueSeen, err error) {
	var vhosts []string
	for _, a := range p.act.Cast {
		if vhost := a.Vhost(); !slices.Contains(vhosts, vhost) {
			vhosts = append(vhosts, vhost)
		}
	}
	for _, vhost := range vhosts {
		seen, err = p.lookAt(ctx, ledger.QueueRef{Vhost: vhost, Name: name})
		if err != nil || seen.Exists {
			return seen, err
		}
	}
	return seen, nil
}

func (p *playing) lookAt(ctx context.Context, q ledger.QueueRef) (seen scenario.QueueSeen, err error) {
	ch, err := p.auditor(ctx, ledger.Remaining{Vhost: q.Vhost, Queue: q.Name, Owner: p.owner(q)})
	if err != nil {
		return seen, err
	}
	// A channel that the broker has closed says so again.
	defer ch.Close()
	declared, exists, err := inspector.Declared(ch, q.Name)
	if err != nil || !exists {
		return seen, err
	}
	_, unacked := p.ledger.Holds(q)
	return scenario.QueueSeen{Exists: true, Ready: declared.Messages, Consumers: declared.Consumers, Unacked: unacked}, nil
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
