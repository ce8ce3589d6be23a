package runner_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/stage"
	"tutor/runner/wire"
)

// mute swallows what a client sends from connection.close on, like a broker that has stopped to read
// from a publisher's connection.
type mute struct {
	net.Conn
	muted bool
}

func (m *mute) Write(p []byte) (int, error) {
	goodbye, err := wire.AppendMethod(nil, 0, &wire.ConnectionClose{})
	if err != nil {
		return 0, err
	}
	// Type, channel and size come before the method's identifiers.
	const ids = 7
	m.muted = m.muted || bytes.Contains(p, goodbye[ids:ids+4])
	if m.muted {
		return len(p), nil
	}
	return m.Conn.Write(p)
}

// An actor that does not get to the end of closing its connection ends at the act's deadline.
func TestClosingHangs(t *testing.T) {
	for name, steps := range map[string]string{
		"an actor that is stopped": "steps: [{start: c}, {stop: c}, {start: p}]",
		"a publisher that is done": "steps: [{start: c}, {start: p}]",
	} {
		t.Run(name, func(t *testing.T) {
			leakless(t)
			s := inline(t, `
title: T
timeout: 300ms
acts:
  - name: a
    cast:
      - consumer: c
        queue: {name: q, declare: true, durable: true}
      - publisher: p
        routing_key: q
        message: m
    `+steps+`
    expect: {fates: {}}
`)
			target := broken{embeddedTarget(t), func(stage *stage.Stage) {
				dial := stage.Dial
				stage.Dial = func(ctx context.Context) (net.Conn, error) {
					conn, err := dial(ctx)
					return &mute{Conn: conn}, err
				}
			}}
			a := runner.Run(t.Context(), s, target).Acts[0]
			if a.Verdict != outcome.Error || !strings.Contains(a.Err.Error(), "has not come to its end within 300ms") {
				t.Errorf("%s: %v", a.Verdict, a.Err)
			}
		})
	}
}

// A channel that is closed over a burst of messages takes all of them with it, also those that the
// publisher sends until it notices.
func TestBurstIntoAClosedChannel(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		for _, confirm := range []string{"false", "true"} {
			s := inline(t, `
title: T
acts:
  - name: a
    cast:
      - publisher: p
        exchange: {name: missing}
        message: m
        count: 300
        confirm: `+confirm+`
    expect: {transcript: {p: {lines: [], unordered: true}}}
`)
			books := runner.Run(t.Context(), s, target).Acts[0].Books
			if books == nil || !books.Balanced() || books.Sent == 0 || books.Counts["refused"] != books.Sent {
				t.Errorf("confirm: %s: %+v", confirm, books)
			}
		}
	})
}

// A client that is refused right after it has opened its connection is told so, each time.
func TestRefusedRightAfterOpening(t *testing.T) {
	leakless(t)
	s := inline(t, `
title: T
broker: {users: {u: {password: pw, max_channels: 0, permissions: {/: {configure: .*, write: .*, read: .*}}}}}
acts:
  - name: a
    cast:
      - publisher: p
        connect: {user: u}
        queue: {name: q}
        message: m
    expect: {transcript: {p: "WARNING: the connection is not secured.\nERROR: 530 NOT_ALLOWED - number of channels opened for user 'u' has reached the maximum allowed user limit of 0"}}
`)
	target := embeddedTarget(t)
	for range 50 {
		passes(t, runner.Run(t.Context(), s, target))
	}
}
