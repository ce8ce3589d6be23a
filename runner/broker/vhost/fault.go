package vhost

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/wire"
)

// faults are what RabbitMQ may do to clients at any time, and what this broker does only when it is told to:
// misbehaviours that were asked for and have not come to pass.
type faults struct {
	nacks, returns int
	closes         []*Error
}

// Faults says how many publishes are still to be treated badly.
type Faults struct {
	Nacks   int // on channels in confirm mode: refused, as if the broker could not take care of them
	Returns int // of mandatory messages: returned, whatever is bound
	Closes  int // answered by closing the channel
}

// NackNext has the next publish on a channel in confirm mode be refused. It comes to no queue.
func (v *VHost) NackNext() { v.fail(func(f *faults) { f.nacks++ }) }

// ReturnNext has the next mandatory publish come to no queue.
func (v *VHost) ReturnNext() { v.fail(func(f *faults) { f.returns++ }) }

// CloseNext has the next publish be answered with an error.
func (v *VHost) CloseNext(e *Error) { v.fail(func(f *faults) { f.closes = append(f.closes, e) }) }

func (v *VHost) fail(change func(*faults)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	change(&v.faults)
}

// Faults tells what was asked for and has not come to pass.
func (v *VHost) Faults() Faults {
	v.mu.Lock()
	defer v.mu.Unlock()
	return Faults{v.faults.nacks, v.faults.returns, len(v.faults.closes)}
}

func (f *faults) nacking() bool { return take(&f.nacks) }

func (f *faults) returning() bool { return take(&f.returns) }

func (f *faults) closing() error {
	if len(f.closes) == 0 {
		return nil
	}
	e := f.closes[0]
	f.closes = f.closes[1:]
	return e
}

// take reports whether there is one more, which then is gone.
func take(n *int) bool {
	if *n == 0 {
		return false
	}
	*n--
	return true
}

// CancelConsumers ends the consumers of a queue as RabbitMQ does when it can serve them no longer: clients that
// want to know are told, and what they have not settled stays with their channels. It returns how many that were.
func (v *VHost) CancelConsumers(name string) (int, error) {
	v.mu.Lock()
	defer v.leave()
	q := v.queues[name]
	if q == nil {
		return 0, v.notFound(queueNamed(name))
	}
	members := slices.Clone(q.members)
	slices.SortStableFunc(members, func(a, b *consumer) int { return strings.Compare(a.tag, b.tag) })
	for _, c := range members {
		delete(c.channel.consumers, c.tag)
		q.unsubscribe(c)
		q.kind.left(q, c)
		c.channel.client.Cancel(c.tag)
	}
	if q.unneeded() {
		v.removeQueue(q)
	} else {
		q.used()
	}
	return len(members), nil
}

// Consuming lists the clients of the channels that consume from a queue, each once.
func (v *VHost) Consuming(name string) ([]Client, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	q := v.queues[name]
	if q == nil {
		return nil, v.notFound(queueNamed(name))
	}
	var clients []Client
	for _, c := range q.members {
		if !slices.Contains(clients, c.channel.client) {
			clients = append(clients, c.channel.client)
		}
	}
	return clients, nil
}

// ChannelError makes an error of RabbitMQ's form, with a code that closes a channel and not its connection.
func ChannelError(code wire.ReplyCode, explanation string) (*Error, error) {
	e := refuse(code, code.String(), "%s", explanation)
	if e.ClosesConnection() {
		return nil, fmt.Errorf("%d (%v) closes no channel: want %d, %d, %d or %d", code, code,
			wire.AccessRefused, wire.NotFound, wire.ResourceLocked, wire.PreconditionFailed)
	}
	return e, nil
}
