//go:build (linux || darwin) && !race

package browsertest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Shared is the browser of all tests here.
var Shared Browser

func TestMain(m *testing.M) {
	if how := os.Getenv(ending); how != "" {
		end(how)
		return
	}
	os.Exit(Main(m, &Shared))
}

// ending is the name of the environment variable that has this program start a browser, and end in a way.
const ending = "TUTOR_TEST_ENDING"

func end(how string) {
	chosen, err := choose("", false, programs)
	Shared.choice = chosen
	if err = errors.Join(err, Shared.launch()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("running")
	switch how {
	case "asked":
		err = Shared.end()
	case "killed":
		err = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	default:
		panic(how)
	}
	fmt.Println(err)
}

// However tests end, their browser ends with them, and its directory is removed.
func TestNothingIsLeft(t *testing.T) {
	Shared.running(t)
	for _, how := range []string{"asked", "a panic", "killed"} {
		dir := t.TempDir()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), ending+"="+how, "TMPDIR="+dir)
		nothing, gone := inherited(t, cmd)
		if out, _ := cmd.Output(); !strings.HasPrefix(string(out), "running") {
			t.Fatalf("%s: no browser was started: %s", how, out)
		}
		nothing()
		if _, err := io.ReadAll(gone); err != nil {
			t.Fatalf("%s: something of the browser still runs: %v", how, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left, %v", how, left, err)
		}
	}
}

// inherited gives a command, and so all that it starts, the end of a pipe, which can be read to its end when they are
// gone, and the function has been called. The descriptors before it are those that browsers use otherwise.
func inherited(t *testing.T, cmd *exec.Cmd) (close func(), gone *os.File) {
	t.Helper()
	gone, held, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gone.Close() })
	if err := gone.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{os.Stdin, os.Stdin, held}
	return func() { held.Close() }, gone
}

func TestChoose(t *testing.T) {
	for _, value := range []string{"", "firefox", "chromium,"} {
		if _, err := choose(value, true, nil); err == nil || !strings.Contains(err.Error(), Variable) {
			t.Errorf("%q: %v", value, err)
		}
	}
	for _, set := range []bool{true, false} {
		c, err := choose("chromium", set, []string{"no-such-browser"})
		if err != nil || c.forced != set || c.absent() == nil {
			t.Errorf("%+v, %v", c, err)
		}
		if c, err := choose("chromium", set, []string{"no-such-browser", "sh"}); err != nil || c.absent() != nil {
			t.Errorf("%+v, %v", c, err)
		}
	}
}

// served serves a page with a body and a strict policy, and a script that says it has run.
func served(t *testing.T, body string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; style-src 'self'")
		_, _ = w.Write([]byte(`<!doctype html><html lang="en"><title>A page</title><script src="page.js"></script><body>` + body))
	})
	for name, text := range map[string]string{
		"/page.js": `const run = (text) => {
			document.body.append(text); localStorage.been = (localStorage.been || '') + 'x';
		};
		addEventListener('keydown', (e) => run((e.shiftKey ? 'shift ' : '') + e.key + (e.isTrusted ? '' : ' made up') + ' '));`,
		"/worker.js": `console.error('from the worker'); postMessage(0)`,
		"/throws.js": `throw new Error('from a worker')`,
	} {
		mux.HandleFunc(name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte(text))
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// Whatever goes wrong in a page is noticed.
func TestProblems(t *testing.T) {
	url := served(t, `<main></main>`)
	tab := Shared.Tab(t)
	for script, wants := range map[string][]string{
		`console.error('one', {two: 2})`:                                          {"console.error: one"},
		`console.warn('careful')`:                                                 {"console.warning: careful"},
		`console.assert(false, 'not so')`:                                         {"console.assert: not so"},
		`setTimeout(() => { throw new Error('thrown') })`:                         {"exception: Uncaught Error: thrown"},
		`Promise.reject(new Error('rejected'))`:                                   {"exception: Uncaught (in promise) Error: rejected"},
		`document.querySelector('main').innerHTML = '<p style="color: red">'`:     {"Applying inline style violates"},
		`document.querySelector('main').innerHTML = '<img src="http://x.test/">'`: {"Loading the image 'http://x.test/' violates", "request of http://x.test/: "},
		`fetch('missing.js')`:                                                     {"request of " + url + "/missing.js: 404"},
		`fetch('http://x.test/').catch(() => 0)`:                                  {"Connecting to 'http://x.test/' violates", "Fetch API cannot load"},
		`new Worker('worker.js')`:                                                 {"worker: from the worker"},
		`new Worker('throws.js')`:                                                 {"worker: Uncaught Error: from a worker"},
	} {
		tab.Open(url)
		Value[*string](tab, script+"; null")
		for _, want := range wants {
			tab.Expect(want)
		}
		if more := tab.Problems(); len(more) > 0 {
			t.Errorf("after %s, also: %s", script, more)
		}
	}
}

func TestKeys(t *testing.T) {
	tab := Shared.Tab(t)
	tab.Open(served(t, `<main></main>`))
	tab.Press("ArrowLeft", "Shift+ArrowRight", "a")
	if got := tab.Text("body"); got != "ArrowLeft shift ArrowRight a" {
		t.Errorf("the page saw %q", got)
	}
}

// Tabs of a test have a storage, and those of two tests one each.
func TestStorage(t *testing.T) {
	url := served(t, `<main></main>`)
	one, stranger := Shared.Tab(t), Shared.Tab(t)
	another := one.Another()
	for _, tab := range []*Tab{one, another, stranger} {
		tab.Open(url)
	}
	one.Press("a")
	another.Until(`localStorage.been === 'x'`)
	if Value[bool](stranger, `'been' in localStorage`) {
		t.Error("what a test has stored is there in another one")
	}
}

func TestLooks(t *testing.T) {
	tab := Shared.Tab(t)
	tab.Open(served(t, `<main></main>`))
	tab.Size(360)
	is := func(query string) bool {
		t.Helper()
		return Value[bool](tab, "matchMedia('"+query+"').matches")
	}
	if !is("(width: 360px)") || is("(prefers-color-scheme: dark)") || is("print") {
		t.Error("a page of 360 pixels, by day, on a screen")
	}
	tab.Prefer("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
	if !is("(prefers-color-scheme: dark) and (prefers-reduced-motion: reduce)") {
		t.Error("preferences are not seen")
	}
	if tab.Print(); !is("print") {
		t.Error("print is not seen")
	}
}

// The page stays as it is without scripts, and can still be asked.
func TestWithoutScript(t *testing.T) {
	tab := Shared.Tab(t)
	tab.WithoutScript()
	tab.Open(served(t, `<noscript>no script</noscript>`))
	tab.Press("a")
	if got := tab.Text("body"); got != "no script" {
		t.Errorf("the page shows %q", got)
	}
}

func TestTooWide(t *testing.T) {
	tab := Shared.Tab(t)
	tab.Size(360)
	for body, want := range map[string]string{
		`<p>narrow</p>`:                                           "",
		`<svg id="wide" width="500"></svg>`:                       `id="wide"`,
		`<table><tr><td>` + strings.Repeat("x", 200) + `</table>`: "<td>",
	} {
		tab.Open(served(t, body))
		if got := tab.TooWide(); got != want && (want == "" || !strings.Contains(got, want)) {
			t.Errorf("%s: %s", body, got)
		}
	}
}

func TestNameless(t *testing.T) {
	tab := Shared.Tab(t)
	tab.Open(served(t, `<button></button><input type="range"><a href="#x"><svg></svg></a><input type="radio" aria-label="named"><button>Named</button>`))
	var roles []string
	for _, element := range tab.Nameless() {
		role, _, _ := strings.Cut(element, " ")
		roles = append(roles, role)
	}
	slices.Sort(roles)
	if want := []string{"button", "link", "slider"}; !slices.Equal(roles, want) {
		t.Errorf("%v, want %v", roles, want)
	}
}
