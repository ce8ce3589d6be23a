//go:build (linux || darwin) && !race

package report_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner"
	"tutor/runner/fate"
	"tutor/runner/lab/browsertest"
	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
)

var browser browsertest.Browser

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m, &browser)) }

// opened writes the page of some runs to a file, and opens it in a tab.
func opened(t *testing.T, tab *browsertest.Tab, reports []*outcome.Report) {
	t.Helper()
	var page bytes.Buffer
	if err := report.HTML(&page, reports); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "run.html")
	if err := os.WriteFile(file, page.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	tab.Open("file://" + file)
}

// playedFile is a scenario as the embedded broker plays it.
func playedFile(t *testing.T, file string) []*outcome.Report {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Decode(file, text)
	if err != nil {
		t.Fatal(err)
	}
	target := embedded.New()
	defer func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}()
	return []*outcome.Report{runner.Run(t.Context(), s, target)}
}

// onStage is what the stage of the first unfolded act shows: copies, by what they are in.
const onStage = `(() => {
	const shown = {};
	for (const part of document.querySelectorAll('details.act[open] .stage > section')) {
		for (const place of part.querySelectorAll('.place')) {
			for (const line of place.querySelectorAll('p')) {
				const copies = [...line.querySelectorAll('.copy')].map((copy) => copy.textContent);
				const names = [part.querySelector('h4'), place.querySelector('strong'), line.querySelector('.what')];
				if (copies.length) shown[names.filter((e) => e).map((e) => e.textContent.trim()).join(' ')] = copies;
			}
		}
	}
	return shown;
})()`

// stageOf is what a stage must show of a state.
func stageOf(s *outcome.State, copies map[int]string) map[string][]string {
	shown := map[string][]string{}
	add := func(what string, numbers []int) {
		for _, n := range numbers {
			shown[what] = append(shown[what], copies[n])
		}
	}
	for q, numbers := range s.Ready {
		add("Queues "+q.Name+" ready:", numbers)
	}
	for q, numbers := range s.Held {
		add("Queues "+q.Name+" dead, kept:", numbers)
	}
	for actor, numbers := range s.Buffer {
		add("Consumers "+actor+" in its buffer:", numbers)
	}
	for actor, numbers := range s.Hands {
		add("Consumers "+actor+" in its hands:", numbers)
	}
	by := map[fate.Fate][]int{}
	for n, f := range s.Fates {
		by[f] = append(by[f], n)
	}
	for f, numbers := range by {
		slices.Sort(numbers)
		add("What became of them "+string(f)+":", numbers)
	}
	return shown
}

// Whoever steps through an act with → and ← sees at each event what [outcome.State] says to be there.
func TestStepping(t *testing.T) {
	tab := browser.Tab(t)
	for _, file := range []string{"../../scenarios/workqueue.yaml", "../testdata/settling.yaml"} {
		reports := playedFile(t, file)
		opened(t, tab, reports)
		for i, a := range reports[0].Acts {
			unfold := fmt.Sprintf(`document.querySelectorAll('details.act').forEach((act, i) => { act.open = i === %d; })`, i)
			browsertest.Value[*string](tab, unfold+", null")
			tab.Until(`document.querySelectorAll('details.act[open] .stage').length === 1`)
			steppedThrough(t, tab, a)
		}
	}
}

func steppedThrough(t *testing.T, tab *browsertest.Tab, a *outcome.Act) {
	t.Helper()
	s, copies := outcome.NewState(), map[int]string{}
	wants := []map[string][]string{{}}
	for e := range a.Books.Events {
		if e.Copy != 0 {
			copies[e.Copy] = fmt.Sprintf("%d %s", e.Message, e.Body)
		}
		s.Apply(e)
		wants = append(wants, stageOf(s, copies))
	}
	tab.Click(`details.act[open] [data-move="first"]`)
	for n, want := range wants {
		if n > 0 {
			tab.Press("ArrowRight")
		}
		if diff := cmp.Diff(want, browsertest.Value[map[string][]string](tab, onStage)); diff != "" {
			t.Fatalf("%s, after event %d (- outcome.State, + the page):\n%s", a.Act.Name, n, diff)
		}
	}
	tab.Press("ArrowLeft")
	if diff := cmp.Diff(wants[len(wants)-2], browsertest.Value[map[string][]string](tab, onStage)); diff != "" {
		t.Errorf("%s, back from the end (- outcome.State, + the page):\n%s", a.Act.Name, diff)
	}
}

// Each way to move leads to the event that it says.
func TestMoving(t *testing.T) {
	tab := browser.Tab(t)
	reports := playedFile(t, "../../scenarios/workqueue.yaml")
	reports[0].Acts = reports[0].Acts[:1]
	opened(t, tab, reports)
	var times []int
	end := 0
	for e := range reports[0].Acts[0].Books.Events {
		end++
		if e.Kind == outcome.Time {
			times = append(times, end)
		}
	}
	at := func(what string, want int) {
		t.Helper()
		if got := browsertest.Value[int](tab, `document.querySelector('.player [type=range]').valueAsNumber`); got != want {
			t.Errorf("%s leads to event %d, not %d", what, got, want)
		}
		if says := tab.Text(".says"); want > 0 && !strings.HasPrefix(says, fmt.Sprintf("Event %d of %d, ", want, end)) {
			t.Errorf("at event %d, the page says %q", want, says)
		}
	}
	at("opening the page", 0)
	tab.Press("Shift+ArrowRight")
	at("shift →", times[0])
	tab.Press("Shift+ArrowRight", "ArrowRight", "Shift+ArrowLeft")
	at("shift ←", times[1])
	tab.Click(`[data-move="last"]`)
	at("End", end)
	tab.Press("ArrowRight")
	at("→ at the end", end)
	tab.Click(`[data-move="back"]`)
	at("Back", end-1)
	tab.Click(`[data-move="first"]`)
	at("Start", 0)
	tab.Click(`[data-move="next"]`)
	at("Next", 1)
	browsertest.Value[*string](tab, `document.querySelector('.player [type=range]').focus(), null`)
	tab.Press("End")
	at("the slider's end", end)
	tab.Press("ArrowLeft", "ArrowLeft")
	at("the slider's ←", end-2)
	if now := browsertest.Value[int](tab, `document.querySelectorAll('svg .row.now').length`); now == 0 {
		t.Error("no row of the picture is lit")
	}
}

// looked are pages that are looked at in all ways.
func looked(t *testing.T) map[string][]*outcome.Report {
	s := testScenario(t)
	return map[string][]*outcome.Report{
		"run":     playedFile(t, "../../scenarios/workqueue.yaml"),
		"failed":  mixed(t),
		"matrix":  matrices(t)["differing"],
		"harmful": {{Scenario: s, Target: "local", Acts: []*outcome.Act{acts(s)["harmful"]}}},
	}
}

// Pages fit the screen at all widths, everything on them has a name, and what can be stepped through is unfolded.
func TestPagesOfRuns(t *testing.T) {
	tab := browser.Tab(t)
	for name, reports := range looked(t) {
		opened(t, tab, reports)
		browsertest.Value[*string](tab, `document.querySelectorAll('details').forEach((each) => { each.open = true; }), null`)
		tab.Until(`[...document.querySelectorAll('.player')].every((player) => !player.hidden)`)
		tab.CheckWidths(name)
		tab.CheckNames()
	}
}

// The acts that did not pass are first, and are what is seen of them.
func TestFailuresAreSeenFirst(t *testing.T) {
	tab := browser.Tab(t)
	opened(t, tab, matrices(t)["differing"])
	first := tab.Text("details.act")
	if !strings.HasPrefix(first, "! error") || !strings.Contains(first, "connection refused") {
		t.Errorf("first is %s", first)
	}
	second := tab.Text("details.act:nth-of-type(2)")
	if !strings.HasPrefix(second, "✗ fail") || !strings.Contains(second, "− acked: 1:Hello!") {
		t.Errorf("second is %s", second)
	}
}

// A verdict of a matrix leads to its act, and unfolds it.
func TestMatrixLeadsToActs(t *testing.T) {
	tab := browser.Tab(t)
	opened(t, tab, matrices(t)["differing"])
	tab.Click(`.verdicts a.fail`)
	tab.Until(`document.querySelector(location.hash)?.open`)
	if top := browsertest.Value[float64](tab, `document.querySelector(location.hash).getBoundingClientRect().top`); top < 0 || top > 900 {
		t.Errorf("the act is at %v, out of sight", top)
	}
}

// Without scripts there is the picture, and a word that it is all there is.
func TestPageWithoutScript(t *testing.T) {
	tab := browser.Tab(t)
	tab.WithoutScript()
	opened(t, tab, playedFile(t, "../../scenarios/workqueue.yaml"))
	if text := tab.Text("details.act[open]"); !strings.Contains(text, "Stepping needs JavaScript") {
		t.Errorf("the page says %s", text)
	}
	if height := browsertest.Value[float64](tab, `document.querySelector('figure svg').getBoundingClientRect().height`); height < 100 {
		t.Errorf("the picture is %v pixels high", height)
	}
	if seen := browsertest.Value[bool](tab, `document.querySelector('.player').checkVisibility()`); seen {
		t.Error("controls are seen that do nothing")
	}
	tab.Screenshot("page")
}

// The page is dark for who wants it, and on paper without what only moves.
func TestPageInTheDarkAndOnPaper(t *testing.T) {
	tab := browser.Tab(t)
	opened(t, tab, playedFile(t, "../../scenarios/workqueue.yaml"))
	tab.Until(`document.querySelector('.player .stage')`)
	colours := `(() => { const s = getComputedStyle(document.body); return [s.backgroundColor, s.color, getComputedStyle(document.querySelector('svg text')).fill]; })()`
	light := browsertest.Value[[]string](tab, colours)
	tab.Prefer("prefers-color-scheme", "dark")
	tab.Screenshot("dark")
	for i, dark := range browsertest.Value[[]string](tab, colours) {
		if dark == light[i] {
			t.Errorf("colour %d is %s by day and by night", i, dark)
		}
	}
	tab.Print()
	tab.Screenshot("paper")
	if browsertest.Value[bool](tab, `document.querySelector('.player').checkVisibility()`) {
		t.Error("controls are printed")
	}
	if !browsertest.Value[bool](tab, `document.querySelector('figure svg').checkVisibility()`) {
		t.Error("the picture is not printed")
	}
}
