package server

import "context"

// turns lets so many in at one time as it has room for.
type turns chan struct{}

// take returns when it is one's turn, or the context ends. Whoever has to wait is told so first.
func (t turns) take(ctx context.Context, wait func()) error {
	select {
	case t <- struct{}{}:
		return nil
	default:
		wait()
	}
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turns) give() { <-t }
