package remote

import (
	"strings"
	"testing"
)

// The name shows all that the URL says, and what it leaves to default, but for the password.
func TestName(t *testing.T) {
	for url, want := range map[string]string{
		"amqp://h":                            "amqp://guest@h:5672/%2F",
		"amqps://h":                           "amqps://guest@h:5671/%2F",
		"amqp://alice:secret@h:1/v":           "amqp://alice@h:1/v",
		"amqp://alice:sec%40ret@h1,h2:2/a%2F": "amqp://alice@h1:5672,h2:2/a%2F",
		"amqp://alice:sec@ret@h":              "amqp://alice@h:5672/%2F",
		"amqp://[::1]:7,10.0.0.1":             "amqp://guest@[::1]:7,10.0.0.1:5672/%2F",
	} {
		a, err := parse(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
		} else if a.String() != want {
			t.Errorf("%s: %s, want %s", url, a, want)
		}
	}
}

// An error says what is wrong with the URL, without repeating it.
func TestParseSaysWhy(t *testing.T) {
	for url, want := range map[string]string{
		"localhost":              "want a URL",
		"amqp://":                "a host is missing",
		"amqp://u:secret@h1,,h2": "a host is missing",
		"amqp://u:secret@h:0":    `port "0"`,
		"amqp://u:secret@h:":     `port ""`,
		"amqp://u:secret%zz@h":   "user and password",
		"amqp://u:secret@h/%zz":  "vhost",
		"amqp://u:secret@h?a=b":  "without options",
		"amqp://u:secret@]:0":    "host",
		"amqp://u:secret@[h":     "host",
	} {
		_, err := parse(url)
		if err == nil {
			t.Errorf("%s is accepted", url)
		} else if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %s and no password", url, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("amqp://alice:pw@h1:1,[::1]:2/a%2Fb")
	f.Add("amqps://h")
	f.Fuzz(func(t *testing.T, url string) {
		a, err := parse(url)
		if err != nil {
			return
		}
		// What is shown to the user names the same broker.
		again, err := parse(a.String())
		if err != nil {
			t.Fatalf("%q is shown as %q: %v", url, a, err)
		}
		if again.String() != a.String() || again.vhost != a.vhost || again.login.User != a.login.User {
			t.Fatalf("%q is shown as %q, which is %q", url, a, again)
		}
	})
}
