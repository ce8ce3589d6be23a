package definitions

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func read(t testing.TB, name string) *Definitions {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	d, err := Decode(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What RabbitMQ 3.10 and 4.3 have exported of the same vhost is the same, but for what only one of them says.
func TestExports(t *testing.T) {
	for name, want := range map[string]struct {
		only                     string
		queues, exchanges, users int
	}{
		"broker-4.3.json":  {"", 6, 4, 4},
		"broker-3.10.json": {"", 7, 4, 4}, // with a transient queue, which 4.3 denies
		"vhost-4.3.json":   {"/shop", 6, 4, 0},
		"vhost-3.10.json":  {"/shop", 7, 5, 0}, // with an internal exchange, which no other export has
	} {
		d := read(t, name)
		if d.Only != want.only || len(d.Queues) != want.queues || len(d.Exchanges) != want.exchanges || len(d.Users) != want.users || len(d.Bindings) != 7 {
			t.Errorf("%s: vhost %q, %d queues, %d exchanges, %d users, %d bindings", name, d.Only, len(d.Queues), len(d.Exchanges), len(d.Users), len(d.Bindings))
		}
		of := d.Of("/shop")
		i := slices.IndexFunc(of.Queues, func(q *Queue) bool { return q.Name == "orders.new" })
		if i < 0 || of.Queues[i].Type() != "quorum" || of.Queues[i].Arguments["x-delivery-limit"] != int64(3) {
			t.Fatalf("%s: orders.new is not what was declared: %+v", name, of.Queues)
		}
		if s := of.QueueSetting(of.Queues[i], "dead-letter-exchange"); s.Value != "dead" || s.By == nil || s.By.Name != "dead" {
			t.Errorf("%s: dead letters of orders.new go to %+v", name, s)
		}
	}
}

// rabbitmqctl of 3.10 writes what a parameter has for a value as pairs.
func TestPairs(t *testing.T) {
	d := read(t, "broker-3.10.json")
	if len(d.OperatorPolicies) != 1 || d.OperatorPolicies[0].Definition["max-length"] != int64(1000) {
		t.Errorf("%+v", d.OperatorPolicies)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		``:                                "f:1:1: not JSON: unexpected end of JSON input",
		"{\n  \"queues\": [}":             "f:2:14: not JSON",
		`[]`:                              "f:1:1: definitions: want an object, not a list",
		`{"name": "left-pad"}`:            "f:1:1: these are no definitions",
		`{"queues": {}}`:                  "f:1:12: queues: want a list, not an object",
		`{"queues": [1]}`:                 "f:1:13: queues: want an object, not 1",
		`{"queues": [{"name": 1}]}`:       "f:1:22: name: want a text, not 1",
		`{"queues": [{"durable": true}]}`: "f:1:13: name is missing",
		`{"queues": [], "queues": []}`:    "f:1:16: queues is given twice",
		`{"queues": [{"name": "ü", "durable": "true"}]}`:                                        "f:1:38: durable: want true or false",
		`{"vhosts": [], "queues": [{"name": "q"}]}`:                                             "f:1:27: vhost is missing",
		`{"queues": [{"name": "q", "arguments": ["x"]}]}`:                                       "f:1:40: arguments: want an object, not a list",
		`{"queues": [{"name": "q", "arguments": {"x": 1e999}}]}`:                                "f:1:46: 1e999 is too large",
		`{"policies": [{"name": "p", "pattern": "(", "definition": {"expires": 1}}]}`:           `f:1:40: pattern: "(" is no regular expression`,
		`{"policies": [{"name": "p", "pattern": "", "priority": 1.5}]}`:                         "f:1:56: priority: want a whole number",
		`{"bindings": [{"source": "x", "destination": "q", "destination_type": "hole"}]}`:       `f:1:71: destination_type: want queue or exchange, not "hole"`,
		`{"users": [{"name": "u", "tags": [1]}]}`:                                               "f:1:35: tags: want a text, not 1",
		`{"queues": ` + strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1) + `}`: "too much to read",
	} {
		_, err := Decode("f", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) && !strings.Contains(err.Error(), ": "+want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

// All mistakes are told, and of very many only the first.
func TestAllMistakes(t *testing.T) {
	_, err := Decode("f", []byte(`{"queues": [{"name": 1}, {"name": 2}]}`))
	if got, ok := err.(Errors); !ok || len(got) != 2 { //nolint:errorlint // it is documented to be of this type
		t.Errorf("%v", err)
	}
	_, err = Decode("f", []byte(`{"queues": [`+strings.Repeat("1,", 1000)+`1]}`))
	if got, ok := err.(Errors); !ok || len(got) != maxErrors+1 { //nolint:errorlint // as above
		t.Errorf("%d mistakes", len(got))
	}
}

func TestPolicies(t *testing.T) {
	d, err := Decode("f", []byte(`{"queues": [{"name": "a"}, {"name": "b", "arguments": {"x-queue-type": "quorum", "x-dead-letter-exchange": "own"}}],
		"policies": [
			{"name": "low", "pattern": "", "definition": {"dead-letter-exchange": "low"}},
			{"name": "high", "pattern": "^(?!b)", "apply-to": "classic_queues", "priority": 1, "definition": {"dead-letter-exchange": "high"}},
			{"name": "not", "pattern": "", "apply-to": "exchanges", "priority": 2, "definition": {"dead-letter-exchange": "not"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"high", "own"} {
		if s := d.QueueSetting(d.Queues[i], "dead-letter-exchange"); s.Value != want {
			t.Errorf("%s: %v, want %s", d.Queues[i].Name, s.Value, want)
		}
	}
	if p := d.PolicyFor("/", "quorum", "b"); p == nil || p.Name != "low" {
		t.Errorf("%+v", p)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"broker-4.3.json", "broker-3.10.json", "vhost-4.3.json", "vhost-3.10.json"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"queues": [{"name": "q", "arguments": [["a", 1]]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Decode("f", text)
		if err != nil {
			for _, e := range err.(Errors) { //nolint:errorlint // it is documented to be of this type
				if e.Pos.Line < 1 || e.Pos.Column < 1 || e.Pos.Line > 1+strings.Count(string(text), "\n") {
					t.Errorf("%v is outside of the file", e)
				}
			}
			return
		}
		for _, name := range d.Names() {
			of := d.Of(name)
			for _, q := range of.Queues {
				of.QueueSetting(q, "dead-letter-exchange")
			}
			for _, e := range of.Exchanges {
				of.Alternate(e)
			}
		}
	})
}
