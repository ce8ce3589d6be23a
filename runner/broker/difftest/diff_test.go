package difftest

import (
	"context"
	"flag"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/embedded"
	"tutor/runner/target/targettest"
)

var (
	targets targettest.Targets
	update  = flag.Bool("update", false, "record what RabbitMQ 4.3 answers")
)

func TestMain(m *testing.M) {
	// On RabbitMQ a program takes a second or more, and who changes something else is not to find what
	// nobody has found before; -rapid.checks=1000 -rapid.seed=0 is for those who look for it.
	for name, value := range map[string]string{"rapid.checks": "25", "rapid.seed": "1"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(targettest.Main(m, &targets))
}

// specification is the version of RabbitMQ that the embedded broker is built to.
const specification = "4.3"

// emptyVhost gets an empty vhost on a target.
func emptyVhost(t testing.TB, target stage.Target, needs *scenario.Broker) (l Login, version string, remove func()) {
	t.Helper()
	s, err := target.Prepare(context.Background(), needs)
	if err != nil {
		t.Fatal(err)
	}
	vhost := "/"
	if needs != nil && needs.Vhosts[another] != nil {
		vhost = another
	}
	l = Login{
		Dial: func() (net.Conn, error) { return s.Dial(context.Background()) },
		User: s.Users["guest"].User, Password: s.Users["guest"].Password, Vhost: s.Vhosts[vhost],
	}
	return l, s.Version, func() {
		if err := s.Close(context.Background(), false); err != nil {
			t.Error(err)
		}
	}
}

// play plays a program in an empty vhost of its own.
func play(t testing.TB, target stage.Target, p Program) (log Log, version string) {
	t.Helper()
	return playCase(t, target, "", p)
}

// configured is what a node is told for a case that needs to be: all deprecated features permitted, or
// none, so that there are two kinds of nodes at the most.
func configured(name string) *scenario.Broker {
	_, told, _ := strings.Cut(name, ", ")
	if told == elsewhere {
		return &scenario.Broker{Vhosts: map[string]*scenario.Vhost{another: {}}}
	}
	if told != permitted && told != denied {
		return nil
	}
	permit := map[scenario.Feature]bool{}
	for _, feature := range scenario.Features() {
		permit[scenario.Feature(feature)] = told == permitted
	}
	return &scenario.Broker{Permit: permit}
}

// The ends of the names of cases about what a node has in its first vhost only, and that of a vhost that is
// not the first one.
const (
	inFirst   = "in the first vhost"
	elsewhere = "in another vhost"
	another   = "another"
)

// The ends of the names of cases about deprecated features.
const permitted, denied = "permitted", "denied"

// playCase plays a case where it is to be played.
func playCase(t testing.TB, target stage.Target, name string, p Program) (log Log, version string) {
	t.Helper()
	l, version, remove := emptyVhost(t, target, configured(name))
	defer remove()
	if strings.HasSuffix(name, ", "+inFirst) {
		l.Vhost = "/"
	}
	log, err := Play(p, l)
	if err != nil {
		t.Fatalf("%v\n%v", err, log)
	}
	return log, version
}

func recording(name string) string {
	return filepath.Join("testdata", strings.NewReplacer(" ", "-", ",", "", "'", "").Replace(name)+".txt")
}

// The embedded broker answers as RabbitMQ 4.3 has, when it was recorded.
func TestRecordings(t *testing.T) {
	target := embedded.New()
	defer target.Close()
	for name, p := range cases {
		t.Run(name, func(t *testing.T) {
			want, err := os.ReadFile(recording(name))
			if err != nil {
				t.Fatal(err)
			}
			got, _ := playCase(t, target, name, p)
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String()+"\n", "\n")); diff != "" {
				t.Errorf("-RabbitMQ %s +embedded\n%s", specification, diff)
			}
		})
	}
}

// RabbitMQ answers as recorded; other versions than 4.3 differ where the table of differences says so,
// and nowhere else.
func TestRabbitMQ(t *testing.T) {
	targets.RabbitMQ(t, func(t *testing.T, target stage.Target) {
		_, version := play(t, target, nil)
		for name, p := range cases {
			if strings.HasSuffix(name, ", "+denied) && permitsAll.Fits("rabbitmq", version) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				got, version := playCase(t, target, name, p)
				if *update && isSpecification(version) {
					if err := os.WriteFile(recording(name), []byte(got.String()+"\n"), 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				want, err := os.ReadFile(recording(name))
				if err != nil {
					t.Fatal(err)
				}
				diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String()+"\n", "\n"))
				switch reason := differs(name, version); {
				case diff != "" && reason == "":
					t.Errorf("-recorded +RabbitMQ %s\n%s", version, diff)
				case diff == "" && reason != "":
					t.Errorf("RabbitMQ %s is said to differ (%s), and does not", version, reason)
				}
			})
		}
	})
}

// permitsAll are the versions that have no deprecated features to deny yet.
var permitsAll = condition("rabbitmq <3.13")

func isSpecification(version string) bool { return strings.HasPrefix(version, specification+".") }

// differs returns why a version of RabbitMQ differs from the specification in a case, if it does.
func differs(name, version string) string {
	for _, d := range differences {
		if slices.Contains(d.cases, name) && d.on.Fits("rabbitmq", version) {
			return d.reason
		}
	}
	return ""
}

// Programs that nobody has thought of: the embedded broker and RabbitMQ 4.3 answer them alike.
func TestGenerated(t *testing.T) {
	ours := embedded.New()
	defer ours.Close()
	targets.RabbitMQ(t, func(t *testing.T, target stage.Target) {
		if _, version := play(t, target, nil); !isSpecification(version) {
			t.Logf("RabbitMQ %s is not the specification", version)
			return
		}
		rapid.Check(t, func(rt *rapid.T) {
			p := Generate(rt, 100)
			want, _ := play(t, target, p)
			got, _ := play(t, ours, p)
			if diff := cmp.Diff([]string(want), []string(got)); diff != "" {
				rt.Fatalf("-RabbitMQ +embedded\n%s", diff)
			}
		})
	})
}

func condition(text string) scenario.Condition {
	c, err := scenario.ParseCondition(text)
	if err != nil {
		panic(err)
	}
	return c
}
