// Package tutortest verifies scenarios inside go test: a project keeps its own scenarios beside its
// code, and has them played on the broker that it relies on.
//
//	func TestDeliverySemantics(t *testing.T) {
//		tutortest.Run(t, "testdata/*.yaml", tutortest.Broker(os.Getenv("AMQP_URL")))
//	}
//
// Each scenario is a subtest, and each of its acts one of that. Without an option they are played on
// the embedded broker.
package tutortest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target"
	"tutor/runner/target/remote"
)

// Option says how scenarios are verified.
type Option func(*settings)

type settings struct {
	target stage.Target
	// name of the target to be made, if none was given.
	name    string
	options target.Options
	runner  runner.Runner
}

// On plays the scenarios on a target, such as docker.New(""), which stays the caller's to close.
func On(t stage.Target) Option { return func(s *settings) { s.target = t } }

// Broker plays the scenarios on a broker that is named as after --broker: embedded, local, or a URL.
// The empty name stands for embedded. Containers need [On], so that not everybody has to build with a
// container library.
func Broker(name string) Option { return func(s *settings) { s.name = name } }

// Management gives the management API of a broker by URL, for vhosts and users of the acts' own.
func Management(url string) Option {
	return func(s *settings) { s.options.Remote = remote.Options{Management: url} }
}

// RealClock plays all acts at the real clock.
func RealClock() Option { return func(s *settings) { s.runner.Clock = scenario.Real } }

// Run verifies the scenarios in the files that a pattern matches, as [filepath.Glob] does; that it
// matches none is a failure. An act whose observation is not what it expects fails with the report
// that the command line shows.
func Run(t *testing.T, pattern string, options ...Option) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatalf("pattern %q: %v", pattern, err)
	}
	if len(paths) == 0 {
		t.Fatalf("no file matches %q", pattern)
	}
	s := settings{name: "embedded"}
	for _, o := range options {
		o(&s)
	}
	s.open(t)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), func(t *testing.T) { s.scenario(t, path) })
	}
}

// open makes the target, if it was only named.
func (s *settings) open(t *testing.T) {
	t.Helper()
	if s.target != nil {
		return
	}
	if s.name == "" {
		s.name = "embedded"
	}
	made, err := target.Parse(s.name, s.options)
	if err != nil {
		t.Fatal(err)
	}
	s.target = made
	t.Cleanup(func() {
		if err := made.Close(); err != nil {
			t.Errorf("closing target %s: %v", made.Name(), err)
		}
	})
}

// scenario plays a scenario and makes a subtest of each act.
func (s *settings) scenario(t *testing.T, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := scenario.DecodeFile(path, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range decoded.Acts {
		t.Run(act.Name, func(t *testing.T) {
			r := s.runner
			r.Acts = func(a *scenario.Act) bool { return a == act }
			played := r.Run(t.Context(), decoded, s.target)
			for _, a := range played.Acts {
				verify(t, a)
			}
		})
	}
}

// verify fails a test whose act has not passed.
func verify(t *testing.T, a *outcome.Act) {
	t.Helper()
	if a.Verdict == outcome.Pass {
		return
	}
	var b strings.Builder
	text := report.NewText(&b, report.Options{Width: 100})
	text.Act(a)
	t.Errorf("%v: %s\n%s", a.Act.Pos, a.Verdict, b.String())
}
