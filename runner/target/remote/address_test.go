package remote

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/scenario"
	"tutor/runner/stage"
)

func TestParse(t *testing.T) {
	guest := stage.Login{User: "guest", Password: "guest"}
	for url, want := range map[string]address{
		"amqp://h":                          {login: guest, hosts: []host{{"h", 5672}}, vhost: "/"},
		"amqp://h/":                         {login: guest, hosts: []host{{"h", 5672}}, vhost: "/"},
		"amqp://h/%2F":                      {login: guest, hosts: []host{{"h", 5672}}, vhost: "/"},
		"amqps://h/v":                       {secure: true, login: guest, hosts: []host{{"h", 5671}}, vhost: "v"},
		"amqp://u:p%40w@h1:1,h2,h3:3/a%2Fb": {login: stage.Login{User: "u", Password: "p@w"}, hosts: []host{{"h1", 1}, {"h2", 5672}, {"h3", 3}}, vhost: "a/b"},
		"amqp://[::1]:7":                    {login: guest, hosts: []host{{"::1", 7}}, vhost: "/"},
		"amqp://[::1]":                      {login: guest, hosts: []host{{"::1", 5672}}, vhost: "/"},
	} {
		got, err := parse(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(address{}, host{})); diff != "" {
			t.Errorf("%s:\n%s", url, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, url := range []string{
		"", "h:5672", "http://h", "amqp://", "amqp://h:port", "amqp://h:0", "amqp://h:70000", "amqp://h1,,h2",
		"amqp://u:secret@", "amqp://u:secret%zz@h", "amqp://u:secret@h/%zz", "amqp://u:secret@h?heartbeat=1",
	} {
		_, err := parse(url)
		if err == nil {
			t.Errorf("%q is accepted", url)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the password: %v", url, err)
		}
	}
}

func TestNameHasNoPassword(t *testing.T) {
	target, err := New("amqp://u:secret@h1,h2:3/v", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := target.Name(), "amqp://u@h1:5672,h2:3/v"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// All that is missing is said at once, before anything is connected to.
func TestWhatCannotBeProvided(t *testing.T) {
	target, err := New("amqp://127.0.0.1:1", Options{})
	if err != nil {
		t.Fatal(err)
	}
	three := 3
	_, err = target.Prepare(context.Background(), &scenario.Broker{
		TLS:    true,
		Vhosts: map[string]*scenario.Vhost{"/": {MaxConnections: &three}, "domain1": {}},
		Users:  map[string]*scenario.User{"alice": {}},
	})
	if err == nil {
		t.Fatal("nothing is missing")
	}
	for _, want := range []string{"TLS listener", "limit of vhost /", "vhost domain1", "user alice", "--management"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not said to be missing: %v", want, err)
		}
	}
}
