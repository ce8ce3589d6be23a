package local

import (
	"context"
	"errors"
	"net"
	"testing"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/stagetest"
)

// The node goes on to serve acts after a restart, also after one that the caller did not wait for.
func TestRestart(t *testing.T) {
	if !onLocal(t) {
		return
	}
	target := New(nil)
	defer func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := prepare(t, target, &scenario.Broker{})
	stagetest.Restart(t, s)
	brokenOff(t, target, s)
}

// brokenOff has the context of a restart end while the server stops, or when it has stopped and may be
// booting again: whoever comes next finds a node that is ready.
func brokenOff(t *testing.T, target *Target, s *stage.Stage) {
	t.Helper()
	for name, when := range map[string]func(*run) <-chan struct{}{
		"before it": func(*run) <-chan struct{} { c := make(chan struct{}); close(c); return c },
		"stopped":   func(r *run) <-chan struct{} { return r.process.ended },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		moment := when(target.node.present())
		go func() {
			<-moment
			cancel()
		}()
		if err := s.Restart(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: a restart that is broken off: %v", name, err)
		}
		if err := s.Close(t.Context(), false); err != nil {
			t.Errorf("%s: the act's end: %v", name, err)
		}
		s = prepare(t, target, nil)
		stagetest.Connect(t, s)
	}
}

func TestPortsDiffer(t *testing.T) {
	p, err := choosePorts()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, port := range []int{p.amqp, p.amqps, p.management, p.distribution, p.epmd} {
		if seen[port] || port == 0 {
			t.Errorf("ports %+v", p)
		}
		seen[port] = true
		l, err := net.Listen("tcp", (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}).String())
		if err != nil {
			t.Errorf("port %d is not free: %v", port, err)
			continue
		}
		l.Close()
	}
}
