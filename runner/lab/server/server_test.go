package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/server"
	"tutor/runner/scenario"
	"tutor/scenarios"
)

// running is a server that is reached by HTTP.
type running struct {
	t       *testing.T
	server  *server.Server
	address string
	client  *http.Client
	// end ends the server, and returns when nothing of it is left.
	end func()
}

// run serves a chapter of the course until the test ends. Nothing must be left then.
func run(t *testing.T, o server.Options) *running {
	t.Helper()
	// A connection whose request was too large is closed by net/http when the client has had time to read why.
	left := []goleak.Option{goleak.IgnoreCurrent(), goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait")}
	chapter, err := course.Read(scenarios.FS(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	o.Course, o.Log = []*course.Chapter{chapter}, log.New(&said, "", 0)
	s, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	transport := &http.Transport{}
	r := &running{t: t, server: s, address: l.Addr().String(), client: &http.Client{
		Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	over := false
	r.end = func() {
		if over {
			return
		}
		over = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if said.Len() > 0 {
			t.Errorf("the server says %s", &said)
		}
	}
	t.Cleanup(func() {
		r.end()
		transport.CloseIdleConnections()
		goleak.VerifyNone(t, left...)
	})
	return r
}

func (r *running) url(path string) string { return "http://" + r.address + path }

// answer is what came of a request.
type answer struct {
	code   int
	header http.Header
	body   string
}

func (r *running) do(method, path, body string, header ...string) answer {
	r.t.Helper()
	return r.send(r.t.Context(), method, path, body, header...)
}

// send makes a request with headers, as a browser on this machine would.
func (r *running) send(ctx context.Context, method, path, body string, header ...string) answer {
	r.t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, r.url(path), strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if request.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	response, err := r.client.Do(request)
	if err != nil {
		if ctx.Err() == nil {
			r.t.Error(err)
		}
		return answer{}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil && ctx.Err() == nil {
		r.t.Error(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

const asJSON = "application/json"

// play has something played, as a page does. The play may have a name.
func (r *running) play(ctx context.Context, name string, request lab.Request) lab.Reply {
	r.t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		r.t.Fatal(err)
	}
	a := r.send(ctx, "POST", "/play?play="+name, string(body), "Content-Type", asJSON, "Origin", "http://"+r.address)
	var reply lab.Reply
	if ctx.Err() == nil {
		if err := json.Unmarshal([]byte(a.body), &reply); err != nil || a.code != http.StatusOK {
			r.t.Errorf("%d %s: %v", a.code, a.body, err)
		}
	}
	return reply
}

// events are server-sent events as they come.
type events struct {
	t      *testing.T
	lines  *bufio.Scanner
	cancel func()
}

// patience is how long an event, or a reply, may take that must come.
const patience = time.Minute

// listen listens to events; the server has joined the listener to the others when it returns.
func (r *running) listen(query string) *events {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	r.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", r.url("/events"+query), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	response, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		r.t.Fatalf("events are %s", kind)
	}
	e := &events{r.t, bufio.NewScanner(response.Body), cancel}
	if got := e.next(); got != "retry: 1000" {
		r.t.Fatalf("begins with %q", got)
	}
	return e
}

// next is the next event in a line, or empty if there will be none.
func (e *events) next() string {
	var all []string
	for e.lines.Scan() {
		if e.lines.Text() == "" {
			return strings.Join(all, " ")
		}
		all = append(all, e.lines.Text())
	}
	return ""
}

func (e *events) comes(want string) {
	e.t.Helper()
	if got := e.next(); got != want {
		e.t.Fatalf("event %q, want %q", got, want)
	}
}

const firstLesson = "hello/both-sides-declare-the-queue"

func TestRoutes(t *testing.T) {
	r := run(t, server.Options{})
	for path, want := range map[string]struct {
		code       int
		kind, text string
	}{
		"/":                                {302, "text/html", "/index.html"},
		"/index.html":                      {200, "text/html", "lesson/" + firstLesson + ".html"},
		"/own.html":                        {200, "text/html", "<textarea"},
		"/lesson/" + firstLesson + ".html": {200, "text/html", "pass on embedded"},
		"/lesson/hello/nothing.html":       {404, "text/plain", ""},
		"/lesson/hello/index.html":         {404, "text/plain", ""},
		"/lesson/" + firstLesson:           {404, "text/plain", ""},
		"/lesson/nothing/nothing.html":     {404, "text/plain", ""},
		"/lab.css":                         {200, "text/css", "{"},
		"/js/lesson.js":                    {200, "text/javascript", "import"},
		"/js/player.js":                    {200, "text/javascript", "export"},
		"/js/":                             {404, "text/plain", ""},
		"/js/nothing.js":                   {404, "text/plain", ""},
		"/lesson.html":                     {404, "text/plain", ""},
		"/favicon.ico":                     {204, "", ""},
		"/play":                            {404, "text/plain", ""},
		"/events?since=yesterday":          {400, "text/plain", "since: want milliseconds"},
	} {
		a := r.do("GET", path, "")
		if a.code != want.code || !strings.HasPrefix(a.header.Get("Content-Type"), want.kind) || !strings.Contains(a.body, want.text) {
			t.Errorf("%s: %d %s %.200s", path, a.code, a.header.Get("Content-Type"), a.body)
		}
		for key, value := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cache-Control":                "no-cache",
		} {
			if got := a.header.Get(key); got != value {
				t.Errorf("%s: %s: %s", path, key, got)
			}
		}
	}
}

// Who is led here by another name, or comes from another page, is refused.
func TestStrangers(t *testing.T) {
	r := run(t, server.Options{})
	_, port, err := net.SplitHostPort(r.address)
	if err != nil {
		t.Fatal(err)
	}
	for host, code := range map[string]int{
		"127.0.0.1:" + port: 200, "localhost:" + port: 200, "LOCALHOST:" + port: 200, "[::1]:" + port: 200,
		"evil.example:" + port: 421, "evil.example": 421, "localhost": 421, "127.0.0.1:1": 421, "localhost.evil.example:" + port: 421,
		"127.0.0.2:" + port: 421,
	} {
		if a := r.do("GET", "/index.html", "", "Host", host); a.code != code || a.code != 200 && strings.Contains(a.body, "lesson") {
			t.Errorf("%s: %d %.100s", host, a.code, a.body)
		}
	}
	lesson := `{"lesson":"` + firstLesson + `"}`
	for _, c := range []struct {
		header []string
		code   int
	}{
		{nil, 200},
		{[]string{"Origin", "http://" + r.address}, 200},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Origin", "http://evil.example"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Origin", "http://127.0.0.1:1"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
	} {
		if a := r.do("POST", "/play", lesson, append(c.header, "Content-Type", asJSON)...); a.code != c.code || strings.Contains(a.body, `"verdict"`) != (c.code == 200) {
			t.Errorf("%v: %d %.100s", c.header, a.code, a.body)
		}
	}
}

// No way leads out of what is served.
func TestTraversal(t *testing.T) {
	r := run(t, server.Options{})
	for _, path := range []string{
		"/js/../server_test.go", "/js/../../../../../../../../etc/passwd", "/../go.mod", "//etc/passwd", "/js/%2e%2e/server_test.go",
		"/js/..%2fserver_test.go", "/js/..%5cserver_test.go", "/lesson/../server.go", "/lesson/hello/..%2f..%2fserver.go.html", "/js/lesson.js%00",
		"/lesson/%2e%2e/own.html",
	} {
		conn, err := net.Dial("tcp", r.address)
		if err != nil {
			t.Fatal(err)
		}
		// A client would tidy the path up.
		_, err = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: "+r.address+"\r\nConnection: close\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := io.ReadAll(response.Body); response.StatusCode == 200 || bytes.Contains(text, []byte("package")) || bytes.Contains(text, []byte("root:")) {
			t.Errorf("%s: %d %.100s", path, response.StatusCode, text)
		}
		response.Body.Close()
		conn.Close()
	}
}

// What is no request is refused before anything is played.
func TestRequests(t *testing.T) {
	r := run(t, server.Options{Limits: lab.UsualLimits()})
	for _, c := range []struct {
		body, kind string
		code       int
		want       string
	}{
		{`{"lesson":"` + firstLesson + `"}`, asJSON, 200, `"verdict":"pass"`},
		{`{"lesson":"` + firstLesson + `"}`, asJSON + "; charset=utf-8", 200, `"verdict":"pass"`},
		{`{"lesson":"helo/x"}`, asJSON, 200, `"error":"there is no chapter helo (did you mean hello?)"`},
		{`{"lesson":"` + firstLesson + `","knob":"none","position":"x"}`, asJSON, 200, `has no knob none`},
		{`{}`, asJSON, 200, `"text":"the file is empty"`},
		{`{"scenario":"titel: T"}`, asJSON, 200, `{"line":1,"column":1,"text":"unknown key titel (did you mean title?)"}`},
		{`{"scenario":"` + strings.Repeat("#", 1<<16+1) + `"}`, asJSON, 200, `"error":"the scenario has 65537 bytes, and at most 65536 are played here"`},
		{`{}`, "text/plain", 415, "want a request as application/json"},
		{`{}`, "", 415, "want a request as application/json"},
		{`{"lesson":`, asJSON, 400, "reading the request"},
		{`{"lesson":1}`, asJSON, 400, "reading the request"},
		{`{"file":"/etc/passwd"}`, asJSON, 400, "unknown field"},
		{`{} {}`, asJSON, 400, "there is more behind it"},
		{``, asJSON, 400, "reading the request"},
		{`{"scenario":"` + strings.Repeat("#", 1<<20) + `"}`, asJSON, 413, "the request has more than 1048576 bytes"},
	} {
		a := r.do("POST", "/play", c.body, "Content-Type", c.kind)
		if a.code != c.code || !strings.Contains(a.body, c.want) || a.header.Get("Content-Type") != asJSON {
			t.Errorf("%.60s (%s): %d %.300s, want %d %s", c.body, c.kind, a.code, a.body, c.code, c.want)
		}
	}
}

// own is a file of the reader's that has an act, which may go on.
func own(t *testing.T, name, more string) *server.Own {
	t.Helper()
	s, err := scenario.Decode(name+".yaml", []byte(lone(more)))
	if err != nil {
		t.Fatal(err)
	}
	return &server.Own{Name: name, File: name + ".yaml", Chapter: course.Of(name, s)}
}

// lone is a scenario of one publisher.
func lone(more string) string {
	return "title: T\nacts:\n  - name: a\n    cast: [{publisher: p, routing_key: q, message: m}]\n    expect: {fates: {unroutable: [m]}}\n" + more
}

// endless is for an act that goes on for longer than anybody waits.
const endless = "    clock: real\n    steps: [{start: p}, {wait: 1h}]\n"

// A file that is saved is told of, and its page is there; so are its mistakes, at their lines, until it is mended.
func TestSaved(t *testing.T) {
	r := run(t, server.Options{})
	mine, other := own(t, "mine", ""), own(t, "other", "")
	r.server.Save([]*server.Own{mine, other})
	told := r.listen("")
	page := func(path string, code int, want string) {
		t.Helper()
		if a := r.do("GET", path, ""); a.code != code || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %.500s, want %d %s", path, a.code, a.body, code, want)
		}
	}
	page("/lesson/mine/a.html", 200, "pass on embedded")
	page("/index.html", 200, "lesson/mine/a.html")
	page("/lesson/mine/renamed.html", 302, "/lesson/mine/a.html")

	wrong := &server.Own{Name: "mine", File: "mine.yaml", Text: "titel: <T>\n", Mistakes: []lab.Mistake{{Line: 1, Column: 1, Text: "unknown key titel"}}}
	r.server.Save([]*server.Own{wrong, other})
	told.comes(`event: changed data: "mine"`)
	page("/lesson/mine/a.html", 200, `unknown key titel`)
	page("/lesson/mine/index.html", 200, "titel: &lt;T&gt;")
	page("/index.html", 200, `<a class="fail" href="lesson/mine/index.html">1 mistake in mine.yaml</a>`)
	if reply := r.play(t.Context(), "", lab.Request{Lesson: "mine/a"}); reply.Error != "mine.yaml has mistakes: load the page again" {
		t.Errorf("%+v", reply)
	}

	r.server.Save([]*server.Own{own(t, "mine", "")})
	told.comes(`event: changed data: "mine"`)
	told.comes(`event: changed data: "other"`)
	page("/lesson/mine/index.html", 302, "/lesson/mine/a.html")
	page("/lesson/other/a.html", 404, "")
	if reply := r.play(t.Context(), "", lab.Request{Lesson: "mine/a"}); len(reply.Runs) != 1 || reply.Runs[0].Verdict != "pass" {
		t.Errorf("%+v", reply)
	}
}

// A page that was made before its file was saved is told so when it listens; one that was made after that is not.
func TestSavedBefore(t *testing.T) {
	r := run(t, server.Options{})
	r.server.Save([]*server.Own{own(t, "mine", "")})
	r.listen("?since=1.5").comes(`event: changed data: "mine"`)
	told := r.listen("?since=99999999999999")
	r.server.Save([]*server.Own{own(t, "mine", ""), own(t, "other", "")})
	told.comes(`event: changed data: "mine"`)
	told.comes(`event: changed data: "other"`)
}

// What takes longer than a client may take to ask, or to read, is not broken off by that.
func TestLongerThanTimeouts(t *testing.T) {
	before := goleak.IgnoreCurrent()
	defer goleak.VerifyNone(t, before)
	s, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hasty := &http.Server{Handler: s.Handler(), ReadTimeout: 100 * time.Millisecond, WriteTimeout: 100 * time.Millisecond}
	over := make(chan error, 1)
	go func() { over <- hasty.Serve(l) }()
	transport := &http.Transport{}
	r := &running{t: t, server: s, address: l.Addr().String(), client: &http.Client{Transport: transport}}
	told := r.listen("")
	reply := r.play(t.Context(), "", lab.Request{Scenario: lone("    clock: real\n    steps: [{start: p}, {wait: 300ms}]\n")})
	if len(reply.Runs) != 1 || reply.Runs[0].Verdict != "pass" {
		t.Errorf("%+v", reply)
	}
	r.server.Save([]*server.Own{own(t, "mine", "")})
	told.comes(`event: changed data: "mine"`)
	told.cancel()
	transport.CloseIdleConnections()
	if err := hasty.Close(); err != nil {
		t.Error(err)
	}
	<-over
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
