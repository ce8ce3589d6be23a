package runner_test

import (
	"context"
	"flag"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/outcome/outcometest"
	"tutor/runner/scenario"
	scenarioupdate "tutor/runner/scenario/update"
	"tutor/runner/stage"
)

// How many scenarios are made up for each target, unless -rapid.checks says otherwise: on RabbitMQ each takes some tenths of
// a second. Who changes something else is not to find what nobody has found before, so it is always the same ones;
// -rapid.seed=0 is for those who look for more.
const (
	generatedHere    = 200
	generatedOutside = 24
)

// howMany sets the flags of rapid for a target, where the command line does not.
func howMany(t *testing.T, checks int) {
	t.Helper()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"rapid.checks": strconv.Itoa(checks), "rapid.seed": "1"} {
		if given[name] {
			continue
		}
		before := flag.Lookup(name).Value.String()
		must(t, flag.Lookup(name).Value.Set(value))
		t.Cleanup(func() { must(t, flag.Lookup(name).Value.Set(before)) })
	}
}

// Scenarios that nobody has thought of: what the embedded broker shows can be written down as what is expected, it
// shows that again, and RabbitMQ shows the same. All books balance.
func TestGenerated(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		here := target.Name() == "embedded"
		howMany(t, map[bool]int{true: generatedHere, false: generatedOutside}[here])
		everywhere := !here && !specified.Fits("rabbitmq", versionOf(t, target))
		ours := embeddedTarget(t)
		rapid.Check(t, func(t *rapid.T) {
			text := generate(t, everywhere)
			t.Log(text)
			s := learned(t, ours, text)
			want := comesOut(t, ours, s)
			if here {
				return
			}
			got := comesOut(t, target, s)
			if diff := differs(want.Acts[0], got.Acts[0], everywhere); diff != "" {
				t.Errorf("-embedded +%s %s\n%s", got.Acts[0].Product, got.Acts[0].Version, diff)
			}
		})
	})
}

// differs compares what was observed of an act beyond what it expects: the order of the lines of different actors, who
// has had which copy and lost it, and all that came with deliveries. What older versions put into headers differs,
// and how long it takes until something has come to pass is up to RabbitMQ.
func differs(want, got *outcome.Act, everywhere bool) string {
	diff := ""
	if got.Clock != scenario.Real && !waitsUntil(got.Act) {
		diff = gocmp.Diff(observedIn(want), observedIn(got))
	}
	if !everywhere {
		diff += gocmp.Diff(want.Books.Deliveries, got.Books.Deliveries, gocmp.FilterPath(isTime, gocmp.Ignore()))
	}
	return diff
}

// isTime is true of when a message has died (x-death).
func isTime(p gocmp.Path) bool {
	i, ok := p.Last().(gocmp.MapIndex)
	return ok && i.Key().String() == "time"
}

// learned is a scenario that is made up, with what the embedded broker shows in the place of what it expects.
func learned(t *rapid.T, ours stage.Target, text string) *scenario.Scenario {
	s := decoded(t, text)
	plays := make([]*outcome.Report, 2)
	for i := range plays {
		plays[i] = runner.Run(context.Background(), s, ours)
		if a := plays[i].Acts[0]; a.Verdict == outcome.Error {
			t.Fatal(a.Err)
		}
	}
	o, why := scenarioupdate.Observed(outcome.Distribution(plays).Acts[0])
	if why != "" {
		t.Fatalf("%s: %v", why, plays[0].Acts[0].Notes())
	}
	updated, err := scenario.Update([]byte(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, string(updated))
}

func decoded(t *rapid.T, text string) *scenario.Scenario {
	s, err := scenario.Decode("generated.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// comesOut plays a scenario, which must pass, with books that balance and events that tell the same.
func comesOut(t *rapid.T, target stage.Target, s *scenario.Scenario) *outcome.Report {
	r := runner.Run(context.Background(), s, target)
	a := r.Acts[0]
	if a.Verdict != outcome.Pass {
		t.Errorf("%s: %s %v", target.Name(), a.Verdict, a.Err)
	}
	for _, m := range a.Mismatches {
		t.Errorf("%s: %s: %v", target.Name(), m.Subject, m.Diff)
	}
	if a.Books == nil {
		t.FailNow()
	}
	if !a.Books.Balanced() {
		t.Errorf("%s: the books do not balance: %v %v", target.Name(), a.Books.Counts, a.Books.Doubts)
	}
	outcometest.Folds(drawing{t: t}, a.Books)
	return r
}

// drawing has a helper of tests report to rapid.
type drawing struct {
	testing.TB
	t *rapid.T
}

func (d drawing) Helper()                           {}
func (d drawing) Errorf(format string, args ...any) { d.t.Errorf(format, args...) }

// specified are the versions of RabbitMQ that the embedded broker is built to.
var specified = func() scenario.Condition {
	c, err := scenario.ParseCondition("rabbitmq >=4.3")
	if err != nil {
		panic(err)
	}
	return c
}()
