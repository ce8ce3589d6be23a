package docker

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestAdviceOnRegistry(t *testing.T) {
	said := `Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host`
	if err := advise("x", errorText(said)); !strings.Contains(err.Error(), "cannot be pulled") || !strings.Contains(err.Error(), said) {
		t.Errorf("%v", err)
	}
}

// A start that was broken off is no reason to tell the user to install something, and is tried again.
func TestNoAdviceOnBreakingOff(t *testing.T) {
	if _, ok := onDocker(t); !ok {
		return
	}
	target := New("tutor/no-such-image", nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 {
		_, err := target.Prepare(ctx, nil)
		if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "no Docker engine") {
			t.Errorf("%v", err)
		}
	}
	if target.err != nil {
		t.Errorf("kept for the next act: %v", target.err)
	}
	if err := target.Close(); err != nil {
		t.Error(err)
	}
}
