package broker

import "sync"

// The marks of an outbox, in bytes. Above the high one consumers get no more deliveries, so that the
// messages stay in their queues for others; above the highest nothing more is read from the client,
// which then has to read first.
const (
	highMark    = 1 << 20
	lowMark     = 256 << 10
	highestMark = 8 << 20
	// keptBuffer is the largest buffer that is kept for the next time.
	keptBuffer = 2 << 20
)

// outbox is what is on its way to a client. Whoever has something to say appends it and goes on; one
// goroutine writes it to the socket.
type outbox struct {
	mu      sync.Mutex
	changed *sync.Cond
	pending []byte
	spare   []byte
	// stalled are the channels that were told that there is no room.
	stalled map[*channel]struct{}
	// finished is set when nothing more may be appended; what is pending is still written.
	finished bool
	// broken is set when the socket took no more.
	broken bool
}

func newOutbox() *outbox {
	o := &outbox{stalled: map[*channel]struct{}{}}
	o.changed = sync.NewCond(&o.mu)
	return o
}

// lock locks the outbox and returns what is pending, to append to.
func (o *outbox) lock() []byte {
	o.mu.Lock()
	return o.pending
}

// unlock unlocks the outbox with what was appended, and returns how much is pending.
func (o *outbox) unlock(pending []byte) int {
	if o.finished {
		pending = o.pending
	}
	o.pending = pending
	n := len(pending)
	o.mu.Unlock()
	o.changed.Broadcast()
	return n
}

// stall notes that a channel waits for room.
func (o *outbox) stall(ch *channel) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stalled[ch] = struct{}{}
}

// finish ends the outbox: what is pending is the last.
func (o *outbox) finish() {
	o.mu.Lock()
	o.finished = true
	o.mu.Unlock()
	o.changed.Broadcast()
}

// fail gives up what is pending.
func (o *outbox) fail() {
	o.mu.Lock()
	o.finished, o.broken, o.pending = true, true, nil
	o.mu.Unlock()
	o.changed.Broadcast()
}

// take waits for something to write, and takes all of it. It returns nil when there will be nothing
// more.
func (o *outbox) take() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.pending) == 0 && !o.finished {
		o.changed.Wait()
	}
	if len(o.pending) == 0 {
		return nil
	}
	taken := o.pending
	o.pending, o.spare = o.spare[:0], nil
	return taken
}

// written gives the buffer back, and returns the channels that may have deliveries again.
func (o *outbox) written(buffer []byte) (resumed []*channel) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if cap(buffer) <= keptBuffer {
		o.spare = buffer[:0]
	}
	if len(o.pending) <= lowMark {
		for ch := range o.stalled {
			resumed = append(resumed, ch)
		}
		clear(o.stalled)
	}
	o.changed.Broadcast()
	return resumed
}

// await waits until the client has taken enough of what is pending.
func (o *outbox) await() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.pending) > highestMark && !o.broken {
		o.changed.Wait()
	}
}
