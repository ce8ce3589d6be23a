package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/server"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

// faked is a broker like a container: it takes its time to start, and tells so.
type faked struct {
	stage.Target
	progress func(string)
	// let, if not nil, is received from before a stage is provided.
	let chan struct{}
	// removed is told of each stage that was taken back.
	removed chan struct{}
	err     error

	mu sync.Mutex
	// at is how many stages there are, most how many there were at one time.
	at, most int
	closed   bool
}

func (f *faked) Name() string { return "a container" }

func (f *faked) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	if f.err != nil {
		return nil, f.err
	}
	if f.let != nil {
		f.progress("starting a container\u202e…")
		select {
		case <-f.let:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s, err := f.Target.Prepare(ctx, needs)
	if err != nil {
		return nil, err
	}
	f.count(1)
	end := s.Close
	s.Close = func(ctx context.Context, settled bool) error {
		f.count(-1)
		f.removed <- struct{}{}
		return end(ctx, settled)
	}
	return s, nil
}

func (f *faked) count(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at += n
	f.most = max(f.most, f.at)
}

func (f *faked) Close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	return f.Target.Close()
}

// fake are options to play on a fake.
func fake() (*faked, server.Options) {
	f := &faked{Target: embedded.New(), removed: make(chan struct{}, 100)}
	return f, server.Options{Limits: lab.UsualLimits(), Target: func(progress func(string)) (stage.Target, error) {
		f.progress = progress
		return f, nil
	}}
}

// begun is a play that goes on.
type begun struct {
	reply chan lab.Reply
	abort func()
}

func (r *running) begin(name string, request lab.Request) begun {
	ctx, abort := context.WithTimeout(r.t.Context(), patience)
	b := begun{make(chan lab.Reply, 1), abort}
	go func() { b.reply <- r.play(ctx, name, request) }()
	return b
}

func passed(t *testing.T, reply lab.Reply) {
	t.Helper()
	if len(reply.Runs) != 1 || reply.Runs[0].Verdict != "pass" {
		t.Errorf("%+v", reply)
	}
}

// Pages are told what a broker is doing that is not there yet, and that they have to wait until another play is over:
// there is one at a time.
func TestProgress(t *testing.T) {
	f, o := fake()
	f.let = make(chan struct{})
	r := run(t, o)
	one, two := r.listen("?play=one"), r.listen("?play=two")
	first := r.begin("one", lab.Request{Lesson: firstLesson})
	const starting = `event: progress data: "starting a container\\u202e…"`
	one.comes(starting)
	two.comes(starting)
	r.listen("?play=late").comes(starting)
	second := r.begin("two", lab.Request{Lesson: firstLesson})
	two.comes(`event: progress data: "Waiting until another play has come to its end…"`)
	r.listen("?play=two").comes(`event: progress data: "Waiting until another play has come to its end…"`)
	f.let <- struct{}{}
	one.comes(`event: progress data: "Playing…"`)
	passed(t, <-first.reply)
	two.comes(`event: progress data: "Playing…"`)
	two.comes(starting)
	f.let <- struct{}{}
	passed(t, <-second.reply)
	r.end()
	if f.most != 1 || f.at != 0 || !f.closed {
		t.Errorf("%d at one time, %d left, closed: %v", f.most, f.at, f.closed)
	}
}

// A play whose page gives up is broken off, and what was provided for it is taken back; so is one that waits.
func TestAbort(t *testing.T) {
	f, o := fake()
	f.let = make(chan struct{})
	r := run(t, o)
	const starting = `event: progress data: "starting a container\\u202e…"`
	begin := func(name string, request lab.Request, comes ...string) (*events, begun) {
		told := r.listen("?play=" + name)
		b := r.begin(name, request)
		for _, event := range comes {
			told.comes(event)
		}
		return told, b
	}
	const waits = `event: progress data: "Waiting until another play has come to its end…"`
	one, going := begin("one", lab.Request{Scenario: lone(endless)}, starting)
	_, waiting := begin("two", lab.Request{Scenario: lone(endless)}, starting, waits)
	_, last := begin("three", lab.Request{Lesson: firstLesson}, starting, waits)
	f.let <- struct{}{}
	one.comes(`event: progress data: "Playing…"`)
	waiting.abort()
	<-waiting.reply
	going.abort()
	<-going.reply
	<-f.removed
	f.let <- struct{}{}
	passed(t, <-last.reply)
	r.end()
	if f.at != 0 {
		t.Errorf("%d stages are left", f.at)
	}
}

// On the embedded broker there are a few plays at one time, each for itself, and further ones wait.
func TestAtOnce(t *testing.T) {
	r := run(t, server.Options{})
	waits := make(chan string, 5)
	var plays []begun
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		told := r.listen("?play=" + name)
		plays = append(plays, r.begin(name, lab.Request{Scenario: lone(endless)}))
		go func() { waits <- told.next() }()
	}
	if got := <-waits; got != `event: progress data: "Waiting until another play has come to its end…"` {
		t.Errorf("event %q", got)
	}
	for _, p := range plays {
		p.abort()
		<-p.reply
	}
	passed(t, r.play(t.Context(), "", lab.Request{Lesson: firstLesson}))
}

// When the server ends, what is played is broken off, and pages listen to nobody; goroutines would be found.
func TestEnd(t *testing.T) {
	f, o := fake()
	f.let = make(chan struct{}, 1)
	f.let <- struct{}{}
	r := run(t, o)
	told := r.listen("?play=one")
	over := make(chan bool)
	go func() {
		defer close(over)
		request, err := http.NewRequest("POST", r.url("/play?play=one"), strings.NewReader(`{"scenario":"`+strings.ReplaceAll(lone(endless), "\n", `\n`)+`"}`))
		if err != nil {
			t.Error(err)
			return
		}
		request.Header.Set("Content-Type", asJSON)
		if response, err := r.client.Do(request); err == nil { // that it was broken off may still be said
			response.Body.Close()
		}
	}()
	told.comes(`event: progress data: "starting a container\\u202e…"`)
	told.comes(`event: progress data: "Playing…"`)
	r.end()
	<-over
	if more := told.next(); more != "" {
		t.Errorf("event %q", more)
	}
	if f.at != 0 || !f.closed {
		t.Errorf("%d stages are left, closed: %v", f.at, f.closed)
	}
}

// A broker that could not be started is tried again, and one that once was is not given up.
func TestTargetIsTriedAgain(t *testing.T) {
	var made []*faked
	o := server.Options{Limits: lab.UsualLimits(), Target: func(progress func(string)) (stage.Target, error) {
		f, _ := fake()
		f.progress = progress
		if made = append(made, f); len(made) < 3 {
			f.err = errors.New("no engine answers")
		}
		return f, nil
	}}
	r := run(t, o)
	for range 2 {
		if got := r.play(t.Context(), "", lab.Request{Lesson: firstLesson}).Error; got != "preparing the broker: no engine answers" {
			t.Errorf("%q", got)
		}
	}
	passed(t, r.play(t.Context(), "", lab.Request{Lesson: firstLesson}))
	made[2].err = errors.New("not this time")
	if got := r.play(t.Context(), "", lab.Request{Lesson: firstLesson}).Error; got != "preparing the broker: not this time" {
		t.Errorf("%q", got)
	}
	made[2].err = nil
	passed(t, r.play(t.Context(), "", lab.Request{Lesson: firstLesson}))
	r.end()
	for i, f := range made {
		if !f.closed || f.at != 0 {
			t.Errorf("target %d: closed: %v, %d stages are left", i+1, f.closed, f.at)
		}
	}
	if len(made) != 3 {
		t.Errorf("%d targets", len(made))
	}
}

// A broker that cannot be reached is said, and the server goes on.
func TestNoBroker(t *testing.T) {
	f, o := fake()
	f.err = errors.New("nobody answers at 192.0.2.1")
	r := run(t, o)
	for range 2 {
		if got := r.play(t.Context(), "", lab.Request{Lesson: firstLesson}).Error; got != "preparing the broker: nobody answers at 192.0.2.1" {
			t.Errorf("%q", got)
		}
	}
	if a := r.do("GET", "/own.html", ""); !strings.Contains(a.body, "a container") {
		t.Errorf("%d %s", a.code, a.body)
	}
	if a := r.do("GET", "/lesson/"+firstLesson+".html", ""); !strings.Contains(a.body, "pass on embedded") {
		t.Errorf("%d %s", a.code, a.body)
	}
}

// The page of an act that does not come to its end in time is there without what comes of it.
func TestEndlessPage(t *testing.T) {
	r := run(t, server.Options{PageTime: 100 * time.Millisecond})
	r.server.Save([]*server.Own{own(t, "mine", endless)})
	if a := r.do("GET", "/lesson/mine/a.html", ""); a.code != 200 || !strings.Contains(a.body, "No run of this lesson is recorded") {
		t.Errorf("%d %s", a.code, a.body)
	}
}

// Whatever is asked for, the answer is a reply, and nothing breaks.
func FuzzPlay(f *testing.F) {
	chapter, err := course.Read(scenarios.FS(), "hello")
	if err != nil {
		f.Fatal(err)
	}
	limits := lab.UsualLimits()
	limits.Time /= 100
	s, err := server.New(server.Options{Course: []*course.Chapter{chapter}, Limits: limits})
	if err != nil {
		f.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	f.Cleanup(func() {
		web.Close()
		if err := s.Close(); err != nil {
			f.Error(err)
		}
	})
	for _, seed := range []string{
		`{"lesson":"` + firstLesson + `"}`,
		`{"lesson":"` + firstLesson + `","knob":"k","position":"p"}`,
		`{"scenario":"` + strings.ReplaceAll(lone(""), "\n", `\n`) + `"}`,
		`{"scenario":"titel: T"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		response, err := http.Post(web.URL+"/play", asJSON, strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		checkReply(t, response)
	})
}

// checkReply fails the test unless an answer is runs, mistakes or an error.
func checkReply(t *testing.T, response *http.Response) {
	t.Helper()
	var reply lab.Reply
	if err := json.NewDecoder(response.Body).Decode(&reply); err != nil {
		t.Fatal(err)
	}
	switch said := reply.Error != "" || len(reply.Mistakes) > 0; {
	case response.StatusCode == http.StatusOK && said == (len(reply.Runs) > 0):
		t.Errorf("%+v", reply)
	case response.StatusCode != http.StatusOK && (response.StatusCode < 400 || response.StatusCode >= 500 || reply.Error == ""):
		t.Errorf("%d %+v", response.StatusCode, reply)
	}
}
