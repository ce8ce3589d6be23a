//go:build (linux || darwin) && !race

package browsertest_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tutor/runner/lab/browsertest"
	"tutor/runner/lab/course"
)

// lazy is a lesson in which messages are lost.
const lazy = "workqueue/a-lazy-worker-under-automatic-acknowledgement"

// at is the event that the player of a part of the page shows.
func at(tab *browsertest.Tab, part string) int {
	return browsertest.Value[int](tab, fmt.Sprintf(`document.querySelector('%s .player [type=range]').valueAsNumber`, part))
}

// A lesson is learned with the keyboard alone, from the link to its text on.
func TestKeyboardOnly(t *testing.T) {
	l := served(t, "workqueue")
	tab := browsertest.Shared.Tab(t)
	tab.Open(l.url + "/index.html")
	tab.Reach(`[data-lesson="` + lazy + `"] a`)
	tab.Press("Enter")
	tab.Until(`document.querySelector('#predict button.main')?.checkVisibility()`)
	tab.Press("Tab", "Enter")
	questions := browsertest.Value[int](tab, `document.querySelectorAll('#predict .question').length`)
	if questions == 0 {
		t.Fatal("nothing is asked")
	}
	for i := range questions {
		tab.Reach(fmt.Sprintf(`#predict [name="question-%d"]`, i))
		tab.Press("Space")
	}
	tab.Reach(`#predict button.main`)
	tab.Press("Enter")
	tab.Until(`document.activeElement.matches('#play [data-move=next]')`)
	tab.Press("Enter", "ArrowRight", "ArrowRight", "ArrowLeft")
	if got := at(tab, "#play"); got != 2 {
		t.Errorf("Enter, →, →, ← lead to event %d, not 2", got)
	}
	tab.Reach(`#play [type=range]`)
	tab.Press("End")
	tab.Until(`document.querySelector('#compare').checkVisibility()`)
	tab.Reach(`#compare button, #knobs input, nav.beside a`)
}

// Space runs the act by itself, and halts it.
func TestRunning(t *testing.T) {
	l := served(t, "workqueue")
	tab := browsertest.Shared.Tab(t)
	tab.Open(l.page(lazy) + "#event=1")
	tab.Until(`document.querySelector('#play .player')?.checkVisibility()`)
	tab.Press("ArrowRight")
	browsertest.Value[*string](tab, `document.activeElement.blur(), null`)
	tab.Press("Space")
	tab.Until(`document.querySelector('#play .player [type=range]').valueAsNumber >= 4`)
	tab.Press("Space")
	tab.Until(`document.querySelector('#play [data-move=run]').textContent.includes('Run')`)
}

// A link leads to an event, or to a knob's position and an event of both runs.
func TestLinks(t *testing.T) { everywhere(t, follow, "workqueue", "acknowledging") }

func follow(t *testing.T, l *laboratory) {
	tab := browsertest.Shared.Tab(t)
	tab.Open(l.page(lazy) + "#event=7")
	tab.Until(`document.querySelector('#play .player')?.checkVisibility()`)
	if got := at(tab, "#play"); got != 7 {
		t.Errorf("the link to event 7 leads to event %d", got)
	}
	tab.Press("ArrowRight")
	if hash := browsertest.Value[string](tab, `location.hash`); hash != "#event=8" {
		t.Errorf("at event 8 the address has %s", hash)
	}
	lesson := withKnobs(t, l)
	for _, knob := range lesson.Act.KnobNames() {
		for _, v := range lesson.Act.Knobs[knob].Values {
			if v.AsWritten {
				continue
			}
			tab.Open("about:blank")
			tab.Open(l.page(lesson.Path) + fmt.Sprintf("#knob=%s&position=%s&event=3", url.QueryEscape(knob), url.QueryEscape(v.Text)))
			tab.Until(`document.querySelectorAll('#knobs .compared .player .stage').length === 2`)
			if got := at(tab, "#knobs"); got != 3 {
				t.Errorf("the link to event 3 of %s: %s leads to event %d", knob, v.Text, got)
			}
		}
	}
}

// withKnobs is the last lesson that has knobs.
func withKnobs(t *testing.T, l *laboratory) *course.Lesson {
	t.Helper()
	for _, lesson := range slices.Backward(l.lessons) {
		if len(lesson.Act.Knobs) > 0 {
			return lesson
		}
	}
	t.Fatal("no lesson has a knob")
	return nil
}

// What was learned is kept, in the tab beside as well, and the page of the course says so.
func TestProgress(t *testing.T) { everywhere(t, progress, "workqueue") }

func progress(t *testing.T, l *laboratory) {
	tab := browsertest.Shared.Tab(t)
	another := tab.Another()
	for _, each := range []*browsertest.Tab{tab, another} {
		each.Open(l.page(lazy))
	}
	predict(t, tab)
	play(tab)
	predict(t, another)
	play(another)
	toTheEnd(t, another)
	if got := at(tab, "#play"); got != 0 {
		t.Errorf("the other tab has been led to event %d", got)
	}
	toTheEnd(t, tab)
	tab.Open(l.url + "/index.html")
	another.Open(l.url + "/index.html")
	for _, each := range []*browsertest.Tab{tab, another} {
		each.Until(`document.querySelector('[data-lesson="` + lazy + `"]').classList.contains('learned')`)
		if says := each.Text(".progress"); !strings.Contains(says, "1 of 3") {
			t.Errorf("the page says %q", says)
		}
	}
	tab.CheckNames()
	tab.CheckWidths("index")
}

const mistaken = `title: Mine
acts:
  - name: mine
    cast:
      - consumer: c
        queue: {nam: q, declare: true}
      - publisher: p
        routing_key: q
        message: Hello!
    expect: {transcript: {}, fates: {}}
`

// A mistake in a scenario of one's own is told and shown at its line; when it is mended, the scenario is played.
func TestOwnScenario(t *testing.T) { everywhere(t, writeOwn, "workqueue") }

func writeOwn(t *testing.T, l *laboratory) {
	tab := browsertest.Shared.Tab(t)
	tab.Open(l.url + "/own.html")
	tab.Until(`document.querySelector('.editor').checkVisibility()`)
	tab.Fill("textarea", mistaken)
	tab.Click(".editor button.main")
	tab.Until(`document.querySelector('.mistakes li')`)
	if text := tab.Text(".mistakes li"); !strings.HasPrefix(text, "Line 6, column 17") || !strings.Contains(text, "did you mean name?") {
		t.Errorf("the mistake is told as %q", text)
	}
	if line := tab.Text(".lines .fail"); line != "6" {
		t.Errorf("marked is line %q", line)
	}
	tab.CheckWidths("mistakes")
	tab.CheckNames()
	tab.Click(".mistakes button")
	if text := browsertest.Value[string](tab, `(() => { const t = document.querySelector('textarea'); return t.value.slice(t.selectionStart, t.selectionEnd); })()`); !strings.HasPrefix(text, "nam: q") {
		t.Errorf("the mistake leads to %q", text)
	}
	tab.Fill("textarea", strings.Replace(mistaken, "nam:", "name:", 1))
	tab.Click(".editor button.main")
	tab.Until(`document.querySelector('.runs .player .stage')?.checkVisibility()`)
	if n := browsertest.Value[int](tab, `document.querySelectorAll('.mistakes li, .lines .fail').length`); n > 0 {
		t.Errorf("%d mistakes are still shown", n)
	}
	tab.CheckWidths("played")
	tab.CheckNames()
	tab.Open(l.url + "/own.html")
	tab.Until(`document.querySelector('textarea').value.includes('{name: q')`)
}

// endless is an act that goes on for longer than anybody waits.
const endless = `title: Mine
acts:
  - name: endless
    clock: real
    cast:
      - publisher: p
        routing_key: q
        message: Hello!
        count: 10000
        interval: 1s
    expect: {transcript: {}, fates: {}}
`

// What goes on for too long can be stopped: the page says so, who plays is left alone, and the page plays again.
func TestStopping(t *testing.T) { everywhere(t, stop, "workqueue") }

func stop(t *testing.T, l *laboratory) {
	tab := browsertest.Shared.Tab(t)
	tab.Open(l.url + "/own.html")
	tab.Until(`document.querySelector('.editor').checkVisibility()`)
	tab.Fill("textarea", endless)
	tab.Click(".editor button.main")
	tab.Until(`[...document.querySelectorAll('button')].some((each) => each.textContent === 'Stop' && each.checkVisibility())`)
	tab.CheckNames()
	tab.Click(".work button")
	tab.Until(`document.querySelector('.work').textContent.includes('Stopped')`)
	if l.left != nil {
		select {
		case <-l.left:
		case <-time.After(30 * time.Second):
			t.Fatal("the act is still played")
		}
	}
	tab.Fill("textarea", strings.Replace(mistaken, "nam:", "name:", 1))
	tab.Press("Tab")
	tab.Click(".editor button.main")
	tab.Until(`document.querySelector('.runs .player .stage')?.checkVisibility()`)
}

// When nobody answers any more, the page says so, and stays as it is.
func TestNobodyAnswers(t *testing.T) {
	l := served(t, "workqueue")
	tab := browsertest.Shared.Tab(t)
	tab.Open(l.page(lazy))
	predict(t, tab)
	l.close()
	tab.Click("#predict button.main")
	tab.Until(`document.querySelector('.work.fail')?.checkVisibility()`)
	tab.Expect("/play?play=")
	// The page closes its events when its play has failed; whether they have failed before is up to the browser.
	tab.Allow("/events?play=")
}

// A lesson fits all screens, before it is played and when two runs are beside each other, by day and by night.
func TestLessonsLooks(t *testing.T) {
	l := served(t, "acknowledging")
	tab := browsertest.Shared.Tab(t)
	tab.Open(l.page(withKnobs(t, l).Path))
	predict(t, tab)
	tab.CheckWidths("before")
	tab.CheckNames()
	play(tab)
	toTheEnd(t, tab)
	turn(t, tab, 0)
	tab.CheckWidths("turned")
	tab.CheckNames()
	// What has begun to move before somebody prefers that nothing does may come to its end.
	tab.Until(`document.getAnimations().length === 0`)
	background := `getComputedStyle(document.body).backgroundColor`
	day := browsertest.Value[string](tab, background)
	tab.Prefer("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
	if browsertest.Value[string](tab, background) == day {
		t.Errorf("the page is %s by day and by night", day)
	}
	if moving := browsertest.Value[int](tab, `document.getAnimations().length + [...document.querySelectorAll('*')].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0).length`); moving > 0 {
		t.Errorf("%d things move for somebody who prefers that they do not", moving)
	}
	tab.CheckWidths("dark")
}

// Without scripts a lesson has its text, its picture, what was printed, and no control that does nothing.
func TestLessonWithoutScript(t *testing.T) {
	l := served(t, "workqueue")
	tab := browsertest.Shared.Tab(t)
	tab.WithoutScript()
	tab.Open(l.page(lazy))
	text := tab.Text("#main")
	for _, want := range []string{"prefetch does not apply", "Received: 1:Hello!", "had it in its buffer, unseen"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if height := browsertest.Value[float64](tab, `document.querySelector('#play figure svg').getBoundingClientRect().height`); height < 100 {
		t.Errorf("the picture is %v pixels high", height)
	}
	if n := browsertest.Value[int](tab, `[...document.querySelectorAll('button, input')].filter((each) => each.checkVisibility()).length`); n > 0 {
		t.Errorf("%d controls are seen that do nothing", n)
	}
	tab.CheckWidths("lesson")
}
