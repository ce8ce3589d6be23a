package schema

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"tutor/runner/scenario"
)

// root is the directory of the module.
const root = "../../.."

var update = flag.Bool("update", false, "write the generated files anew")

func TestGenerated(t *testing.T) {
	for name, generate := range map[string]func(string) ([]byte, error){"schema.json": JSON, "FORMAT.md": Markdown} {
		want, err := generate(root)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(root, "scenarios", name)
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("scenarios/%s is behind the types in runner/scenario (%v): run make schema", name, err)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := JSON(root)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// values is a YAML text as JSON sees it: aliases and merge keys resolved, keys texts.
func values(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	v, err = jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestScenariosAreValid(t *testing.T) {
	s := compiled(t)
	files, err := filepath.Glob(filepath.Join(root, "scenarios", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range append(files, "example.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(values(t, text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if _, err := scenario.DecodeFile(file, text); err != nil {
			t.Error(err)
		}
	}
}

// act is a scenario of one act, with more keys of a publisher, more keys of the act and an
// expectation.
func act(actor, more, expect string) string {
	return "title: t\nacts:\n  - name: a\n    cast:\n      - publisher: p\n        queue: {name: q, declare: true}\n" + lead(8, actor) + lead(4, more) + "    expect: " + expect + "\n"
}

func consumer(keys string) string {
	return "title: t\nacts:\n  - name: a\n    cast:\n      - consumer: p\n        queue: {name: q}\n" + lead(8, keys) + "    expect: {fates: {}}\n"
}

// queue is a consumer with an exchange and a queue with more keys.
func queue(keys string) string {
	return "title: t\nacts:\n  - name: a\n    cast:\n      - consumer: p\n        exchange: {name: e}\n        queue: {declare: true, " + keys + "}\n    expect: {fates: {}}\n"
}

// got expects deliveries of a consumer.
func got(deliveries string) string {
	return "title: t\nacts:\n  - name: a\n    cast:\n      - consumer: p\n        queue: {name: q}\n    expect: {deliveries: {p: " + deliveries + "}}\n"
}

// like is a scenario with a second act that has keys in place of a cast.
func like(keys string) string {
	return act("", "", "{fates: {}}") + "  - name: b\n    " + keys + "\n    expect: {fates: {}}\n"
}

func lead(n int, line string) string {
	if line == "" {
		return ""
	}
	return strings.Repeat(" ", n) + line + "\n"
}

// The schema and the decoder take and refuse the same shapes.
func TestSchemaAndDecoderAgree(t *testing.T) {
	s := compiled(t)
	const good = "{fates: {}}"
	for _, test := range []struct {
		text  string
		valid bool
	}{
		{act("", "", good), true},
		{"x-anything: [1, {a: b}]\n" + act("", "", good), true},
		{act("", "x-anything: 1", good), false},
		{act("x-anything: 1", "", good), false},
		{"colour: red\n" + act("", "", good), false},
		{act("", "colour: red", good), false},
		{act("colour: red", "", good), false},
		{act("prefetch: 1", "", good), false},
		{act("consumer: c", "", good), false},
		{consumer("message: x"), false},
		{consumer("prefetch: 1"), true},
		{consumer("prefetch: 65536"), false},
		{consumer("prefetch: -1"), false},
		{consumer("prefetch: many"), false},
		{consumer("prefetch: 1.5"), false},
		{consumer("ack: auto"), true},
		{consumer("ack: never"), false},
		{consumer("ack: true"), false},
		{"title: t\nacts:\n  - name: a\n    cast: [{consumer: c, queue: {name: q}, reject: [a, 1, true]}, {publisher: p, message: a}, {publisher: q, message: 1}, {publisher: r, message: true}]\n    expect: {fates: {}}\n", true},
		{consumer("reject: a"), false},
		{consumer("reject: [[a]]"), false},
		{consumer("reject: [null]"), false},
		{act("messages: [a, 1, true, {body: b}]", "", good), true},
		{act("messages: [{body: b, after: 1s, cc: [a], bcc: [b], priority: 3, properties: {message_id: 1, timestamp: 2026-01-31}}]", "", good), true},
		{act("messages: [{body: b, properties: {timestamp: '2026-01-31T12:00:00+01:00'}}]", "", good), true},
		{act("messages: [{body: b, properties: {timestamp: soon}}]", "", good), false},
		{act("messages: [{body: b, properties: {colour: red}}]", "", good), false},
		{act("messages: [{body: b, cc: a}]", "", good), false},
		{act("messages: [{priority: 3}]", "", good), false},
		{act("messages: [[a]]", "", good), false},
		{act("messages: []", "", good), false},
		{act("messages: a", "", good), false},
		{act("properties: {app_id: shop}", "", good), true},
		{act("properties: [a]", "", good), false},
		{consumer("once_by: message_id"), true},
		{consumer("once_by: body"), false},
		{consumer("ack: first"), true},
		{consumer("ack: {every: 3}"), true},
		{consumer("ack: {every: 0}"), false},
		{consumer("ack: {each: 3}"), false},
		{consumer("ack: {}"), false},
		{consumer("ack: [manual]"), false},
		{consumer("answers: {<any>: reject}"), true},
		{consumer("answers: {<any>: {reject: requeue, times: 2}, <any>x: {nack: discard}}"), true},
		{consumer("answers: {<any>: refuse}"), false},
		{consumer("answers: {<any>: {reject: requeue, times: 0}}"), false},
		{consumer("answers: {<any>: {reject: discard, nack: discard}}"), false},
		{consumer("answers: {<any>: {times: 1}}"), false},
		{consumer("answers: {<any>: {reject: true}}"), false},
		{consumer("answers: {<any>: {publish: {exchange: e, routing_key: k, body: b, mandatory: true, headers: {a: {add: 1}, b: [1], c: <absent>}, properties: {type: t}}, then: ack}}"), true},
		{consumer("answers: {<any>: {publish: {exchange: e}, first: ack, times: 2}}"), true},
		{consumer("answers: {<any>: {publish: {exchange: e}, then: die}}"), true},
		{consumer("answers: {<any>: {publish: {exchange: e}, then: ack, first: ack}}"), false},
		{consumer("answers: {<any>: {publish: {exchange: e}, then: reject}}"), false},
		{consumer("answers: {<any>: {publish: {key: e}}}"), false},
		{consumer("answers: {<any>: {then: ack}}"), false},
		{consumer("answers: {<any>: {publish: {exchange: e}, times: 0}}"), false},
		{consumer("reply: <body> done\n        reply_first: false"), true},
		{consumer("reply: {body: done, mandatory: true}"), true},
		{consumer("reply: {mandatory: true}"), false},
		{act("replies: amq.rabbitmq.reply-to", "", "{fates: {}}"), true},
		{act("replies: true", "", "{fates: {}}"), true},
		{act("replies: false", "", "{fates: {}}"), false},
		{act("replies: answers", "", "{fates: {}}"), false},
		{act("replies: {name: answers}", "", "{fates: {}}"), true},
		{consumer("answers: {<any>: }"), false},
		{consumer("answers: [{do: die}]"), true},
		{consumer("answers: [{when: {redelivered: true, exchange: '', routing_key: 1, message: <any>, headers: {a: [1.., {b: <absent>}]}, properties: {priority: 3}, default: 0}, do: hold}, {do: ack}]"), true},
		{consumer("answers: [{when: {colour: red}, do: hold}]"), false},
		{consumer("answers: [{when: {redelivered: 1}, do: hold}]"), false},
		{consumer("answers: [{when: {headers: [a]}, do: hold}]"), false},
		{consumer("answers: [{when: {redelivered: true}}]"), false},
		{consumer("answers: [reject]"), false},
		{consumer("answers: reject"), false},
		{consumer("exclusive: true"), true},
		{consumer("exclusive: 'true'"), false},
		{consumer("exclusive: 1"), false},
		{consumer("arguments: {x-priority: 1, deep: {a: [1, 1.5, null, x]}}"), true},
		{consumer("arguments: [1]"), false},
		{consumer("arguments:"), false},
		{consumer("lazy: 1m30s"), true},
		{consumer("lazy: 1.5h2us"), true},
		{consumer("lazy: .5s"), true},
		{consumer("lazy: 0"), true},
		{consumer("lazy: 3"), false},
		{consumer("lazy: '3'"), false},
		{consumer("lazy: 3 s"), false},
		{consumer("lazy: -3s"), false},
		{consumer("lazy: soon"), false},
		{consumer("lazy:"), false},
		{consumer("lazy: [3s]"), false},
		{consumer("connect: {user: guest, password: 1}"), true},
		{consumer("connect: {user: guest, pass: x}"), false},
		{consumer("connect: guest"), false},
		{consumer("connect:"), false},
		{act("", "broker: {tls: true, vhosts: {v: {max_connections: 0}}, users: {u: {password: x, permissions: {v: {read: .*}}}}}", good), true},
		{act("", "broker: {tls: 1}", good), false},
		{act("", "broker: {vhosts: {v: }}", good), false},
		{act("", "broker: {vhosts: {v: {max_connections: -1}}}", good), false},
		{act("", "broker: {vhosts: [v]}", good), false},
		{act("", "broker: {users: {u: {}}}", good), false},
		{act("", "broker: {users: {u: {password: x, permissions: {/: {execute: x}}}}}", good), false},
		{"broker: {tls: true}\n" + act("connect: {tls: {ca: other, server_name: x}}", "", good), true},
		{"broker: {tls: true}\n" + act("connect: {tls: {ca: mine}}", "", good), false},
		{"broker: {tls: true}\n" + act("connect: {tls: true}", "", good), false},
		{act("message: 42", "", good), true},
		{act("message: true", "", good), true},
		{act("message: [a]", "", good), false},
		{act("message: {a: b}", "", good), false},
		{act("message:", "", good), false},
		{act("count: 0", "", good), true},
		{act("count: -1", "", good), false},
		{act("count: 3000000000", "", good), false},
		{act("priority: 255", "", good), true},
		{act("priority: 256", "", good), false},
		{act("expiration: 0s", "", good), true},
		{act("exchange: {name: e, type: topic}", "", good), true},
		{act("exchange: {name: e, type: x-random}", "", good), true},
		{act("exchange: {name: e, bind: [{from: f, key: k, arguments: {a: 1}}]}", "", good), true},
		{act("exchange: {name: e, bind: [{key: k}]}", "", good), false},
		{act("exchange: {name: e, bind: k}", "", good), false},
		{act("exchange: e", "", good), false},
		{queue("bind: true"), true},
		{queue("bind: [a, b]"), true},
		{queue("bind: []"), false},
		{queue("bind: a"), true},
		{queue("bind: 5"), true},
		{queue("bind: {key: a}"), false},
		{queue("bind: [a, {key: b, from: f, arguments: {x-match: all}}]"), true},
		{queue("bind: [{}]"), false},
		{queue("bind: [{kye: a}]"), false},
		{queue("bind: {a: b}"), false},
		{queue("binding: true"), false},
		{act("", "clock: real", good), true},
		{act("", "clock: reel", good), false},
		{act("", "timeout: 10", good), false},
		{act("", "steps: [{start: p}, {wait: 1s}, {await: p}, {restart: broker}, {stop: p}]", good), true},
		{act("", "steps: [{start: p}, {restart: world}]", good), false},
		{act("", "steps: [{start: p, wait: 1s}]", good), false},
		{act("", "steps: [{start: p}, {}]", good), false},
		{act("", "steps: [{start: p}, {jump: p}]", good), false},
		{act("", "steps: {start: p}", good), false},
		{act("", "steps:", good), false},
		{act("", "", ""), false},
		{act("", "", "{}"), false},
		{act("", "", "[]"), false},
		{act("", "", "[{}]"), false},
		{act("", "", "text"), false},
		{act("", "", "{transcript: {}}"), false},
		{act("", "", "{transcript: {}, fates: {}}"), true},
		{act("", "", "{transcript: {p: text}}"), true},
		{act("", "", "{transcript: {p: 1}}"), true},
		{act("", "", "{transcript: {p: [a, b]}}"), true},
		{act("", "", "{transcript: {p: {lines: a, unordered: true}}}"), true},
		{act("", "", "{transcript: {p: {lines: [a]}}}"), true},
		{act("", "", "{transcript: {p: {unordered: true}}}"), false},
		{act("", "", "{transcript: {p: {lines: a, sorted: true}}}"), false},
		{act("", "", "{transcript: {p: {lines: {a: b}}}}"), false},
		{act("", "", "{transcript: {p: }}"), false},
		{act("", "", "{transcript: {p: [[a]]}}"), false},
		{act("", "", "{transcript: [p]}"), false},
		{act("", "", "{fates: {acked: [a, 1]}}"), true},
		{act("", "", "{fates: {acked: 3, dead-lettered: {a: 1}}}"), true},
		{act("", "", "{fates: {acked: many}}"), false},
		{act("", "", "{fates: {acked: -1}}"), false},
		{act("", "", "{fates: {acked: {a: b}}}"), false},
		{act("", "", "{fates: {acked: }}"), false},
		{act("", "", "{fates: {ackd: 1}}"), false},
		{act("", "", "{fates: [acked]}"), false},
		{act("", "", "{fates: {}, faith: {}}"), false},
		{got("[a, 1, {message: b, redelivered: true, headers: {n: 1.., x: null, deep: [{a: b}]}, properties: {message_id: 7, priority: 3}}]"), true},
		{got("[]"), true},
		{got("{lines: [a], unordered: true}"), true},
		{got("{counts: {a: 2, b: 1.., c: ..2, d: 2..3}}"), true},
		{got("{counts: {}}"), false},
		{got("{counts: {a: many}}"), false},
		{got("{counts: {a: -1}}"), false},
		{got("{counts: {a: <absent>}}"), false},
		{got("a"), false},
		{got("[{message: {json: {a: 1.., b: [<any>]}}}]"), true},
		{got("[{message: {jsno: {a: 1}}}]"), false},
		{got("[{message: {}}]"), false},
		{got("[{message: [a]}]"), false},
		{act("messages: [{body: {base64: AA==}}, {body: {json: {a: [1, null]}}}, {body: 1}]", "", good), true},
		{act("messages: [{body: {}}]", "", good), false},
		{act("messages: [{body: {base64: AA==, json: 1}}]", "", good), false},
		{act("messages: [{body: {text: a}}]", "", good), false},
		{got("[[a]]"), false},
		{got("[{body: a}]"), false},
		{got("[{redelivered: 1}]"), false},
		{got("[{headers: [a]}]"), false},
		{got("[{properties: {messageid: a}}]"), false},
		{act("", "", "{deliveries: {}}"), false},
		{act("confirm: true", "", "{confirms: {p: {confirmed: [a], nacked: {a: 1..}, missing: 0}}}"), true},
		{act("confirm: each", "", "{confirms: {p: {confirmed: 2..3}}}"), true},
		{act("confirm: async", "", "{confirms: {p: {}}}"), false},
		{act("confirm: {async: true, show: true}", "", "{confirms: {p: {confirmed: a}}}"), false},
		{act("confirm: {every: 3}", "", "{confirms: {p: {missing: {}}}}"), false},
		{act("confirm: {every: 3}", "", "{confirms: {}}"), false},
		{act("confirm: {every: 0}", "", good), false},
		{act("confirm: {}", "", good), false},
		{act("confirm: sync", "", good), false},
		{act("", "", "{deaths: {a: [rejected, expired, maxlen, delivery_limit]}}"), true},
		{act("", "", "{deaths: {a: []}}"), true},
		{act("", "", "{deaths: {a: rejected}}"), false},
		{act("", "", "{deaths: {a: [reject]}}"), false},
		{act("", "", "{deaths: {}}"), false},
		{act("", "", "{queues: {q: {ready: 0, unacked: 1.., consumers: ..2}, gone: <absent>}}"), true},
		{act("", "", "{queues: {q: {}}}"), false},
		{act("", "", "{queues: {q: {waiting: 1}}}"), false},
		{act("", "", "{queues: {q: gone}}"), false},
		{act("", "", "{queues: {q: {ready: 1.5}}}"), false},
		{act("", "", "{queues: {}}"), false},
		{act("", "", "[{on: rabbitmq >=4.0, fates: {}}, {on: Embedded, fates: {}}, {fates: {}}]"), true},
		{act("", "", "[{on: rabbitmq < 4, fates: {}}]"), true},
		{act("", "", "[{on: rabitmq, fates: {}}]"), false},
		{act("", "", "[{on: rabbitmq ~4, fates: {}}]"), false},
		{act("", "", "[{on: rabbitmq 4, fates: {}}]"), false},
		{act("", "", "[{on: rabbitmq >=4., fates: {}}]"), false},
		{act("", "", "[{on: rabbitmq>=4, fates: {}}]"), false},
		{act("", "", "[{on: , fates: {}}]"), false},
		{"acts: []\ntitle: t\n", false},
		{"acts: {}\ntitle: t\n", false},
		{"title: t\n", false},
		{"[]\n", false},
		{"text\n", false},
		{strings.Replace(act("", "", good), "title: t", "title: ' '", 1), false},
		{strings.Replace(act("", "", good), "title: t", "about: t", 1), false},
		{strings.Replace(act("", "", good), "name: a", "about: a", 1), false},
		{strings.Replace(act("", "", good), "publisher: p", "actor: p", 1), false},
		{"title: t\nacts:\n  - name: a\n    cast: []\n    expect: {fates: {}}\n", false},
		{"title: t\nacts:\n  - name: a\n    cast: [p]\n    expect: {fates: {}}\n", false},
		{like("like: a"), true},
		{like("like: a\n    change: {p: {message: x, queue: null}, topology: {queues: [{name: r}]}, steps: [{start: p}]}"), true},
		{like("like: a\n    change: {}"), true},
		{like("like: a\n    change:"), false},
		{like("like: a\n    change: [p]"), false},
		{like("like: a\n    change: {p: x}"), false},
		{like("like: [a]"), false},
		{like("change: {}"), false},
		{like("like: a\n    cast: [{publisher: p}]"), false},
		{like("like: a\n    steps: [{start: p}]"), false},
		{like("like: a\n    topology: {queues: [{name: r}]}"), false},
		{act("", "knobs: {k: {key: queue.name, values: [a, {value: b, expect: {fates: {}}}]}}", good), true},
		{act("", "knobs: {k: {actor: p, key: confirm, values: [true, {every: 3}, null]}}", good), true},
		{act("", "knobs: {k: {actor: p, key: count, values: []}}", good), false},
		{act("", "knobs: {k: {actor: p, key: count, values: [2, {value: 3}]}}", good), false},
		{act("", "knobs: {k: {actor: p, values: [2]}}", good), false},
		{act("", "knobs: [k]", good), false},
		{act("", "ask: [{who_gets: ''}, {what_becomes_of: ''}, {how_often_delivered: ''}]", good), true},
		{act("", "ask: [{who_gets: '', what_becomes_of: ''}]", good), false},
		{act("", "ask: [{}]", good), false},
		{act("", "ask: {who_gets: ''}", good), false},
		{"title: t\nx-p: &p {publisher: p, message: x}\nacts:\n  - name: a\n    cast: [{<<: *p, count: 2}]\n    expect: {fates: {}}\n", true},
	} {
		_, decodes := scenario.Decode("f", []byte(test.text))
		if (decodes == nil) != test.valid {
			t.Errorf("the decoder: %v, want valid: %v\n%s", decodes, test.valid, test.text)
		}
		validates := s.Validate(values(t, []byte(test.text)))
		if (validates == nil) != test.valid {
			t.Errorf("the schema: %v, want valid: %v\n%s", validates, test.valid, test.text)
		}
	}
}

// Every word that the schema knows is one that the decoder knows, and every type and key has its
// comment, its line on the page and its example.
func TestEveryKeyIsExplained(t *testing.T) {
	f, err := newFormat(root)
	if err != nil {
		t.Fatal(err)
	}
	examples, err := f.examples(example)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range f.types {
		if _, inPlace := mappings()[name]; s.Description == "" && !inPlace {
			t.Errorf("%s has no comment", name)
		}
		if s.Properties == nil {
			continue
		}
		for key, p := range s.Properties.FromOldest() {
			if p.Description == "" {
				t.Errorf("%s.%s has no comment", name, key)
			}
			if examples.text(name, key) == "" {
				t.Errorf("example.yaml has no %s of %s", key, name)
			}
		}
	}
	for _, of := range []string{"Clock", "AckMode", "Response", "Disposal", "ExchangeType", "CA", "Fate", "Death"} {
		if len(f.comments.words[of]) < 2 {
			t.Errorf("no words of %s in the source", of)
		}
	}
	if order := f.reading(); !slices.Contains(order, "Publisher") || order[0] != "Scenario" {
		t.Errorf("the page goes through %v", order)
	}
}

func TestSourceIsNeeded(t *testing.T) {
	for _, generate := range []func(string) ([]byte, error){JSON, Markdown} {
		if text, err := generate(t.TempDir()); err == nil || text != nil {
			t.Errorf("generated without comments: %v", err)
		}
	}
}
