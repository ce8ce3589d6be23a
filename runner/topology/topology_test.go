package topology

import (
	"slices"
	"strings"
	"testing"

	"tutor/runner/wire"
)

func TestMatchTopic(t *testing.T) {
	for _, test := range []struct {
		pattern, key string
		matches      bool
	}{
		{"a.b", "a.b", true}, {"a.b", "a", false}, {"a", "a.b", false},
		{"*", "a", true}, {"*", "", false}, {"*", "a.b", false},
		{"#", "", true}, {"#", "a", true}, {"#", "a.b.c", true},
		{"*.#", "a", true}, {"*.#", "a.b.c", true}, {"#.*", "a", true},
		{"lazy.#", "lazy", true}, {"lazy.#", "lazy.a.b", true}, {"lazy.#", "lazybones", false},
		{"#.b.#", "a.b.c", true}, {"#.b.#", "b", true}, {"#.b.#", "a.c", false},
		{"*.*", "a", false}, {"a.*.c", "a..c", true}, {"", "", true}, {"a.#.#.b", "a.b", true},
	} {
		if got := matchTopic(words(test.pattern), words(test.key)); got != test.matches {
			t.Errorf("%q matches %q: %v", test.pattern, test.key, got)
		}
	}
}

func TestMatchHeaders(t *testing.T) {
	headers := wire.Table{{Name: "a", Value: int64(1)}, {Name: "b", Value: "x"}, {Name: "x-c", Value: true}}
	for _, test := range []struct {
		name      string
		arguments wire.Table
		matches   bool
	}{
		{"none", nil, true},
		{"all", wire.Table{{Name: "a", Value: int32(1)}, {Name: "b", Value: "x"}}, true},
		{"all but one", wire.Table{{Name: "a", Value: int32(1)}, {Name: "b", Value: "y"}}, false},
		{"any", wire.Table{{Name: "x-match", Value: "any"}, {Name: "a", Value: int32(2)}, {Name: "b", Value: "x"}}, true},
		{"any of none", wire.Table{{Name: "x-match", Value: "any"}}, false},
		{"present", wire.Table{{Name: "b", Value: nil}}, true},
		{"absent", wire.Table{{Name: "d", Value: nil}}, false},
		{"x- does not count", wire.Table{{Name: "x-c", Value: false}}, true},
		{"x- counts", wire.Table{{Name: "x-match", Value: "all-with-x"}, {Name: "x-c", Value: false}}, false},
	} {
		if got := matchHeaders(test.arguments, headers); got != test.matches {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestRoute(t *testing.T) {
	v := New()
	for _, q := range []string{"q1", "q2", "q3", "lost"} {
		v.DeclareQueue(q, Queue{})
	}
	v.DeclareExchange("top", Exchange{Type: "topic", Alternate: "spare"})
	v.DeclareExchange("spare", Exchange{Type: "fanout"})
	v.DeclareExchange("left", Exchange{Type: "fanout"})
	v.DeclareExchange("right", Exchange{Type: "fanout", AutoDelete: true})
	v.Bind("top", "a.*", nil, "q1", false)
	v.Bind("top", "a.#", nil, "q1", false)
	v.Bind("top", "#.b", nil, "q2", false)
	v.Bind("spare", "", nil, "lost", false)
	v.Bind("left", "", nil, "right", true)
	v.Bind("right", "", nil, "left", true)
	v.Bind("right", "", nil, "q3", false)
	route := func(exchange, key, want string, known bool) {
		t.Helper()
		queues, ok := v.Route(exchange, []string{key}, nil)
		slices.Sort(queues)
		if got := strings.Join(queues, " "); got != want || ok != known {
			t.Errorf("%s %s reaches %q (%v), want %q (%v)", exchange, key, got, ok, want, known)
		}
	}
	route("", "q1", "q1", true)
	route("", "q9", "", true)
	route("top", "a.b", "q1 q2", true)
	route("top", "c", "lost", true)
	route("left", "", "q3", true)
	route("nowhere", "", "", false)
	for exchange, want := range map[string]string{"top": "lost q1 q2", "left": "q3", "nowhere": ""} {
		if got := strings.Join(v.Reachable(exchange), " "); got != want {
			t.Errorf("%s reaches %q at most, want %q", exchange, got, want)
		}
	}

	v.DeleteQueue("q2")
	route("top", "a.b", "q1", true)
	v.Unbind("right", "", nil, "left", true)
	v.Unbind("right", "", nil, "q3", false)
	route("right", "", "", false)
	route("left", "", "", true)
}

// An exchange of a type that is not known here is strange to all that lead to it.
func TestStrange(t *testing.T) {
	v := New()
	v.DeclareExchange("near", Exchange{Type: "topic"})
	v.DeclareExchange("far", Exchange{Type: "fanout"})
	v.DeclareExchange("spare", Exchange{Type: "direct", Alternate: "hash"})
	v.Bind("near", "#", nil, "far", true)
	if got := v.Strange("near"); got != "" {
		t.Errorf("%q is strange before there is anything", got)
	}
	v.DeclareExchange("hash", Exchange{Type: "x-consistent-hash"})
	v.Bind("far", "", nil, "hash", true)
	for exchange, want := range map[string]string{"": "", "near": "hash", "spare": "hash", "hash": "hash", "amq.topic": "", "nowhere": ""} {
		if got := v.Strange(exchange); got != want {
			t.Errorf("from %q to %q, want %q", exchange, got, want)
		}
	}
}

// Whatever may change where messages go is a change.
func TestChanges(t *testing.T) {
	v := New()
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"a queue", func() { v.DeclareQueue("q", Queue{}) }},
		{"an exchange", func() { v.DeclareExchange("e", Exchange{Type: "fanout"}) }},
		{"a binding", func() { v.Bind("e", "", nil, "q", false) }},
		{"a binding less", func() { v.Unbind("e", "", nil, "q", false) }},
		{"an exchange less", func() { v.DeleteExchange("e") }},
		{"a queue less", func() { v.DeleteQueue("q") }},
	} {
		before := v.Changes()
		if step.do(); v.Changes() == before {
			t.Errorf("%s is no change", step.what)
		}
	}
	before := v.Changes()
	if v.Route("amq.fanout", []string{""}, nil); v.Changes() != before {
		t.Error("looking where messages go is a change")
	}
}
