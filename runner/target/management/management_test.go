package management_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/management"
)

// api is as much of a management API as makes, keeps and removes things.
type api struct {
	// put, if not nil, is told of each thing before it is made, and may refuse.
	put func(r *http.Request) (status int)
	// deleted receives the path of each thing that is to be removed.
	deleted chan string

	// locked queues are an open connection's own: they cannot be deleted.
	locked bool
	// stuck is set where nothing can be deleted.
	stuck bool

	mu     sync.Mutex
	things map[string]bool
}

func newAPI(t *testing.T) (*api, *management.API) {
	t.Helper()
	a := &api{deleted: make(chan string, 100), things: map[string]bool{}}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, management.New(server.URL, "admin", "secret", nil)
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	switch r.Method {
	case http.MethodGet:
		a.list(w, path)
	case http.MethodPut:
		if a.put != nil {
			if status := a.put(r); status != 0 {
				w.WriteHeader(status)
				fmt.Fprint(w, `{"error":"bad_request","reason":"not today"}`)
				return
			}
		}
		a.mu.Lock()
		a.things[path] = true
		a.mu.Unlock()
		w.WriteHeader(http.StatusCreated)
	case http.MethodDelete:
		if a.stuck || a.locked && strings.HasPrefix(path, "/api/queues/") {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		a.mu.Lock()
		there := a.things[path]
		delete(a.things, path)
		a.mu.Unlock()
		a.deleted <- path
		if !there {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":"Object Not Found","reason":"Not Found"}`)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// list answers with the names of what is below a path.
func (a *api) list(w http.ResponseWriter, path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	items := []map[string]string{}
	for thing := range a.things {
		if name, below := strings.CutPrefix(thing, path+"/"); below {
			items = append(items, map[string]string{"name": name})
		}
	}
	_ = json.NewEncoder(w).Encode(items)
}

// leave has an act leave a queue and an exchange in a vhost.
func (a *api) leave(vhost string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, thing := range []string{"queues/" + vhost + "/q", "exchanges/" + vhost + "/e", "exchanges/" + vhost + "/amq.topic"} {
		a.things["/api/"+thing] = true
	}
}

// left are the vhosts and users that are there; the broker removes limits and permissions with them.
func (a *api) left() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []string
	for path := range a.things {
		kind := strings.Split(path, "/")[2]
		if kind == "vhosts" || kind == "users" {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}

var guest = stage.Login{User: "guest", Password: "guest"}

func number(n int) *int { return &n }

// everything is all that an act can ask for.
func everything() *scenario.Broker {
	return &scenario.Broker{
		Vhosts: map[string]*scenario.Vhost{"/": {MaxConnections: number(3)}, "a/b": {MaxQueues: number(0)}},
		Users: map[string]*scenario.User{
			"alice": {Password: "alice123", MaxChannels: number(2), MaxConnections: number(1), Permissions: map[string]*scenario.Permission{
				"a/b": {Configure: ".*", Write: ".*", Read: ".*"},
			}},
			"bob": {Password: "bob123"},
		},
	}
}

func TestProvideAndRemove(t *testing.T) {
	a, m := newAPI(t)
	p, err := m.Provide(t.Context(), everything(), guest)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.left()) != 4 {
		t.Errorf("there are %v", a.left())
	}
	if p.Users["guest"] != guest || p.Users["alice"].Password != "alice123" || p.Vhosts["/"] == "" || p.Vhosts["a/b"] == p.Vhosts["/"] {
		t.Errorf("users %v, vhosts %v", p.Users, p.Vhosts)
	}
	if err := p.Remove(t.Context()); err != nil {
		t.Error(err)
	}
	if left := a.left(); left != nil {
		t.Errorf("left: %v", left)
	}
	if err := p.Remove(t.Context()); err != nil {
		t.Errorf("removing what is not there any more: %v", err)
	}
}

// Whatever step fails, what was made by then is removed, and the error says which step it was.
func TestProvideFails(t *testing.T) {
	for path, want := range map[string]string{
		"/api/vhosts/":       "making vhost ",
		"/api/vhost-limits/": "limiting vhost ",
		"/api/users/":        "making user ",
		"/api/user-limits/":  "limiting user alice",
		"/api/permissions/":  "permissions in vhost ",
	} {
		a, m := newAPI(t)
		a.put = func(r *http.Request) int {
			if strings.HasPrefix(r.URL.Path, path) {
				return http.StatusBadRequest
			}
			return 0
		}
		_, err := m.Provide(t.Context(), everything(), guest)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "not today") {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
		if left := a.left(); left != nil {
			t.Errorf("%s: left: %v", path, left)
		}
	}
}

// A vhost that the broker goes on making when the act is broken off is removed all the same.
func TestProvideBrokenOff(t *testing.T) {
	a, m := newAPI(t)
	ctx, cancel := context.WithCancel(t.Context())
	a.put = func(r *http.Request) int {
		if strings.HasPrefix(r.URL.Path, "/api/vhosts/") {
			cancel()
			select {
			case <-r.Context().Done():
				// The client did not wait, so its removal comes first, and in vain.
				<-a.deleted
			case <-time.After(100 * time.Millisecond):
			}
		}
		return 0
	}
	if _, err := m.Provide(ctx, nil, guest); !errors.Is(err, context.Canceled) {
		t.Errorf("broken off: %v", err)
	}
	if left := a.left(); left != nil {
		t.Errorf("left: %v", left)
	}
}

// A vhost that can be seen to be empty serves again; others are removed. At the end all are.
func TestGiveBack(t *testing.T) {
	for name, c := range map[string]struct {
		needs         *scenario.Broker
		quiet, locked bool
		again         bool
	}{
		"emptied":                   {quiet: true, again: true},
		"something is under way":    {quiet: false},
		"a queue cannot be deleted": {quiet: true, locked: true},
		"limited": {quiet: true, needs: &scenario.Broker{
			Vhosts: map[string]*scenario.Vhost{"/": {MaxConnections: number(3)}},
		}},
		"users": {quiet: true, again: true, needs: &scenario.Broker{
			Users: map[string]*scenario.User{"alice": {Password: "alice123"}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			a, m := newAPI(t)
			a.locked = c.locked
			used := map[string]bool{}
			for range 20 { // few may wait to be taken back
				p, err := m.Provide(t.Context(), c.needs, guest)
				if err != nil {
					t.Fatal(err)
				}
				used[p.Vhosts["/"]] = true
				a.leave(p.Vhosts["/"])
				m.GiveBack(t.Context(), p, c.quiet)
			}
			if again := len(used) < 20; again != c.again {
				t.Errorf("20 acts have used %d vhosts", len(used))
			}
			if err := m.Close(); err != nil {
				t.Error(err)
			}
			if left := a.left(); left != nil {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// What cannot be removed is said at the end.
func TestGiveBackFails(t *testing.T) {
	a, m := newAPI(t)
	p, err := m.Provide(t.Context(), everything(), guest)
	if err != nil {
		t.Fatal(err)
	}
	a.stuck = true
	m.GiveBack(t.Context(), p, true)
	err = m.Close()
	for _, want := range []string{"removing vhost ", "removing user "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestProvideRefusesGuest(t *testing.T) {
	a, m := newAPI(t)
	_, err := m.Provide(t.Context(), &scenario.Broker{Users: map[string]*scenario.User{"guest": {Password: "x"}}}, guest)
	if err == nil || a.left() != nil {
		t.Errorf("%v, left: %v", err, a.left())
	}
}

func TestNobodyThere(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	_, err := management.New(url, "admin", "secret", nil).Provide(t.Context(), nil, guest)
	if err == nil || !strings.Contains(err.Error(), url) || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v, want an error with %s and without the password", err, url)
	}
}
