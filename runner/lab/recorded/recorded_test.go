package recorded_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/recorded"
	"tutor/runner/outcome"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

// chapter is one of the course, with what comes of it on the embedded broker.
type chapter struct {
	*course.Chapter
	report *outcome.Report
}

func played(t testing.TB, names ...string) (all []chapter) {
	t.Helper()
	target := embedded.New()
	defer target.Close()
	for _, name := range names {
		c, err := course.Read(scenarios.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, chapter{c, runner.Run(t.Context(), c.Scenario, target)})
	}
	return all
}

func (c chapter) run(lesson int) *lab.Run {
	run := lab.RunOf(c.report, c.report.Acts[lesson])
	return &run
}

// All of the course was recorded on all brokers, and where it came out otherwise than on the embedded one, it does so
// still, with a picture, and a sentence for each event.
func TestCourse(t *testing.T) {
	set, err := recorded.Course()
	if err != nil {
		t.Fatal(err)
	}
	otherwise := map[string]int{}
	for _, c := range played(t, scenarios.Names()...) {
		for i, l := range c.Lessons {
			of, err := set.For(l, c.run(i))
			if err != nil {
				t.Fatal(err)
			}
			var brokers []string
			for _, o := range of {
				broker := strings.TrimRight(o.Broker, "0123456789") // a patch
				brokers = append(brokers, broker)
				if o.Verdict != outcome.Pass || o.Alike != (o.Run == nil) {
					t.Errorf("%s on %s: %s, alike: %v, run: %v", l.Path, o.Broker, o.Verdict, o.Alike, o.Run != nil)
				}
				if o.Run == nil {
					continue
				}
				otherwise[broker]++
				if o.Run.Broker != o.Broker || o.Run.Line != l.Act.Pos.Line || !strings.Contains(o.Run.Picture, "<svg") || len(o.Run.Sentences) != len(o.Run.Events) || len(o.Run.Events) == 0 {
					t.Errorf("%s on %s: not what a page needs: %+v", l.Path, o.Broker, o.Run)
				}
			}
			if want := []string{"RabbitMQ 3.10.", "RabbitMQ 4.0.", "RabbitMQ 4.3."}; !slices.Equal(brokers, want) {
				t.Errorf("%s was recorded on %q, want %q (make course)", l.Path, brokers, want)
			}
		}
	}
	if otherwise["RabbitMQ 3.10."] == 0 || otherwise["RabbitMQ 4.0."] == 0 {
		t.Errorf("nothing came out otherwise on old versions: %v", otherwise)
	}
}

// What is kept is small, is about lessons that there are, and says nothing of when and where it was recorded.
func TestData(t *testing.T) {
	lessons := map[string]bool{}
	for _, name := range scenarios.Names() {
		c, err := course.Read(scenarios.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range c.Lessons {
			lessons[recorded.Key(name, l.Act.Name)] = true
		}
	}
	size := 0
	for _, path := range files(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		size += len(text)
		if local := regexp.MustCompile(`rabbit@|127\.0\.0\.1|localhost|"elapsed_ms":[1-9]|amq\.gen-[^0-9"]|/tmp`).FindString(string(text)); local != "" {
			t.Errorf("%s has %q", path, local)
		}
		var kept map[string]json.RawMessage
		if err := json.Unmarshal(text, &kept); err != nil {
			t.Fatal(err)
		}
		for key := range kept {
			if !lessons[key] {
				t.Errorf("%s: there is no lesson %s", path, key)
			}
		}
		if lines := strings.Count(string(text), "\n"); lines != len(kept)+2 {
			t.Errorf("%s: %d lines for %d acts", path, lines, len(kept))
		}
	}
	if size > 200_000 {
		t.Errorf("%d bytes", size)
	}
}

func files(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("data/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files (%v)", len(paths), err)
	}
	return paths
}
