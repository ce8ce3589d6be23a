package management

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	rabbithole "github.com/michaelklishin/rabbit-hole/v2"

	"tutor/runner/stage"
)

// givingBack takes back what acts were provided with, in the background and one act after the other.
// Users are removed. Vhosts are emptied and serve further acts, since to RabbitMQ making and removing
// a vhost is more work than most acts are; what cannot be seen to be empty is removed.
type givingBack struct {
	mu      sync.Mutex
	waiting []returned
	working bool
	// spare are vhosts that are empty, but for what the runner audits acts with.
	spare []string
	// audits are the policies by which vhosts are audited. They stay, since setting one takes as long as
	// many an act.
	audits map[string]stage.Policy
	// throwAway is set where the broker itself is removed with the target.
	throwAway bool
	idle      *sync.Cond
	errs      []error
	stop      context.CancelFunc
}

type returned struct {
	*Provision
	quiet bool
	// within is how long it may take to give it back.
	within time.Duration
}

const (
	// givingBackTimeout is how long it may take to give back what one act had, where nobody says otherwise.
	givingBackTimeout = 30 * time.Second
	// mostWaiting is from how many on [API.GiveBack] waits.
	mostWaiting = 8
)

// ThrowAway says that the broker itself is removed with the target: nothing needs to be removed
// before.
func (a *API) ThrowAway() { a.back.throwAway = true }

// GiveBack takes back, later, what an act was provided with. Quiet says that nothing that the act's
// actors did is still under way at the broker: only then can a vhost be seen to be empty. It may take as
// long, once it is begun, as the context has now. What goes wrong is said by [API.Close].
func (a *API) GiveBack(ctx context.Context, p *Provision, quiet bool) {
	within := givingBackTimeout
	if by, ok := ctx.Deadline(); ok {
		within = time.Until(by)
	}
	b := &a.back
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.waiting) >= mostWaiting {
		b.idle.Wait()
	}
	b.waiting = append(b.waiting, returned{p, quiet, within})
	b.begin()
}

// begin starts the work, unless it is going on already.
func (b *givingBack) begin() {
	if b.working {
		return
	}
	b.working = true
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	go b.work(ctx)
}

// work takes back what waits, and ends when nothing does.
func (b *givingBack) work(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.idle.Broadcast()
	defer func() { b.working = false }()
	defer b.stop()
	for len(b.waiting) > 0 {
		next := b.waiting[0]
		b.waiting = b.waiting[1:]
		b.idle.Broadcast()
		b.mu.Unlock()
		one, done := context.WithTimeout(ctx, next.within)
		empty, err := next.takeBack(one)
		done()
		b.mu.Lock()
		b.spare = append(b.spare, empty...)
		if err != nil {
			b.errs = append(b.errs, err)
		}
	}
}

// isAudited reports whether a vhost has been audited by a policy before.
func (b *givingBack) isAudited(vhost string, p stage.Policy) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, ok := b.audits[vhost]
	return ok && known.Pattern == p.Pattern
}

// audited enters by which policy a vhost is audited.
func (b *givingBack) audited(vhost string, p stage.Policy) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.audits == nil {
		b.audits = map[string]stage.Policy{}
	}
	b.audits[vhost] = p
}

// takeSpare returns a vhost that is empty, if there is one.
func (b *givingBack) takeSpare() (vhost string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.spare) == 0 {
		return "", false
	}
	last := len(b.spare) - 1
	vhost, b.spare = b.spare[last], b.spare[:last]
	return vhost, true
}

// Close waits until everything that was given back is removed, and says what went wrong. If the broker
// itself is thrown away there is nothing to wait for, and nothing can go wrong any more.
func (a *API) Close() error {
	b := &a.back
	b.mu.Lock()
	if b.throwAway {
		b.waiting = nil
		if b.stop != nil {
			b.stop()
		}
	}
	for b.working {
		b.idle.Wait()
	}
	spare, errs := b.spare, b.errs
	b.spare = nil
	b.mu.Unlock()
	defer a.transport.CloseIdleConnections()
	if b.throwAway || len(spare) == 0 && len(errs) == 0 {
		return nil
	}
	ctx, done := context.WithTimeout(context.Background(), givingBackTimeout)
	defer done()
	c, err := a.client(ctx)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	for _, vhost := range spare {
		errs = append(errs, removeVhost(c, vhost))
	}
	return errors.Join(errs...)
}

// takeBack removes the act's users, and those of its vhosts that it cannot empty; it returns the
// others.
func (r returned) takeBack(ctx context.Context) (empty []string, err error) {
	c, err := r.api.client(ctx)
	if err != nil {
		return nil, err
	}
	errs := []error{r.removeUsers(c)}
	for _, v := range r.vhosts {
		// Why one cannot be emptied is of no interest once it is removed.
		if r.quiet && !v.limited && emptied(c, &v) == nil {
			empty = append(empty, v.name)
		} else {
			errs = append(errs, removeVhost(c, v.name))
		}
	}
	return empty, errors.Join(errs...)
}

// emptied deletes the policies that were set in a vhost, its queues and exchanges but for those of the audit,
// and makes sure that a further look finds none.
// Among them may be the exclusive queues of a connection that the broker has not ended yet.
func emptied(c *rabbithole.Client, v *vhostOfAct) error {
	vhost := v.name
	for _, name := range v.policies {
		if err := gone(c.DeletePolicy(vhost, name)); err != nil {
			return fmt.Errorf("deleting policy %s of vhost %s: %w", name, vhost, err)
		}
	}
	for range 2 {
		queues, err := c.ListQueuesWithParametersIn(vhost, url.Values{"disable_stats": {"true"}})
		if err != nil {
			return fmt.Errorf("listing the queues of vhost %s: %w", vhost, err)
		}
		exchanges, err := c.ListExchangesIn(vhost)
		if err != nil {
			return fmt.Errorf("listing the exchanges of vhost %s: %w", vhost, err)
		}
		exchanges = slices.DeleteFunc(exchanges, func(e rabbithole.ExchangeInfo) bool {
			return e.Name == "" || e.Name == stage.Audit || strings.HasPrefix(e.Name, "amq.")
		})
		if at := slices.IndexFunc(queues, func(q rabbithole.QueueInfo) bool { return q.Name == stage.Audit }); at >= 0 {
			if err := gone(c.PurgeQueue(vhost, stage.Audit)); err != nil {
				return fmt.Errorf("purging queue %s of vhost %s: %w", stage.Audit, vhost, err)
			}
			queues = slices.Delete(queues, at, at+1)
		}
		if len(queues) == 0 && len(exchanges) == 0 {
			return nil
		}
		for _, q := range queues {
			if err := gone(c.DeleteQueue(vhost, q.Name)); err != nil {
				return fmt.Errorf("deleting queue %s of vhost %s: %w", q.Name, vhost, err)
			}
		}
		for _, e := range exchanges {
			if err := gone(c.DeleteExchange(vhost, e.Name)); err != nil {
				return fmt.Errorf("deleting exchange %s of vhost %s: %w", e.Name, vhost, err)
			}
		}
	}
	return fmt.Errorf("vhost %s does not become empty", vhost)
}
