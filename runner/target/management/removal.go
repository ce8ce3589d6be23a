package management

import (
	"context"
	"errors"
	"sync"
	"time"
)

// removals removes provisions in the background, one after the other, and not before there are many or
// the target is closed: on RabbitMQ removing a vhost takes longer, and more of the processor, than
// playing most acts.
type removals struct {
	mu      sync.Mutex
	waiting []*Provision
	working bool
	// throwAway is set where the broker itself is removed with the target.
	throwAway bool
	// closing is set when all that waits is to be removed.
	closing bool
	idle    *sync.Cond
	errs    []error
	stop    context.CancelFunc
}

// removalTimeout is how long one removal may take.
const removalTimeout = 30 * time.Second

// Provisions take the broker's memory: from enoughWaiting on they are removed where the broker is
// thrown away afterwards, elsewhere at once. From mostWaiting on [API.Discard] waits for that.
const (
	enoughWaiting = 24
	mostWaiting   = 32
)

// ThrowAway says that the broker itself is removed with the target: provisions may be left to it.
func (a *API) ThrowAway() { a.removals.throwAway = true }

// Discard removes a provision later. What goes wrong is said by [API.Close].
func (a *API) Discard(p *Provision) {
	r := &a.removals
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.idle == nil {
		r.idle = sync.NewCond(&r.mu)
	}
	for len(r.waiting) >= mostWaiting {
		r.idle.Wait()
	}
	r.waiting = append(r.waiting, p)
	if !r.throwAway || r.closing || len(r.waiting) > enoughWaiting {
		r.begin()
	}
}

// begin starts removing, unless that is going on already.
func (r *removals) begin() {
	if r.working {
		return
	}
	r.working = true
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go r.work(ctx)
}

// work removes what waits, and ends when little does.
func (r *removals) work(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.idle.Broadcast()
	defer func() { r.working = false }()
	for len(r.waiting) > 0 && (!r.throwAway || r.closing || len(r.waiting) > enoughWaiting/2) {
		next := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.idle.Broadcast()
		r.mu.Unlock()
		one, done := context.WithTimeout(ctx, removalTimeout)
		err := next.Remove(one)
		done()
		r.mu.Lock()
		if err != nil {
			r.errs = append(r.errs, err)
		}
	}
}

// Close waits until everything that was discarded is removed, and says what went wrong. If the broker
// itself is thrown away there is nothing to wait for, and nothing can go wrong any more.
func (a *API) Close() error {
	r := &a.removals
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closing = true
	switch {
	case r.throwAway:
		r.waiting = nil
		if r.stop != nil {
			r.stop()
		}
	case len(r.waiting) > 0:
		r.begin()
	}
	for r.working {
		r.idle.Wait()
	}
	a.transport.CloseIdleConnections()
	if r.throwAway {
		return nil
	}
	return errors.Join(r.errs...)
}
