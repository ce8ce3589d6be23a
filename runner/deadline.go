package runner

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// deadline ends an act's context when the act has gone on for too long, not counting the time that
// it waited for the wall clock.
type deadline struct {
	mu     sync.Mutex
	timer  *time.Timer
	left   time.Duration
	since  time.Time
	cancel context.CancelCauseFunc
}

// overdue is the error of an act that has gone on for longer than it may.
type overdue time.Duration

func (o overdue) Error() string {
	return fmt.Sprintf("the act has not come to its end within %v", time.Duration(o))
}

func withDeadline(ctx context.Context, timeout time.Duration) (context.Context, *deadline) {
	ctx, cancel := context.WithCancelCause(ctx)
	d := &deadline{left: timeout, since: time.Now(), cancel: cancel}
	d.timer = time.AfterFunc(timeout, func() {
		cancel(overdue(timeout))
	})
	return ctx, d
}

// pause stops the count until the returned function is called.
func (d *deadline) pause() (resume func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.timer.Stop() {
		return func() {}
	}
	d.left -= time.Since(d.since)
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.since = time.Now()
		d.timer.Reset(max(0, d.left))
	}
}

func (d *deadline) stop() {
	d.timer.Stop()
	d.cancel(nil)
}
