package vhost

import (
	"slices"

	"tutor/runner/wire"
)

// Channel has a method for each AMQP method that reads or changes the vhost's state. Errors are of type
// *[Error]; after one the caller closes the channel or the connection, as RabbitMQ does.
//
// Methods whose effects may send something else on the same channel take the reply as a function: ok is
// called with the vhost locked, once the method has taken effect and before anything that follows from it is
// handed to the [Client], so that replies and deliveries are queued in the right order. Like the Client's
// methods it must neither block nor call back. Nil means no reply is wanted (no-wait).
type Channel struct {
	conn      *Connection
	client    Client
	closed    bool
	stalled   bool // the client has no room
	lastQueue string

	consumers      map[string]*consumer
	prefetch       int // for the consumers to come
	globalPrefetch int // for all consumers together; see Options
	consumed       int // unacknowledged deliveries to consumers

	lastTag   uint64
	unacked   unackedList
	collected []unacked // reused from call to call

	confirms  bool
	published uint64 // publishes since confirm.select
	tx        *transaction
	replies   *replyConsumer
}

// enter locks the vhost for a method; the caller defers leave. After close it refuses, which only happens to
// a caller that has overlooked the close.
func (ch *Channel) enter() (*VHost, error) {
	v := ch.conn.vhost
	v.mu.Lock()
	if ch.closed {
		v.mu.Unlock()
		return nil, refuse(wire.ChannelError, "CHANNEL_ERROR", "expected 'channel.open'")
	}
	return v, nil
}

func (ch *Channel) newTag() uint64 {
	ch.lastTag++
	return ch.lastTag
}

// Resume tells that the [Client] has room again.
func (ch *Channel) Resume() {
	v, err := ch.enter()
	if err != nil {
		return
	}
	defer v.leave()
	ch.stalled = false
	ch.unblockAll()
}

// Close returns unacknowledged messages to their queues and removes the channel's consumers. Closing twice is
// harmless.
func (ch *Channel) Close() {
	v, err := ch.enter()
	if err != nil {
		return
	}
	defer v.leave()
	ch.close()
}

func (ch *Channel) close() {
	if !ch.closed {
		ch.giveUp(ch.fallSilent())
	}
}

// fallSilent ends the channel's consumers, and returns the queues that they were on.
func (ch *Channel) fallSilent() (left []*queue) {
	ch.closed = true
	if i := slices.Index(ch.conn.channels, ch); i >= 0 {
		ch.conn.channels = slices.Delete(ch.conn.channels, i, i+1)
	}
	ch.stopReplies()
	return ch.leaveQueues()
}

// giveUp gives back what the channel holds.
func (ch *Channel) giveUp(left []*queue) {
	outstanding := ch.unacked.takeAll(nil)
	if ch.tx != nil {
		outstanding = append(outstanding, ch.tx.held()...)
		ch.tx.close(&ch.conn.vhost.memory)
		ch.tx = nil
	}
	ch.settle(outstanding, settlement{outcome: requeue, failed: true})
	for _, q := range left {
		q.run()
	}
}

// leaveQueues ends the channel's subscriptions and returns the queues it had any to. An auto-delete queue may
// go with its last consumer, and then what the channel holds of it goes, too.
func (ch *Channel) leaveQueues() []*queue {
	var left []*queue
	for _, c := range ch.inOrder() {
		delete(ch.consumers, c.tag)
		c.queue.unsubscribe(c)
		if !slices.Contains(left, c.queue) {
			left = append(left, c.queue)
		}
	}
	for _, q := range left {
		if q.unneeded() {
			ch.conn.vhost.removeQueue(q)
		} else {
			q.used()
		}
	}
	return left
}
