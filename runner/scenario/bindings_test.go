package scenario

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// binding is an act whose consumer has an exchange and a queue.
func binding(exchange, queue string) string {
	return "title: t\nacts:\n  - name: a\n    cast:\n      - consumer: c\n        routing_key: r\n        exchange: {" + exchange + "}\n        queue: {" + queue + "}\n    expect: {fates: {queued: 0}}\n"
}

func TestBindingsAreResolved(t *testing.T) {
	for queue, want := range map[string][]string{
		"name: q": nil, "name: q, bind: false": nil,
		"name: q, bind: true":               {"queue q to x r"},
		"name: q, bind: k":                  {"queue q to x k"},
		"name: q, bind: 5":                  {"queue q to x 5"},
		`name: q, bind: "true"`:             {"queue q to x true"},
		"name: q, bind: [a, {key: b}]":      {"queue q to x a", "queue q to x b"},
		"name: q, bind: [{from: y}]":        {"queue q to y r"},
		"name: q, bind: [{from: y, key: }]": nil,
		"name: q, bind: [{from: y, key: '', arguments: {x-match: all, n: 1}}]": {"queue q to y {n: 1, x-match: all}"},
	} {
		s, err := Decode("f", []byte(binding("name: x", queue)))
		if err != nil {
			if !strings.Contains(queue, "key: }") {
				t.Errorf("%s: %v", queue, err)
			}
			continue
		}
		var got []string
		for _, b := range s.Acts[0].Cast[0].Common().Bindings() {
			got = append(got, b.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", queue, diff)
		}
	}
	exchange := decoded(t, binding("name: x, bind: [{from: y, key: k}, {from: z}]", "name: q")).Acts[0].Cast[0].Common().Exchange
	if b := exchange.Bindings(); len(b) != 2 || b[0].String() != "exchange x to y k" || b[1].String() != "exchange x to z" {
		t.Errorf("%v", b)
	}
}

func TestMistakesInBindings(t *testing.T) {
	for text, want := range map[string]string{
		binding("type: topic", "name: q, bind: k"):                "f:8:26: binding needs an exchange: every queue is bound to the default exchange already",
		binding("type: topic", "name: q, bind: [{key: k}]"):       "f:8:33: binding needs an exchange: every queue is bound to the default exchange already",
		binding("name: x", "name: q, bind: [{kye: k}]"):           "f:8:34: unknown key kye (did you mean key?)",
		binding("name: x", "name: q, bind: [{}]"):                 "f:8:33: bind: say how it is bound: from, key or arguments",
		binding("name: x", "name: q, bind: {key: k}"):             "f:8:32: bind: want true, a key, or a list of keys and mappings, not a mapping",
		binding("name: x", "name: q, bind: []"):                   "f:8:32: the list of bindings is empty",
		binding("name: x, bind: [{key: k}]", "name: q"):           "f:7:36: from is missing",
		binding("name: x, bind: [{from: ''}]", "name: q"):         "f:7:37: binding needs an exchange: nothing can be bound to the default exchange",
		binding("bind: [{from: y}]", "name: q"):                   "f:7:27: binding needs an exchange: the default exchange cannot be bound",
		binding("name: x, bind: [{from: y, form: z}]", "name: q"): "f:7:46: unknown key form (did you mean from?)",
	} {
		_, err := Decode("f", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v, want\n%s", text, err, want)
		}
	}
}

// Any type of exchange can be written; what RabbitMQ does not have is named.
func TestStrangeExchanges(t *testing.T) {
	for kind, want := range map[string]string{
		"topic": "", "x-local-random": "",
		"topc":              "f:7:29: exchange x is of type topc, which RabbitMQ does not have (did you mean topic?)",
		"x-consistent-hash": "f:7:29: exchange x is of type x-consistent-hash, which RabbitMQ does not have without the plugin rabbitmq_consistent_hash_exchange",
		"x-ours":            "f:7:29: exchange x is of type x-ours, which RabbitMQ does not have",
	} {
		a := decoded(t, binding("name: x, type: "+kind+", declare: true", "name: q")).Acts[0]
		if got := a.StrangeExchanges().Error(); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
	a := decoded(t, "title: t\ntopology: {exchanges: [{name: x, type: x-ours}]}\n"+strings.TrimPrefix(binding("name: x, type: x-ours", "name: q"), "title: t\n")).Acts[0]
	if len(a.StrangeExchanges()) != 1 {
		t.Errorf("%v", a.StrangeExchanges())
	}
}

func TestParseArguments(t *testing.T) {
	got, err := ParseArguments("{x-match: all, pages: 3, deep: {a: [true]}}")
	if err != nil || got.String() != "{deep: {a: [true]}, pages: 3, x-match: all}" {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"", "[", "all"} {
		if got, err := ParseArguments(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
