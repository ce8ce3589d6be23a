package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/testcontainers/testcontainers-go"
)

// restart is a restart of the server in the container. It goes on when the act that wanted it is broken
// off: a server that was only stopped would be of no use to the next act.
type restart struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// restart stops the server in order and starts it again. The container goes on, since it would get
// other ports.
func (t *Target) restart(ctx context.Context) error {
	t.mu.Lock()
	container := t.container
	if container == nil {
		t.mu.Unlock()
		return errors.New("the target is closed")
	}
	going, cancel := context.WithTimeout(context.WithoutCancel(ctx), bootTimeout)
	r := &restart{cancel: cancel, done: make(chan struct{})}
	t.restarting = r
	t.mu.Unlock()
	go func() {
		defer close(r.done)
		defer cancel()
		r.err = stopAndStart(going, container)
	}()
	return t.explain(ctx, r.wait(ctx))
}

func stopAndStart(ctx context.Context, container testcontainers.Container) error {
	for _, order := range []string{"stop_app", "start_app"} {
		code, output, err := container.Exec(ctx, []string{"rabbitmqctl", order})
		if err != nil {
			return fmt.Errorf("rabbitmqctl %s: %w", order, err)
		}
		if code != 0 {
			said, _ := io.ReadAll(output)
			return fmt.Errorf("rabbitmqctl %s: exit code %d: %s", order, code, bytes.TrimSpace(said))
		}
	}
	return nil
}

// wait waits for the end of a restart, if there was one.
func (r *restart) wait(ctx context.Context) error {
	if r == nil {
		return nil
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end breaks a restart off, and waits for that.
func (r *restart) end() {
	if r != nil {
		r.cancel()
		<-r.done
	}
}
