package difftest

import (
	"fmt"

	"tutor/runner/wire"
)

// logFence waits for RabbitMQ's write-ahead log. What is sent to a quorum queue takes effect when it was
// written there, and no reply of a channel waits for that. But the queues of a node share the log, so
// whatever was in it before a message to another quorum queue is written when that is confirmed.
type logFence struct {
	client *client
}

const (
	// fenceQueue is a queue that programs do not use.
	fenceQueue = "difftest.fence"
	// fencing is a channel number that programs do not use.
	fencing uint16 = 101
)

// newLogFence declares the queue of the fence, on a connection of its own.
func newLogFence(l Login) (*logFence, error) {
	c, err := connect(l)
	if err != nil {
		return nil, err
	}
	f := &logFence{c}
	if err := f.prepare(); err != nil {
		c.conn.Close()
		return nil, fmt.Errorf("preparing a fence: %w", err)
	}
	return f, nil
}

func (f *logFence) prepare() error {
	quorum := wire.Table{{Name: "x-queue-type", Value: "quorum"}}
	for _, m := range []wire.Method{
		&wire.ChannelOpen{}, &wire.ConfirmSelect{}, &wire.QueueDeclare{Queue: fenceQueue, Durable: true, Arguments: quorum},
	} {
		r, err := f.client.ask(fencing, m)
		if err != nil {
			return err
		}
		switch r.method.(type) {
		case *wire.ChannelClose, *wire.ConnectionClose:
			return fmt.Errorf("%s: %s", wire.Format(m), wire.Format(r.method))
		}
	}
	return nil
}

// pass returns when what is in the log now is written.
func (f *logFence) pass() error {
	publish := &wire.BasicPublish{RoutingKey: fenceQueue}
	if err := f.client.publish(fencing, publish, &wire.Properties{}, ""); err != nil {
		return err
	}
	r, err := f.client.next(fencing)
	if err != nil {
		return err
	}
	if _, ok := r.method.(*wire.BasicAck); !ok {
		return fmt.Errorf("passing a fence: %s", wire.Format(r.method))
	}
	return nil
}
