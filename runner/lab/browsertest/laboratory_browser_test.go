//go:build (linux || darwin) && !race

package browsertest_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tutor/runner/lab"
	"tutor/runner/lab/browsertest"
	"tutor/runner/lab/course"
	"tutor/runner/lab/server"
	"tutor/runner/lab/site"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

// laboratory is a course with its pages, as readers have it.
type laboratory struct {
	url     string
	lessons []*course.Lesson
	// close has nobody answer any more.
	close func()
	// left tells of requests to play whose page has given up, when they have been broken off; nil if there are none.
	left chan struct{}
}

// everywhere does a test with chapters of the course served by who plays them, and as files that play in the browser.
func everywhere(t *testing.T, test func(*testing.T, *laboratory), chapters ...string) {
	t.Helper()
	t.Run("server", func(t *testing.T) { test(t, served(t, chapters...)) })
	t.Run("site", func(t *testing.T) { test(t, written(t, chapters...)) })
}

// read reads chapters of the course.
func read(t testing.TB, names []string) (all []*course.Chapter, lessons []*course.Lesson) {
	t.Helper()
	for _, name := range names {
		c, err := course.Read(scenarios.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		all, lessons = append(all, c), append(lessons, c.Lessons...)
	}
	return all, lessons
}

// served has chapters of the course, or all, served as tutor serve does.
func served(t testing.TB, chapters ...string) *laboratory {
	t.Helper()
	if len(chapters) == 0 {
		chapters = scenarios.Names()
	}
	l := &laboratory{left: make(chan struct{}, 1)}
	o := server.Options{Limits: lab.UsualLimits(), Log: log.New(t.Output(), "", 0)}
	o.Course, l.lessons = read(t, chapters)
	s, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	at := httptest.NewServer(l.noticing(s.Handler()))
	l.url, l.close = at.URL, sync.OnceFunc(func() {
		at.CloseClientConnections()
		at.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(l.close)
	return l
}

// noticing notices requests that come to nothing, because whoever sent them has gone.
func (l *laboratory) noticing(inside http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		inside.ServeHTTP(w, r)
		if r.URL.Path == "/play" && r.Context().Err() != nil {
			l.left <- struct{}{}
		}
	})
	mux.HandleFunc("/word.html", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<!doctype html><title>A word</title><p>Word`))
	})
	return mux
}

// written has chapters of the course written as tutor site does, and served as files.
func written(t testing.TB, chapters ...string) *laboratory {
	t.Helper()
	target := embedded.New()
	defer func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := &site.Site{Target: target}
	l := &laboratory{}
	s.Course, l.lessons = read(t, chapters)
	var err error
	if s.Player, err = site.Build(t.Context(), site.Checkout(t.Context(), ".")); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "site")
	if _, err := s.Write(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	at := httptest.NewServer(http.FileServer(http.Dir(dir)))
	l.url, l.close = at.URL, at.Close
	t.Cleanup(at.Close)
	return l
}

// page is the address of the page of a lesson.
func (l *laboratory) page(path string) string { return l.url + "/lesson/" + path + ".html" }

// tabs is how many lessons are looked at side by side.
const tabs = 2

// Every lesson can be predicted, played to its end, compared, and have a knob turned, without anything going wrong; and its
// page fits a telephone.
func TestEveryLesson(t *testing.T) {
	l := served(t)
	free := make(chan *browsertest.Tab, tabs)
	for range tabs {
		tab := browsertest.Shared.Tab(t)
		tab.Size(browsertest.Widths[0])
		free <- tab
	}
	t.Run("all", func(t *testing.T) {
		for _, lesson := range l.lessons {
			t.Run(lesson.Path, func(t *testing.T) {
				t.Parallel()
				tab := <-free
				defer func() { free <- tab }()
				learn(t, tab.In(t), l, lesson)
			})
		}
	})
}

// learn does with a lesson what its reader would.
func learn(t *testing.T, tab *browsertest.Tab, l *laboratory, lesson *course.Lesson) {
	t.Helper()
	tab.Open(l.page(lesson.Path))
	predict(t, tab)
	play(tab)
	asked := toTheEnd(t, tab)
	if asked > 0 {
		tab.Until(`document.querySelector('#compare').checkVisibility()`)
		if score := tab.Text("#compare .score"); !strings.HasSuffix(score, fmt.Sprintf(" of %d right.", asked)) {
			t.Errorf("the score is %q, of %d questions", score, asked)
		}
	}
	if len(lesson.Act.Knobs) > 0 {
		turn(t, tab, 0)
	}
	if wide := tab.TooWide(); wide != "" {
		t.Error(wide)
	}
	if lesson.Act == lesson.Scenario.Acts[0] { // one of a chapter is enough, for what takes as long
		tab.CheckNames()
	}
}

// predict takes the first choice of each question, before which nothing can be played.
func predict(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	tab.Until(`document.querySelector('#predict button.main')?.checkVisibility()`)
	questions := browsertest.Value[int](tab, `document.querySelectorAll('#predict .question').length`)
	if questions > 0 {
		press(tab, "#predict button.main")
		if browsertest.Value[bool](tab, `document.querySelector('#play').checkVisibility()`) {
			t.Error("the lesson is played before anything was predicted")
		}
	}
	browsertest.Value[*string](tab, `document.querySelectorAll('#predict .question').forEach((each) => each.querySelector('input').click()), null`)
}

// play has the lesson played.
func play(tab *browsertest.Tab) {
	press(tab, `#predict button.main[aria-disabled="false"]`)
	tab.Until(`document.querySelector('#play .run .on')?.checkVisibility() || document.querySelector('.work.fail')`)
}

// toTheEnd steps to the first event of the lesson's run and goes to the last, and says how many questions were asked of
// it. That each step shows what it should is tested with the page of a run.
func toTheEnd(t *testing.T, tab *browsertest.Tab) (questions int) {
	t.Helper()
	if trouble := tab.Text(".work.fail"); trouble != "" {
		t.Fatalf("not played: %s", trouble)
	}
	events := browsertest.Value[int](tab, `(JSON.parse(document.getElementById('data').textContent).run.events || []).length`)
	if events > 0 {
		press(tab, "#play [data-move=next]")
		untilEvent(tab, 1, events)
		press(tab, "#play [data-move=last]")
		untilEvent(tab, events, events)
	}
	return browsertest.Value[int](tab, `document.querySelectorAll('#predict .question').length`)
}

// press clicks what there is, or will soon be, without a mouse, whose way there takes a picture of the page each time. What
// can be reached by mouse and keyboard is tested with fewer pages.
func press(tab *browsertest.Tab, selector string) {
	tab.Until(fmt.Sprintf("document.querySelector(%q)", selector))
	browsertest.Value[*string](tab, fmt.Sprintf("document.querySelector(%q).click(), null", selector))
}

// untilEvent waits until the player says that it has come to an event.
func untilEvent(tab *browsertest.Tab, n, of int) {
	tab.Until(fmt.Sprintf(`document.querySelector('#play .says').textContent.startsWith('Event %d of %d, ')`, n, of))
}

// turn turns a knob away from how it is written, and sees both runs beside each other.
func turn(t *testing.T, tab *browsertest.Tab, i int) {
	t.Helper()
	position := fmt.Sprintf(`#knobs input[name="knob-%d"]:not([data-written])`, i)
	press(tab, position)
	tab.Until(`document.querySelectorAll('#knobs .compared .player .stage').length === 2 || document.querySelector('.work.fail')`)
	if trouble := tab.Text(".work.fail"); trouble != "" {
		t.Fatalf("knob %d is not turned: %s", i, trouble)
	}
	if says := tab.Text("#knobs .parting"); !strings.Contains(says, "event") {
		t.Errorf("knob %d: the page says %q", i, says)
	}
}
