package runner_test

import (
	"context"
	"net"
	"path/filepath"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// What became of a message is what the broker says, where it can be asked, whatever its queue was declared
// with.
func TestEvidence(t *testing.T) {
	paths, err := filepath.Glob("testdata/ledger/*.yaml")
	must(t, err)
	if len(paths) == 0 {
		t.Fatal("no scenarios")
	}
	targets.Each(t, func(t *testing.T, target stage.Target) {
		for _, path := range paths {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				r := runner.Run(context.Background(), decode(t, path), target)
				for _, a := range r.Acts {
					for _, n := range a.Notes() {
						t.Logf("%s: %v %s %v: %s", a.Act.Name, a.Verdict, n.Event, n.Messages, n.Text)
					}
				}
				passes(t, r)
			})
		}
	})
}

// thief is a target whose broker somebody else takes messages from: when the second actor connects, what
// is in a queue is purged.
type thief struct {
	stage.Target
	queue string
}

func (s *thief) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	stage, err := s.Target.Prepare(ctx, needs)
	if err != nil {
		return nil, err
	}
	steal := *stage
	dials := 0
	steal.Dial = func(ctx context.Context) (net.Conn, error) {
		// It is the second actor's, or that of the audit.
		if dials++; dials == 3 {
			if err := s.purge(ctx, stage); err != nil {
				return nil, err
			}
		}
		return stage.Dial(ctx)
	}
	return &steal, nil
}

func (s *thief) purge(ctx context.Context, on *stage.Stage) error {
	raw, err := on.Dial(ctx)
	if err != nil {
		return err
	}
	conn, err := stage.Open(ctx, raw, on.AsGuest("/"))
	if err != nil {
		return err
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil {
		return err
	}
	_, err = ch.QueuePurge(s.queue, false)
	return err
}

// A loss that no rule explains stays a loss, also where a limit could push messages out that was never
// reached.
func TestPurgedBehindTheScenes(t *testing.T) {
	s := decode(t, "testdata/purged-behind-the-scenes.yaml")
	targets.Each(t, func(t *testing.T, target stage.Target) {
		for i, act := range s.Acts {
			one := runner.Runner{Acts: func(a *scenario.Act) bool { return a == act }}
			r := one.Run(t.Context(), s, &thief{target, []string{"lost", "lost2"}[i]})
			a := r.Acts[0]
			if a.Verdict != outcome.Fail || a.Books == nil || a.Books.Counts[""] != 3 {
				t.Errorf("%s: %s, %v, %+v", act.Name, a.Verdict, a.Err, a.Notes())
			}
		}
	})
}
