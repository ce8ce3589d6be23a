package play

import (
	"context"
	"fmt"

	"tutor/runner/tap"
)

// excess is the error of an act in which more passes between its actors and the broker than may.
type excess struct {
	most int
	what string
}

func (e excess) Error() string {
	return fmt.Sprintf("the act is broken off: more than %d %s have passed between its actors and the broker", e.most, e.what)
}

// bounds break an act off in which too much passes between its actors and the broker, in whichever direction: what is
// published, and what is delivered again and again. Zero is no bound.
type bounds struct {
	messages, bytes int
	// passed are the messages that have, and size are the bytes of their bodies.
	passed, size int
	end          context.CancelCauseFunc
}

// within is a context that ends when a bound is exceeded.
func (b *bounds) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, b.end = context.WithCancelCause(ctx)
	return ctx, func() { b.end(context.Canceled) }
}

func (b *bounds) observe(e tap.Event) {
	if e.Content == nil {
		return
	}
	b.passed++
	b.size += int(e.Content.Size)
	switch {
	case b.messages > 0 && b.passed > b.messages:
		b.end(excess{b.messages, "messages"})
	case b.bytes > 0 && b.size > b.bytes:
		b.end(excess{b.bytes, "bytes of messages"})
	}
}
