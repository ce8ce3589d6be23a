package docker

import (
	"context"
	"errors"
	"testing"

	"tutor/runner/stage"
	"tutor/runner/target/stagetest"
)

// The container goes on while the server in it is restarted: the addresses stay, and further acts can
// be prepared.
func TestRestart(t *testing.T) {
	image, ok := onDocker(t)
	if !ok {
		return
	}
	target := New(image, nil)
	defer func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := target.Prepare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	stagetest.Restart(t, s)
	brokenOff(t, target, s)
}

// brokenOff has the context of a restart end at once: it is brought to its end all the same, and whoever
// comes next waits for that.
func brokenOff(t *testing.T, target *Target, s *stage.Stage) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Restart(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a restart that is broken off: %v", err)
	}
	next, err := target.Prepare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	stagetest.Connect(t, next)
	// One that goes on when the target is closed does not hold it up.
	if err := s.Restart(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a restart that is broken off: %v", err)
	}
}

// What is left of an act when the target is closed says so; it does not bring the program down.
func TestStageOfAClosedTarget(t *testing.T) {
	target := New("", nil)
	if err := target.Close(); err != nil {
		t.Error(err)
	}
	if err := target.restart(t.Context()); err == nil {
		t.Error("a closed target is restarted")
	}
	if err := target.explain(t.Context(), errorText("refused")); err == nil || err.Error() != "refused\nthe target is closed" {
		t.Errorf("%v", err)
	}
	if _, err := target.Prepare(t.Context(), nil); err == nil {
		t.Error("an act is prepared on a closed target")
	}
}
