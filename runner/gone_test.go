package runner_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/stage"
	"tutor/runner/wire"
)

// A broker that dies or stops to answer in mid-act is said to be gone, and nobody waits for it for as long
// again.
func TestBrokerIsGone(t *testing.T) {
	for name, frozen := range map[string]bool{"killed": false, "frozen": true} {
		t.Run(name, func(t *testing.T) {
			leakless(t)
			s := inline(t, strings.Replace(helloAct, "timeout: 1m", "timeout: 400ms", 1))
			f := &frail{frozen: frozen}
			var removing time.Duration
			target := broken{embeddedTarget(t), func(stage *stage.Stage) {
				dial, end := stage.Dial, stage.Close
				stage.Dial = func(ctx context.Context) (net.Conn, error) { return f.dial(ctx, dial) }
				stage.Close = func(ctx context.Context, settled bool) error {
					by, _ := ctx.Deadline()
					removing = time.Until(by)
					return end(ctx, settled)
				}
			}}
			a := runner.Run(t.Context(), s, target).Acts[0]
			if a.Verdict != outcome.Error || !strings.Contains(a.Err.Error(), "the broker is gone: a new connection to it fails: ") {
				t.Errorf("%s: %v", a.Verdict, a.Err)
			}
			if removing <= 0 || removing > 100*time.Millisecond {
				t.Errorf("removing the stage was given %v", removing)
			}
		})
	}
}

// frail goes away with the first acknowledgement: its connections end and new ones are refused, or nothing that
// is written to them is read any more.
type frail struct {
	frozen bool

	mu    sync.Mutex
	gone  bool
	conns []net.Conn
}

func (f *frail) dial(ctx context.Context, dial func(context.Context) (net.Conn, error)) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gone && !f.frozen {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	conn, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	f.conns = append(f.conns, conn)
	return &frailConn{conn, f}, nil
}

type frailConn struct {
	net.Conn
	broker *frail
}

func (c *frailConn) Write(p []byte) (int, error) {
	ack, err := wire.AppendMethod(nil, 0, &wire.BasicAck{})
	if err != nil {
		return 0, err
	}
	// Type, channel and size come before the method's identifiers.
	const ids = 7
	f := c.broker
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.gone && bytes.Contains(p, ack[ids:ids+4]) {
		f.gone = true
		for _, conn := range f.conns {
			if !f.frozen {
				conn.Close()
			}
		}
	}
	if f.gone && f.frozen {
		return len(p), nil
	}
	return c.Conn.Write(p)
}
