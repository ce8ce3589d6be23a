package runner_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/embedded"
)

// embeddedTarget is for tests of the runner itself, which need no other broker.
func embeddedTarget(t testing.TB) stage.Target {
	t.Helper()
	target := embedded.New()
	t.Cleanup(func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	return target
}

const lazyAct = `
title: T
acts:
  - name: a
    cast:
      - consumer: lazy
        queue: {name: q, declare: true, durable: true}
        ack: auto
        lazy: 3s
      - consumer: sober
        queue: {name: q, declare: true, durable: true}
        prefetch: 1
      - publisher: p
        routing_key: q
        message: m
        count: 4
        interval: 1s
    expect:
`

// Expectations that are wrong must fail, each with a diff that says what is wrong.
func TestWrongExpectations(t *testing.T) {
	leakless(t)
	for name, c := range map[string]struct{ expect, subject, diff string }{
		"a line too much": {
			"transcript: {lazy: \"Created queue: q\\nReceived: 1:m\\nReceived: 2:m\"}", "transcript of lazy", "-Received: 2:m"},
		"a line too few": {
			"transcript: {lazy: \"Created queue: q\"}", "transcript of lazy", "+Received: 1:m"},
		"another line": {
			"transcript: {sober: \"Created queue: q\\nReceived: 2:m\\nReceived: 3:m\"}", "transcript of sober", "-Received: 3:m +Received: 4:m"},
		"another order": {
			"transcript: {sober: \"Received: 2:m\\nCreated queue: q\\nReceived: 4:m\"}", "transcript of sober", "+Created queue: q"},
		"an actor that is silent": {
			"transcript: {sober: \"\"}", "transcript of sober", "+Created queue: q +Received: 2:m +Received: 4:m"},
		"a pattern that does not fit": {
			"transcript: {lazy: \"Created queue: amq.gen-<any>\\nReceived: 1:m\"}", "transcript of lazy", "-Created queue: amq.gen-<any> +Created queue: q"},
		"another fate": {
			"fates: {acked: [\"2:m\", \"4:m\", \"1:m\"], dropped: [\"3:m\"]}", "fates", "-acked: 1:m +dropped: 1:m"},
		"a fate too few": {
			"fates: {acked: [\"2:m\", \"4:m\"], dropped: [\"3:m\"]}", "fates", "+dropped: 1:m"},
		"a fate too much": {
			"fates: {acked: [\"2:m\", \"4:m\"], dropped: [\"1:m\", \"3:m\"], queued: [\"5:m\"]}", "fates", "-queued: 5:m"},
		"a copy too much": {
			"fates: {acked: {\"2:m\": 2, \"4:m\": 1}, dropped: 2}", "fates", "-acked: 2:m"},
		"another number": {
			"fates: {acked: 2, dropped: 3}", "fates", "-dropped: 3 +dropped: 2"},
		"no fate at all": {
			"fates: {}", "fates", "+acked: 2:m +acked: 4:m +dropped: 1:m +dropped: 3:m"},
	} {
		t.Run(name, func(t *testing.T) {
			r := runner.Run(context.Background(), inline(t, lazyAct+"      "+c.expect+"\n"), embeddedTarget(t))
			a := r.Acts[0]
			if a.Verdict != outcome.Fail || len(a.Mismatches) != 1 {
				t.Fatalf("verdict %s (%v), mismatches %v", a.Verdict, a.Err, a.Mismatches)
			}
			m := a.Mismatches[0]
			if m.Subject != c.subject || m.Pos.Line < 18 {
				t.Errorf("%v: %s, want %s in the last line", m.Pos, m.Subject, c.subject)
			}
			var diff []string
			for _, d := range m.Diff {
				diff = append(diff, string(d.Op)+d.Text)
			}
			for _, want := range strings.Split(c.diff, " +") {
				if !strings.Contains(strings.Join(diff, "\n"), strings.TrimPrefix(want, "+")) {
					t.Errorf("the diff lacks %q:\n%s", want, strings.Join(diff, "\n"))
				}
			}
		})
	}
}

// That there are no fates proves nothing of an act in which nothing is sent.
func TestNothingIsChecked(t *testing.T) {
	leakless(t)
	for expect, verdict := range map[string]outcome.Verdict{
		"{transcript: {}, fates: {}}": outcome.Fail,
		"{fates: {}}":                 outcome.Fail,
		"{transcript: {p: \"ERROR: 403<any>\"}, fates: {}}": outcome.Pass,
	} {
		s := inline(t, `
title: T
acts:
  - name: a
    cast:
      - publisher: p
        queue: {name: amq.reserved, declare: true, durable: true}
        routing_key: amq.reserved
        message: m
    expect: `+expect+"\n")
		if a := runner.Run(t.Context(), s, embeddedTarget(t)).Acts[0]; a.Verdict != verdict {
			t.Errorf("%s: %s", expect, a.Verdict)
		}
	}
}

func TestRightExpectationsPass(t *testing.T) {
	leakless(t)
	for _, expect := range []string{
		"transcript: {lazy: \"<any>queue: q\\nReceived: <any>\"}",
		"transcript: {sober: {lines: [\"Received: 4:m\", \"Received: 2:m\", \"Created queue: q\"], unordered: true}}",
		"fates: {acked: 2, dropped: [\"1:m\", \"3:m\"]}",
		"[{on: rabbitmq <4.0, fates: {}}, {on: embedded, fates: {acked: 2, dropped: 2}}]",
	} {
		passes(t, runner.Run(context.Background(), inline(t, lazyAct+"      "+expect+"\n"), embeddedTarget(t)))
	}
}

// broken is a target whose stages are changed on the way.
type broken struct {
	stage.Target
	change func(*stage.Stage)
}

func (b broken) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	stage, err := b.Target.Prepare(ctx, needs)
	if err == nil {
		b.change(stage)
	}
	return stage, err
}

const helloAct = `
title: T
acts:
  - name: a
    timeout: 1m
    cast:
      - consumer: c
        queue: {name: q, declare: true, durable: true}
      - publisher: p
        routing_key: q
        message: m
    expect: {fates: {acked: [m]}}
`

// What keeps an act from being played is an error, never a pass and never a hang.
func TestErrors(t *testing.T) {
	leakless(t)
	for name, c := range map[string]struct {
		scenario, want string
		change         func(*stage.Stage)
	}{
		"the broker is unreachable": {helloAct, "connecting to the broker", func(s *stage.Stage) {
			s.Dial = func(context.Context) (net.Conn, error) { return nil, errors.New("connection refused") }
		}},
		"the broker hangs up": {helloAct, "opening the connection", func(s *stage.Stage) {
			s.Dial = func(context.Context) (net.Conn, error) {
				client, server := net.Pipe()
				server.Close()
				return client, nil
			}
		}},
		"the broker does not speak AMQP": {helloAct, "", func(s *stage.Stage) {
			s.Dial = func(context.Context) (net.Conn, error) {
				client, server := net.Pipe()
				go func() {
					_, _ = server.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
					_, _ = server.Read(make([]byte, 8))
					server.Close()
				}()
				return client, nil
			}
		}},
		"the broker does not answer": {strings.Replace(helloAct, "1m", "100ms", 1), "the broker is gone: a new connection to it fails: it is not greeted within 25ms", func(s *stage.Stage) {
			s.Dial = func(context.Context) (net.Conn, error) {
				client, _ := net.Pipe()
				return client, nil
			}
		}},
		"a panic in the target": {helloAct, "panic: in the target", func(s *stage.Stage) {
			s.Dial = func(context.Context) (net.Conn, error) { panic("in the target") }
		}},
		"no restart": {strings.Replace(helloAct, "    expect:", "    steps: [{start: c}, {start: p}, {restart: broker}]\n    expect:", 1),
			"may not do", func(s *stage.Stage) { s.Restart = nil }},
		"the stage cannot be removed": {helloAct, "tidying the broker up: it is stuck", func(s *stage.Stage) {
			remove := s.Close
			s.Close = func(ctx context.Context, settled bool) error {
				return errors.Join(errors.New("it is stuck"), remove(ctx, settled))
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			target := embeddedTarget(t)
			if c.change != nil {
				target = broken{target, c.change}
			}
			r := runner.Run(context.Background(), inline(t, c.scenario), target)
			if a := r.Acts[0]; a.Verdict != outcome.Error || a.Err == nil || !strings.Contains(a.Err.Error(), c.want) {
				t.Errorf("verdict %s, error %v, want %q", a.Verdict, a.Err, c.want)
			}
		})
	}
}

// When the context ends in the middle of an act, the act is broken off, and no further one begun.
func TestBreakingOff(t *testing.T) {
	leakless(t)
	ctx, cancel := context.WithCancel(context.Background())
	s := inline(t, `
title: T
clock: real
acts:
  - &act
    name: a
    cast:
      - consumer: c
        queue: {name: q, declare: true, durable: true}
      - publisher: p
        routing_key: q
        message: m
        count: 2
        interval: 1h
    expect: {fates: {acked: 2}}
  - <<: *act
    name: b
`)
	stopped := false
	target := broken{embeddedTarget(t), func(stage *stage.Stage) {
		if stopped {
			return
		}
		stopped = true
		time.AfterFunc(50*time.Millisecond, cancel)
	}}
	began := time.Now()
	r := runner.Run(ctx, s, target)
	if len(r.Acts) != 1 || r.Acts[0].Verdict != outcome.Error || !errors.Is(r.Acts[0].Err, context.Canceled) {
		t.Errorf("%d acts, the first: %s, %v", len(r.Acts), r.Acts[0].Verdict, r.Acts[0].Err)
	}
	if time.Since(began) > time.Minute {
		t.Error("it went on")
	}
}

// A broker that dies in mid-act is an error.
func TestBrokerDies(t *testing.T) {
	leakless(t)
	var conns []net.Conn
	target := broken{embeddedTarget(t), func(stage *stage.Stage) {
		dial := stage.Dial
		stage.Dial = func(ctx context.Context) (net.Conn, error) {
			conn, err := dial(ctx)
			conns = append(conns, conn)
			if len(conns) == 2 {
				// The publisher comes, and the broker goes.
				for _, c := range conns {
					c.Close()
				}
			}
			return conn, err
		}
	}}
	r := runner.Run(context.Background(), inline(t, helloAct), target)
	if a := r.Acts[0]; a.Verdict != outcome.Error {
		t.Errorf("verdict %s, %v", a.Verdict, a.Err)
	}
}
