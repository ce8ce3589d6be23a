package lint

import (
	"os"
	"strings"
	"testing"

	"tutor/runner/definitions"
)

// findings are told in lines: whether it is a mistake, and its text.
func findings(t *testing.T, text, on string) []string {
	t.Helper()
	d, err := definitions.Decode("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	version := Newest()
	if on != "" {
		if version, err = ParseVersion(on); err != nil {
			t.Fatal(err)
		}
	}
	var lines []string
	for _, f := range Check(d, version, on != "") {
		kind := "warning: "
		if f.Mistake {
			kind = "mistake: "
		}
		lines = append(lines, kind+f.Text)
	}
	return lines
}

// bound is an exchange with a binding to the queue q, which keeps that from being a finding of its own.
const bound = `"exchanges": [{"name": "in", "type": "direct"}, %X], "bindings": [{"source": "in", "destination": "q", "destination_type": "queue", "routing_key": "k"}, %B], "queues": [{"name": "q", "durable": true, "arguments": {%A}}, %Q], "policies": [%P]`

func vhostOf(parts ...string) string {
	text := "{" + bound + "}"
	for i := 0; i < len(parts); i += 2 {
		text = strings.Replace(text, "%"+parts[i], parts[i+1], 1)
	}
	for _, empty := range []string{", %X", ", %B", ", %Q", "%A", "%P"} {
		text = strings.Replace(text, empty, "", 1)
	}
	return text
}

func TestCheck(t *testing.T) {
	const toDLX = `"x-dead-letter-exchange": "dlx"`
	durable := func(name, arguments string) string {
		return `{"name": "` + name + `", "durable": true, "arguments": {` + arguments + `}}`
	}
	binding := func(from, to, key string) string {
		return `{"source": "` + from + `", "destination": "` + to + `", "destination_type": "queue", "routing_key": "` + key + `"}`
	}
	exchange := func(name, kind string) string { return `{"name": "` + name + `", "type": "` + kind + `"}` }
	for name, test := range map[string]struct {
		text, on string
		want     []string
	}{
		"nothing":                       {vhostOf(), "", nil},
		"no dead-letter exchange":       {vhostOf("A", toDLX), "", []string{"mistake: queue q: its dead letters go to exchange dlx (its argument x-dead-letter-exchange), which is not in these definitions"}},
		"an internal one":               {vhostOf("A", toDLX, "B", binding("dlx", "m", ""), "Q", durable("m", "")), "", nil},
		"an unbound one":                {vhostOf("A", toDLX, "X", exchange("dlx", "direct")), "", []string{"mistake: queue q: its dead letters go to exchange dlx (its argument x-dead-letter-exchange), from which no binding"}},
		"one by policy":                 {vhostOf("P", `{"name": "p", "pattern": "q", "definition": {"dead-letter-exchange": "dlx"}}`), "", []string{"mistake: queue q: its dead letters go to exchange dlx (policy p, f:1:"}},
		"another key":                   {vhostOf("A", toDLX+`, "x-dead-letter-routing-key": "no"`, "X", exchange("dlx", "topic"), "B", binding("dlx", "m", "yes.#"), "Q", durable("m", "")), "", []string{`mistake: queue q: its dead letters go to exchange dlx (its argument x-dead-letter-exchange; with the key "no"`}},
		"its key":                       {vhostOf("A", toDLX+`, "x-dead-letter-routing-key": "yes"`, "X", exchange("dlx", "topic"), "B", binding("dlx", "m", "yes.#"), "Q", durable("m", "")), "", nil},
		"headers may match":             {vhostOf("A", toDLX+`, "x-dead-letter-routing-key": "no"`, "X", exchange("dlx", "headers"), "B", binding("dlx", "m", "yes"), "Q", durable("m", "")), "", nil},
		"no queue of that name":         {vhostOf("A", `"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "m"`), "", []string{"mistake: queue q: its dead letters go to the queue m by the default exchange"}},
		"no alternate exchange":         {vhostOf("X", `{"name": "x", "type": "fanout", "arguments": {"alternate-exchange": "spare"}}`), "", []string{"mistake: exchange x: what it cannot route goes to exchange spare (its argument alternate-exchange), which is not"}},
		"an unbound alternate exchange": {vhostOf("X", `{"name": "x", "type": "fanout", "arguments": {"alternate-exchange": "spare"}}, `+exchange("spare", "fanout")), "", []string{"mistake: exchange x: what it cannot route goes to exchange spare (its argument alternate-exchange), from which"}},
		"a circle": {vhostOf("A", `"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "retry"`, "Q", durable("retry", `"x-dead-letter-exchange": "in", "x-dead-letter-routing-key": "k"`)), "",
			[]string{"warning: dead letters can go in a circle: q → retry → q; q to the default exchange (its argument"}},
		"no circle with another key": {vhostOf("A", `"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "retry"`, "X", exchange("other", "fanout"), "Q", durable("retry", `"x-dead-letter-exchange": "other"`)+", "+durable("m", ""), "B", binding("other", "m", "")), "", nil},
		"keeps its key":              {vhostOf("A", `"x-dead-letter-exchange": "in"`), "", []string{"warning: dead letters can go in a circle: q → q; q to in"}},
		"into itself by its name":    {vhostOf("A", `"x-dead-letter-exchange": ""`), "", []string{"warning: dead letters can go in a circle: q → q; q to the default exchange"}},
		"only by its name":           {vhostOf("Q", durable("lonely", "")), "", []string{"warning: queues that no binding and no dead letter leads to: lonely."}},
		"a policy for nothing":       {vhostOf("P", `{"name": "p", "pattern": "^none$", "definition": {"expires": 1}}`), "", []string{"warning: policy p has no effect on what is here: its pattern"}},
		"a policy for queues only":   {vhostOf("P", `{"name": "p", "pattern": "^in$", "apply-to": "queues", "definition": {"expires": 1}}`), "", []string{"warning: policy p has no effect on what is here: its pattern"}},
		"a lower policy":             {vhostOf("P", `{"name": "p", "pattern": "^q", "definition": {"expires": 1}}, {"name": "r", "pattern": "q", "priority": 1, "definition": {"expires": 2}}`), "", []string{"warning: policy p has no effect: for all that it matches"}},
		"policies of one priority":   {vhostOf("P", `{"name": "p", "pattern": "^q", "definition": {"expires": 1}}, {"name": "r", "pattern": "q", "definition": {"expires": 2}}`), "", nil},
		"mirrors on 3.10":            {vhostOf("P", `{"name": "ha", "pattern": "q", "definition": {"ha-mode": "all"}}`), "3.10", nil},
		"mirrors on 4.0":             {vhostOf("P", `{"name": "ha", "pattern": "q", "definition": {"ha-mode": "all"}}`), "4.0", []string{"mistake: policy ha defines ha-mode, which RabbitMQ 4.0 has no more"}},
		"mirrors where nobody asks":  {vhostOf("P", `{"name": "ha", "pattern": "q", "definition": {"ha-mode": "all"}}`), "", []string{"warning: policy ha defines ha-mode"}},
		"a transient queue on 4.0":   {vhostOf("Q", `{"name": "t"}`, "B", binding("in", "t", "")), "4.0", nil},
		"a transient queue on 4.3":   {vhostOf("Q", `{"name": "t"}`, "B", binding("in", "t", "")), "4.3", []string{"mistake: queue t is transient"}},
		"a master's locator":         {vhostOf("A", `"x-queue-master-locator": "min-masters"`), "4.3.1", []string{"mistake: queue q has the argument x-queue-master-locator"}},
		"a lazy queue":               {vhostOf("A", `"x-queue-mode": "lazy"`), "4.0", []string{"warning: queue q has the argument x-queue-mode, which RabbitMQ ignores"}},
		"a plugin's exchange":        {vhostOf("X", exchange("late", "x-delayed-message")), "4.3", []string{"warning: exchange late is of type x-delayed-message"}},
	} {
		got := findings(t, test.text, test.on)
		if len(got) != len(test.want) {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
			continue
		}
		for i, want := range test.want {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("%s:\n got %s\nwant %s", name, got[i], want)
			}
		}
	}
}

// Where the permissions are known, they say whom nobody can reach; and what moves messages by itself may read all.
func TestPermissions(t *testing.T) {
	whole := func(more string) string {
		return `{"vhosts": [{"name": "v"}], "users": [{"name": "u"}], "permissions": [{"user": "u", "vhost": "v", "configure": "", "write": "^in$", "read": "^q$"}],
			"exchanges": [{"vhost": "v", "name": "in", "type": "fanout"}, {"vhost": "v", "name": "shut", "type": "fanout"}],
			"queues": [{"vhost": "v", "name": "q", "durable": true}, {"vhost": "v", "name": "p", "durable": true}],
			"bindings": [{"vhost": "v", "source": "in", "destination": "q", "destination_type": "queue"}, {"vhost": "v", "source": "shut", "destination": "p", "destination_type": "queue"}]` + more + `}`
	}
	want := "warning: queue p: nobody can reach it, since no user may write to an exchange that leads to it, nor to the default exchange (permissions)\n" +
		"warning: queue p: nobody can take from it, since no user may read it (permissions)"
	if got := strings.Join(findings(t, whole(""), ""), "\n"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	shovel := `, "parameters": [{"component": "shovel", "name": "s", "vhost": "v", "value": {}}]`
	if got := findings(t, whole(shovel), ""); len(got) != 1 || !strings.HasPrefix(got[0], "warning: queue p: nobody can reach it") {
		t.Errorf("%v", got)
	}
}

// The exports of real brokers have what was put into them, and nothing else.
func TestExports(t *testing.T) {
	for file, want := range map[string]string{
		"broker-4.3.json": "warning: policy late", "vhost-4.3.json": "warning: policy late",
		"broker-3.10.json": "warning: policy late|warning: queues that no binding|mistake: queue temp is transient",
		"vhost-3.10.json":  "warning: policy late|warning: queues that no binding|mistake: queue temp is transient",
	} {
		text, err := os.ReadFile("../testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		got := findings(t, string(text), "4.3")
		wants := strings.Split(want, "|")
		if len(got) != len(wants) {
			t.Errorf("%s: %v, want %v", file, got, wants)
			continue
		}
		for i, want := range wants {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("%s: %s, want %s", file, got[i], want)
			}
		}
	}
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]string{"4.3": "4.3", "3.10.8": "3.10", "4": "", "four": "", "4.x": "", "": "", "4.3.1.0": "", "-4.3": ""} {
		v, err := ParseVersion(text)
		if got := v.String(); err == nil && got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %v, %v", text, v, err)
		}
	}
}
