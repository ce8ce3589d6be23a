package targettest

import (
	"slices"
	"strings"
	"testing"
)

func names(all []*chosen) (names []string) {
	for _, c := range all {
		names = append(names, c.target.Name())
	}
	return names
}

func TestChoose(t *testing.T) {
	for value, want := range map[string][]string{
		"embedded":        {"embedded"},
		"embedded, local": {"embedded", "local"},
		"docker,docker:rabbitmq:4.0-management": {
			"docker:rabbitmq:4.3-management", "docker:rabbitmq:4.0-management",
		},
	} {
		all, err := choose(value, true)
		if err != nil {
			t.Errorf("%q: %v", value, err)
		}
		if got := names(all); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
		for _, c := range all {
			if c.absent != nil {
				t.Errorf("%q: %s is forced, and would be skipped: %v", value, c.target.Name(), c.absent)
			}
		}
	}
}

// A slip in the variable must not quietly leave a broker out.
func TestChooseRefuses(t *testing.T) {
	for _, value := range []string{"", "rabbit", "embedded,", "embedded,lokal", "local:3", "embedded;local"} {
		if all, err := choose(value, true); err == nil || !strings.Contains(err.Error(), Variable) {
			t.Errorf("%q: %v, %v", value, names(all), err)
		}
	}
}

func TestChooseWhatIsThere(t *testing.T) {
	all, err := choose("", false)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(all), []string{"embedded", "local", "docker:rabbitmq:4.3-management"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if all[0].absent != nil {
		t.Errorf("the embedded broker is said to be absent: %v", all[0].absent)
	}
}
