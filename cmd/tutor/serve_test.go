package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// served is a laboratory in this process.
type served struct {
	t      *testing.T
	root   string
	client *http.Client
	// end ends it as Ctrl-C does, and returns the exit code.
	end func() int
}

// serveHere serves until the test ends, with nothing left then.
func serveHere(t *testing.T, args ...string) *served {
	t.Helper()
	before := goleak.IgnoreCurrent()
	reading, writing := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	code := make(chan int, 1)
	var said strings.Builder
	go func() {
		code <- execute(ctx, append([]string{"serve"}, args...), terminal{in: strings.NewReader(""), out: writing, err: &said})
		writing.Close()
	}()
	out := newLines(reading)
	first, ok := out.next()
	if !ok || !strings.HasPrefix(first, "http://127.0.0.1:") {
		cancel()
		t.Fatalf("%q, exit code %d: %s", first, <-code, &said)
	}
	s := &served{t: t, root: first, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	ended := -1
	s.end = func() int {
		if cancel(); ended < 0 {
			ended = <-code
		}
		return ended
	}
	t.Cleanup(func() {
		if s.end(); said.Len() > 0 {
			t.Error(said.String())
		}
		goleak.VerifyNone(t, before)
	})
	return s
}

func (s *served) get(path string) string {
	s.t.Helper()
	response, err := s.client.Get(s.root + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// has fails the test unless a page has a text.
func (s *served) has(path, text string) {
	s.t.Helper()
	if page := s.get(path); !strings.Contains(page, text) {
		s.t.Errorf("%s has no %s: %.1000s", path, text, page)
	}
}

// changes waits until pages are told that a chapter was saved, which may be told more often than once.
func (s *served) changes(told *bufio.Scanner, chapter string) {
	s.t.Helper()
	for told.Scan() {
		if told.Text() == `data: "`+chapter+`"` {
			return
		}
	}
	s.t.Fatalf("nobody is told of %s: %v", chapter, told.Err())
}

func (s *served) events() *bufio.Scanner {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	s.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", s.root+"events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { response.Body.Close() })
	told := bufio.NewScanner(response.Body)
	told.Scan() // it listens now
	return told
}

// The course is served, and a file of one's own with what is wrong with it whenever it is saved, also by way of a file
// that it takes a body from.
func TestServe(t *testing.T) {
	const text = "title: Mine\nacts:\n  - name: a\n    cast: [{publisher: p, routing_key: q, messages: [{body: {file: body.txt}}]}]\n    expect: {fates: {unroutable: [one]}}\n"
	dir := t.TempDir()
	path := filepath.Join(dir, "Hello.yaml")
	put(t, filepath.Join(dir, "body.txt"), "one")
	put(t, path, text)
	s := serveHere(t, dir, "--port", "0")
	s.has("", "lesson/workqueue/")
	s.has("lesson/hello/both-sides-declare-the-queue.html", "RabbitMQ 4.3") // as recorded
	s.has("index.html", "lesson/hello-2/a.html")                            // hello is the course's
	s.has("lesson/hello-2/a.html", "pass on embedded")
	s.has("lesson/hello-2/a.html", `"watched":"hello-2"`)
	told := s.events()
	put(t, filepath.Join(dir, "body.txt"), "two")
	s.changes(told, "hello-2")
	s.has("lesson/hello-2/a.html", "fail on embedded")
	put(t, path, strings.Replace(text, "title", "titel", 1))
	s.changes(told, "hello-2")
	s.has("lesson/hello-2/a.html", "unknown key titel (did you mean title?)")
	put(t, path, strings.Replace(text, "[one]", "[two]", 1))
	s.changes(told, "hello-2")
	s.has("lesson/hello-2/a.html", "pass on embedded")
	put(t, filepath.Join(dir, "other.yaml"), passing)
	s.changes(told, "other")
	s.has("index.html", "lesson/other/")
	if code := s.end(); code != exitPass {
		t.Errorf("exit code %d", code)
	}
}

// What is played is played on the broker that was chosen.
func TestServeOnBroker(t *testing.T) {
	s := serveHere(t, "--port", "0", "--broker", "amqp://guest:secret@127.0.0.1:1/")
	s.has("own.html", "amqp://guest@127.0.0.1:1/")
	response, err := s.client.Post(s.root+"play", "application/json", strings.NewReader(`{"lesson":"hello/both-sides-declare-the-queue"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	reply, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(reply), `"error":"preparing the broker: `) || strings.Contains(string(reply), "secret") {
		t.Errorf("%s %v", reply, err)
	}
	s.has("lesson/hello/both-sides-declare-the-queue.html", "pass on embedded")
}

// The program ends by Ctrl-C, with a page listening.
func TestServeUntilInterrupted(t *testing.T) {
	p := newShell(t).start(t, "tutor serve --port 0")
	root, ok := p.out.next()
	if !ok {
		t.Fatal("it says nothing")
	}
	response, err := http.Get(root + "events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if code := p.interrupt(); code != exitPass {
		t.Errorf("exit code %d, %q", code, p.out.seen())
	}
}

// A port that is taken is an error if it was asked for; so is what cannot be served.
func TestServeRefuses(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--port", port}, "address already in use"},
		{[]string{"-"}, "standard input is no file that could be saved"},
		{[]string{"hello"}, "hello is carried by tutor, and nobody can save it"},
		{[]string{"nothing.yaml"}, "nothing.yaml is neither a file"},
		{[]string{"--broker", "dokcer"}, "did you mean docker?"},
	} {
		if code, _, stderr := run(t, append([]string{"serve"}, c.args...)...); code != exitError || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d, %s", c.args, code, stderr)
		}
	}
	if usual, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(usualPort))); err == nil { // else somebody has it
		defer usual.Close()
	}
	serveHere(t).has("own.html", "<textarea")
}
