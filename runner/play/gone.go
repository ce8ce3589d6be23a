package play

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/stage"
	"tutor/runner/wire"
)

// gone is the error of an act whose broker does not answer any more. It is what a new connection has come to,
// not a conclusion from those that were there.
type gone struct{ err error }

func (g gone) Error() string {
	return "the broker is gone: a new connection to it fails: " + g.err.Error()
}

func (g gone) Unwrap() error { return g.err }

// answerTime is how long a broker may take to answer whoever asks whether it is there, in an act that may go on
// for timeout.
func answerTime(timeout time.Duration) time.Duration {
	const most = 5 * time.Second
	return min(most, timeout/4)
}

// limit gives an act its time. Shortly before the time is up the broker is asked whether it is there, so
// that the cause of the end is either an act that goes on or a broker that does not answer. It need not while
// it is being restarted.
func limit(ctx context.Context, timeout time.Duration, on *stage.Stage, restarting *atomic.Bool) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		if !passes(ctx, timeout-answerTime(timeout)) {
			return
		}
		timeUp := time.Now().Add(answerTime(timeout))
		if silence := answers(ctx, on, answerTime(timeout)); silence != nil && !restarting.Load() {
			end(gone{silence})
		} else if passes(ctx, time.Until(timeUp)) {
			end(overdue(timeout))
		}
	}()
	return ctx, func() { end(context.Canceled) }
}

// passes reports whether a time passes before the context ends.
func passes(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// answers is an error if the broker does not greet a new connection in time. It is not opened: it counts against no
// limit of a vhost or a user.
func answers(ctx context.Context, on *stage.Stage, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := on.Stream(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err = io.WriteString(conn, wire.ProtocolHeader); err == nil {
		_, err = io.ReadFull(conn, make([]byte, 1))
	}
	if ctx.Err() != nil {
		return fmt.Errorf("it is not greeted within %v", patience.Round(time.Millisecond))
	}
	return err
}

// ifGone puts in the place of an error of a connection that the broker is gone, if it is.
func ifGone(ctx context.Context, err error, timeout time.Duration, on *stage.Stage) error {
	if !lost(err) || ctx.Err() != nil {
		return err
	}
	if silence := answers(ctx, on, answerTime(timeout)); silence != nil {
		return gone{silence}
	}
	return fmt.Errorf("a connection has ended without a word from the broker, which is still there: %w", err)
}

// lost reports whether an error is that of a connection that has ended without a word. The client library
// words it as an exception of its own.
func lost(err error) bool {
	var said *amqp.Error
	if errors.As(err, &said) {
		return !said.Server && (said.Code == amqp.FrameError || said.Code == amqp.ChannelError)
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, new(net.Error))
}
