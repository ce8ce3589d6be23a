// Package targettest has the test suite run on all kinds of brokers.
//
// The environment variable TUTOR_TEST_BROKERS says on which, separated by commas: embedded, local,
// docker, docker:IMAGE. Each must then be there, or the tests fail. If the variable is not set, the
// suite runs on what is there, and tests on the others are skipped, saying why. A broker is booted
// once for all tests of a package, side by side with the others.
package targettest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tutor/runner/stage"
	"tutor/runner/target/docker"
	"tutor/runner/target/embedded"
	"tutor/runner/target/local"
)

// Variable is the name of the environment variable.
const Variable = "TUTOR_TEST_BROKERS"

// Targets are the targets that a package's tests run on.
type Targets struct{ all []*chosen }

type chosen struct {
	target stage.Target
	// absent is why the target is left out.
	absent error
	booted sync.Once
}

// Without returns the targets but for one kind of them.
func (ts *Targets) Without(kind string) *Targets {
	return &Targets{slices.DeleteFunc(slices.Clone(ts.all), func(c *chosen) bool {
		return c.target.Name() == kind || strings.HasPrefix(c.target.Name(), kind+":")
	})}
}

// Present are the targets that are there.
func (ts *Targets) Present() []stage.Target {
	var present []stage.Target
	for _, c := range ts.all {
		if c.absent == nil {
			present = append(present, c.target)
		}
	}
	return present
}

// boot boots the targets side by side. What goes wrong is said again to the test that prepares an act.
func (ts *Targets) boot() {
	var all sync.WaitGroup
	for _, c := range ts.all {
		if c.absent != nil {
			continue
		}
		all.Go(func() {
			c.booted.Do(func() {
				if stage, err := c.target.Prepare(context.Background(), nil); err == nil {
					_ = stage.Close(context.Background(), true)
				}
			})
		})
	}
	all.Wait()
}

// Main runs a package's tests with its targets, and stops these at the end. It is to be called by
// TestMain; the result is the exit code.
func Main(m *testing.M, targets *Targets) int {
	all, err := choose(os.LookupEnv(Variable))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	*targets = Targets{all: all}
	code := m.Run()
	for _, c := range all {
		if c.absent != nil {
			continue
		}
		if err := c.target.Close(); err != nil {
			fmt.Fprintf(os.Stderr, "closing target %s: %v\n", c.target.Name(), err)
			code = 1
		}
	}
	return code
}

// Each runs a test on each target, as a subtest.
func (ts *Targets) Each(t *testing.T, test func(*testing.T, stage.Target)) {
	t.Helper()
	// go test takes a result from its cache unless the environment has changed that tests have looked
	// at; what was looked at before they ran does not count.
	_ = os.Getenv(Variable)
	ts.boot()
	for _, c := range ts.all {
		t.Run(strings.ReplaceAll(c.target.Name(), "/", "_"), func(t *testing.T) {
			if c.absent != nil {
				t.Skipf("not on %s: %v", c.target.Name(), c.absent)
			}
			test(t, c.target)
		})
	}
}

// RabbitMQ runs a test on each target that is RabbitMQ.
func (ts *Targets) RabbitMQ(t *testing.T, test func(*testing.T, stage.Target)) {
	t.Helper()
	ts.Without("embedded").Each(t, test)
}

// choose takes the variable's value apart.
func choose(value string, set bool) ([]*chosen, error) {
	if !set {
		return available(), nil
	}
	var all []*chosen
	for name := range strings.SplitSeq(value, ",") {
		kind, image, _ := strings.Cut(strings.TrimSpace(name), ":")
		switch {
		case kind == "embedded" && image == "":
			all = append(all, &chosen{target: embedded.New()})
		case kind == "local" && image == "":
			all = append(all, &chosen{target: local.New(nil)})
		case kind == "docker":
			all = append(all, &chosen{target: docker.New(image, nil)})
		default:
			return nil, fmt.Errorf("%s: unknown broker %q: want embedded, local, docker or docker:IMAGE", Variable, name)
		}
	}
	return all, nil
}

// available are all kinds, those that are not there with the reason.
func available() []*chosen {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return []*chosen{
		{target: embedded.New()},
		{target: local.New(nil), absent: local.Installed()},
		{target: docker.New("", nil), absent: docker.Available(ctx, docker.DefaultImage)},
	}
}
