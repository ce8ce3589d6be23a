package runner_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"tutor/runner"
	"tutor/runner/fate"
	"tutor/runner/golden"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every scenario passes on every target, and what was observed is the same on all of them, down to
// the order of the lines of different actors and the fate of each copy; where a scenario expects otherwise
// of some versions, on all of which it expects the same.
func TestTutorials(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		for _, path := range append(tutorials(t), "testdata/settling.yaml", "testdata/restart.yaml", "testdata/quorum.yaml", "testdata/answers.yaml",
			"testdata/messages.yaml", "testdata/until.yaml", "testdata/topology.yaml", "testdata/operations.yaml") {
			name := strings.TrimSuffix(filepath.Base(path), ".yaml")
			t.Run(name, func(t *testing.T) {
				leakless(t)
				r := runner.Run(context.Background(), decode(t, path), target)
				passes(t, r)
				if strings.HasPrefix(path, "../scenarios/") {
					asVerdicts(t, name, r)
					asRecorded(t, name, r)
				}
				for name, text := range apart(name, r) {
					compare(t, name, text)
				}
			})
		}
	})
}

func waitsUntil(a *scenario.Act) bool {
	return slices.ContainsFunc(a.Steps, func(s *scenario.Step) bool { return s.Until != nil })
}

var madeUp = regexp.MustCompile(`amq\.gen-[\w-]+`)

// apart is what must be the same on all targets of which a scenario expects the same, by the name of its
// golden file.
func apart(name string, r *outcome.Report) map[string]string {
	texts := map[string]string{}
	for _, a := range r.Acts {
		file := name
		if len(a.Act.Expect) > 1 && a.Expected != nil {
			file += ", " + a.Act.Name + ", " + inFileNames.Replace(cmp.Or(a.Expected.On.String(), "otherwise"))
		}
		texts[file] += observedIn(a)
	}
	return texts
}

var inFileNames = strings.NewReplacer("!=", "not ", "<=", "up to ", "<", "before ", ">=", "from ", ">", "after ", "=", "")

// observed writes down all that must be the same each time.
func observed(r *outcome.Report) string {
	var b strings.Builder
	for _, a := range r.Acts {
		b.WriteString(observedIn(a))
	}
	return b.String()
}

func observedIn(a *outcome.Act) string {
	var b strings.Builder
	fmt.Fprintf(&b, "== %s: %s\n", a.Act.Name, a.Verdict)
	for _, l := range a.Lines {
		// How long it waits for a broker of its own time is up to that.
		if (a.Clock == scenario.Real || a.Act.Clock == scenario.OfBroker) && waitsUntil(a.Act) {
			l.At = 0
		}
		fmt.Fprintf(&b, "%8v %s | %s\n", l.At.Round(1e6), a.Act.Cast[l.Actor].Name(), madeUp.ReplaceAllString(l.String(), "amq.gen-..."))
	}
	if a.Books == nil {
		return b.String()
	}
	var copies []string
	for c := range a.Books.Copies {
		copies = append(copies, fmt.Sprintf("%s: %s from %s in %q, had by %q, lost by %q, requeued %d times, unseen %v",
			c.Fate, c.Message, c.Publisher, madeUp.ReplaceAllString(c.Queue, "amq.gen-..."), c.Consumer, c.Loser, c.Requeues, c.Unseen))
	}
	slices.Sort(copies)
	fmt.Fprintln(&b, strings.Join(copies, "\n"))
	return withoutPermissionKinds.Replace(channelLimit.ReplaceAllString(b.String(), "$1 has reached"))
}

// withoutPermissionKinds leaves out what RabbitMQ says since 4.0 only.
var withoutPermissionKinds = strings.NewReplacer("configure access to", "access to", "write access to", "access to", "read access to", "access to")

// channelLimit is what no two versions of RabbitMQ say alike; 4.0 takes the node for the user.
var channelLimit = regexp.MustCompile(`(number of channels opened for user) '.*' has reached .*`)

func compare(t *testing.T, name, got string) {
	t.Helper()
	golden.Compare(t, *update, filepath.Join("testdata", "golden", name+".txt"), got)
}

// Each line that the text of the seed shows for an actor is in the observation of the act that
// reproduces it.
func TestSeedTranscripts(t *testing.T) {
	for file, acts := range map[string]map[string][]string{
		"hello": {
			"both sides declare the queue":         {"Created queue: hello", "Received: Hello World!", "Sent: Hello World!"},
			"the publisher relies on the consumer": {"Sent: Hello World!", "Received: Hello World!"},
		},
		"workqueue": {
			"a lazy worker": {"Received: 2:Hello!", "Received: 3:Hello!", "Received: 4:Hello!", "Received: 1:Hello!"},
		},
	} {
		s := decode(t, "../scenarios/"+file+".yaml")
		for name, lines := range acts {
			var expected []string
			for _, e := range act(t, s, name).Expect {
				for _, tr := range e.Transcript {
					expected = append(expected, tr.Lines...)
				}
			}
			for _, line := range lines {
				if !slices.Contains(expected, line) {
					t.Errorf("%s, %s: nobody is expected to print %q", file, name, line)
				}
			}
		}
	}
}

// What an act does must not depend on how fast anybody is: the embedded broker gives one and the same
// observation each time.
func TestDeterminism(t *testing.T) {
	targets.Each(t, func(t *testing.T, target stage.Target) {
		times := 2 // and the golden files are a third
		if target.Name() == "embedded" {
			times = 50
		}
		for _, path := range tutorials(t) {
			if name := strings.TrimSuffix(filepath.Base(path), ".yaml"); times == 2 && !slices.Contains(theTutorials, name) {
				continue // for the rest of the course, make determinism has the time
			}
			s := decode(t, path)
			first := inFull(runner.Run(context.Background(), s, target))
			for range times - 1 {
				if diff := gocmp.Diff(first, inFull(runner.Run(context.Background(), s, target))); diff != "" {
					t.Fatalf("%s (-first +later):\n%s", path, diff)
				}
			}
		}
	})
}

// theTutorials are RabbitMQ's own, with which the course begins.
var theTutorials = []string{"hello", "workqueue", "fanout", "direct", "topic", "tls"}

// toActors are the kinds of events in which the broker says something to an actor.
var toActors = []outcome.EventKind{outcome.Confirm, outcome.Refuse, outcome.Return, outcome.Deliver, outcome.Get, outcome.Cancel, outcome.Closed}

// inFull is what is observed, with all events: what each actor does and what comes to each, in their order. How these
// lie between each other at one instant is up to the goroutines where several messages are on their way at once: whether
// a consumer has taken one before the next is delivered, or a publisher has its confirm before it publishes the next.
func inFull(r *outcome.Report) string {
	text := observed(r)
	for _, a := range r.Acts {
		text += "\n" + a.Act.Name
		if a.Books == nil {
			continue
		}
		events, nth := map[string][]string{}, numberedByMessage(a.Books)
		for e := range a.Books.Events {
			group := e.Actor
			if slices.Contains(toActors, e.Kind) {
				group = "to " + group
			}
			// What a broker makes up differs.
			e.N, e.Copy, e.Queue, e.Text = 0, nth[e.Copy], scenario.Generic(e.Queue), scenario.Generic(e.Text)
			events[group] = append(events[group], fmt.Sprintf("%+v", e))
		}
		// The broker's own are nobody's.
		slices.Sort(events[""])
		for _, group := range slices.Sorted(maps.Keys(events)) {
			text += "\n" + strings.Join(events[group], "\n")
		}
	}
	return text
}

// numberedByMessage are the numbers of copies among those of their message: whose copy was made first at one instant is
// up to the goroutines, too.
func numberedByMessage(books *outcome.Books) map[int]int {
	copies := map[int][]int{}
	for e := range books.Events {
		if e.Copy > 0 && !slices.Contains(copies[e.Message], e.Copy) {
			copies[e.Message] = append(copies[e.Message], e.Copy)
		}
	}
	nth := map[int]int{}
	for _, of := range copies {
		slices.Sort(of)
		for i, number := range of {
			nth[number] = i + 1
		}
	}
	return nth
}

func TestFatesAreCounted(t *testing.T) {
	r := runner.Run(context.Background(), decode(t, "../scenarios/workqueue.yaml"), embeddedTarget(t))
	passes(t, r)
	last := r.Acts[2].Books
	if last.Sent != 4 || last.Counts[fate.Acked] != 2 || last.Counts[fate.Dropped] != 2 || !last.Balanced() {
		t.Errorf("%d sent, %d acked, %d dropped, balanced: %v", last.Sent, last.Counts[fate.Acked], last.Counts[fate.Dropped], last.Balanced())
	}
}
