package report_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dop251/goja"
	"github.com/google/go-cmp/cmp"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
	"tutor/runner/report/stepping"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

// places is a state in a form that both sides can be brought into.
type places struct {
	Ready, Buffer, Hands, Held map[string][]int
	Fates                      map[string]string
}

func placesOf(s *outcome.State) places {
	p := places{Ready: map[string][]int{}, Buffer: maps.Clone(s.Buffer), Hands: maps.Clone(s.Hands), Held: map[string][]int{}, Fates: map[string]string{}}
	key := func(q outcome.Queue) string {
		text, _ := json.Marshal([]string{q.Vhost, q.Name})
		return string(text)
	}
	for q, copies := range s.Ready {
		p.Ready[key(q)] = copies
	}
	for q, copies := range s.Held {
		p.Held[key(q)] = copies
	}
	for n, f := range s.Fates {
		p.Fates[fmt.Sprint(n)] = string(f)
	}
	return p
}

// folded runs the page's fold over the events of an act, as the page has them, and says what there is after each.
const folded = `(text) => {
	const object = (map) => { const o = Object.create(null); for (const [k, v] of map) o[k] = Array.isArray(v) ? [...v] : v; return o };
	const s = start();
	return JSON.stringify(JSON.parse(text).map((e) => {
		apply(s, e);
		return {Ready: object(s.ready), Buffer: object(s.buffer), Hands: object(s.hands), Held: object(s.held), Fates: object(s.fates)};
	}));
}`

// What the page of a run says to be in queues, buffers and hands is what [outcome.State] says, after each event of
// each act of the course and of the engine's own tests.
func TestFold(t *testing.T) {
	fold := pagesFold(t)
	seen := map[outcome.EventKind]bool{}
	for name, a := range played(t) {
		states := fold(documentOf(t, a).Events)
		s, n := outcome.NewState(), 0
		for e := range a.Books.Events {
			s.Apply(e)
			seen[e.Kind] = true
			if diff := cmp.Diff(placesOf(s), states[n]); diff != "" {
				t.Fatalf("%s, after event %d, %s (- outcome.State, + the page):\n%s", name, e.N, e.Kind, diff)
			}
			n++
		}
	}
	for _, kind := range []outcome.EventKind{
		outcome.Route, outcome.Deliver, outcome.Get, outcome.Take, outcome.Ack, outcome.Nack, outcome.Reject, outcome.Requeue,
		outcome.DeadLetter, outcome.Expire, outcome.Overflow, outcome.Drop, outcome.GiveUp, outcome.Return, outcome.Refuse, outcome.Delete, outcome.Purge,
	} {
		if !seen[kind] {
			t.Errorf("no act has an event of the kind %s", kind)
		}
	}
}

// pagesFold is the fold in the page's script: it gives what there is after each event.
func pagesFold(t *testing.T) func([]document.Event) []places {
	t.Helper()
	script, err := fs.ReadFile(stepping.Modules(), "fold.js")
	if err != nil {
		t.Fatal(err)
	}
	vm := goja.New()
	if _, err := vm.RunString(strings.ReplaceAll(string(script), "export ", "")); err != nil {
		t.Fatal(err)
	}
	value, err := vm.RunString(folded)
	if err != nil {
		t.Fatal(err)
	}
	fold, _ := goja.AssertFunction(value)
	return func(events []document.Event) (states []places) {
		text, err := json.Marshal(append([]document.Event{}, events...))
		if err != nil {
			t.Fatal(err)
		}
		got, err := fold(nil, vm.ToValue(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(got.String()), &states); err != nil {
			t.Fatal(err)
		}
		return states
	}
}

// documentOf is an act as the page's script sees it.
func documentOf(t *testing.T, a *outcome.Act) document.Act {
	t.Helper()
	var out strings.Builder
	r := &outcome.Report{Scenario: &scenario.Scenario{}, Acts: []*outcome.Act{a}}
	if err := document.Write(&out, []*outcome.Report{r}); err != nil {
		t.Fatal(err)
	}
	var d document.Document
	if err := json.Unmarshal([]byte(out.String()), &d); err != nil {
		t.Fatal(err)
	}
	return d.Runs[0].Acts[0]
}

// played are acts as the embedded broker plays them.
func played(t *testing.T) map[string]*outcome.Act {
	t.Helper()
	all := map[string]*outcome.Act{}
	for _, r := range plays(t) {
		for _, a := range r.Acts {
			if a.Books != nil {
				all[r.Scenario.Title+": "+a.Act.Name] = a
			}
		}
	}
	return all
}

// plays are the scenarios of the course, and those of the engine's tests that take no time, as the embedded broker
// plays them.
func plays(t *testing.T) (all []*outcome.Report) {
	t.Helper()
	texts := map[string][]byte{}
	for _, name := range scenarios.Names() {
		text, err := fs.ReadFile(scenarios.FS(), name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = text
	}
	for _, name := range []string{"settling", "quorum", "messages", "topology", "operations", "purged-behind-the-scenes"} {
		text, err := os.ReadFile(filepath.Join("../testdata", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		texts["test of "+name] = text
	}
	target := embedded.New()
	t.Cleanup(func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		s, err := scenario.Decode(name+".yaml", texts[name])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, runner.Run(t.Context(), s, target))
	}
	return all
}
