package runner_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"tutor/runner"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// timeless is the embedded broker by the wall clock, as others are. It notes which stages come and go.
type timeless struct {
	stage.Target
	mu    sync.Mutex
	notes []string
}

func (t *timeless) note(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, what)
}

func (t *timeless) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	s, err := t.Target.Prepare(ctx, needs)
	if err != nil {
		return nil, err
	}
	t.note("comes")
	s.Time = nil
	closing := s.Close
	s.Close = func(ctx context.Context, settled bool) error {
		t.note("goes")
		return closing(ctx, settled)
	}
	return s, nil
}

// Acts that follow each other and wait for a broker's own time are played side by side, and told of in their order;
// no more than some, and not those that need no such time.
func TestSideBySide(t *testing.T) {
	const waits = `
  - name: %
    clock: broker
    cast:
      - publisher: p
        queue: {name: q, declare: true, durable: true, arguments: {x-message-ttl: 50}}
        routing_key: q
        message: m
        confirm: true
    steps: [{start: p}, {until: {queues: {q: {ready: 0}}}}]
    expect: {fates: {expired: [m]}}
`
	const other = `
  - name: other
    cast: [{publisher: p, routing_key: nowhere, message: m}]
    expect: {fates: {unroutable: [m]}}
`
	text := "title: T\nacts:" + named(waits, "1") + named(waits, "2") + named(waits, "3") + named(waits, "4") + named(waits, "5") + other
	target := &timeless{Target: embeddedTarget(t)}
	r := runner.Run(t.Context(), inline(t, text), target)
	passes(t, r)
	var names []string
	for _, a := range r.Acts {
		names = append(names, a.Act.Name)
	}
	if want := []string{"1", "2", "3", "4", "5", "other"}; !slices.Equal(names, want) {
		t.Errorf("told of %q, want %q", names, want)
	}
	first := slices.Index(target.notes, "goes")
	if first < 4 || first > 5 { // that of the fifth may be there already
		t.Errorf("%d stages before the first has gone, want 4: %q", first, target.notes)
	}
}

func named(act, name string) string { return strings.Replace(act, "%", name, 1) }
