package scenario

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tutor/runner/fate"
)

// fromAct is a scenario of one act whose topology is as given.
func fromAct(topology, cast string) []byte {
	return []byte("title: t\nacts:\n  - name: a\n    topology: " + topology + "\n    cast:\n" + cast + "    expect: {fates: {}}\n")
}

const (
	toOrders = "      - {publisher: p, exchange: {name: orders}, routing_key: k, message: m}\n"
	fromNew  = "      - {consumer: c, queue: {name: new}}\n"
)

// export is a vhost of a shop.
const export = `{
 "exchanges": [
  {"name": "orders", "type": "topic", "durable": true, "arguments": {"alternate-exchange": "spare"}},
  {"name": "spare", "type": "fanout"},
  {"name": "dead", "type": "fanout"},
  {"name": "late", "type": "x-delayed-message"}
 ],
 "queues": [
  {"name": "new", "durable": true, "arguments": {"x-queue-type": "classic"}},
  {"name": "lost", "durable": true},
  {"name": "morgue", "durable": true},
  {"name": "audit", "durable": true}
 ],
 "bindings": [
  {"source": "orders", "destination": "new", "destination_type": "queue", "routing_key": "k"},
  {"source": "spare", "destination": "lost", "destination_type": "queue"},
  {"source": "dead", "destination": "morgue", "destination_type": "queue"},
  {"source": "hidden", "destination": "audit", "destination_type": "queue"}
 ],
 "policies": [
  {"name": "dead", "pattern": "^new$", "definition": {"dead-letter-exchange": "dead"}},
  {"name": "none", "pattern": "^invoices", "priority": -1, "definition": {"expires": 1}}
 ]
}`

func files(text string) fs.FS {
	return fstest.MapFS{"shop.json": {Data: []byte(text)}, "sub/shop.json": {Data: []byte(text)}}
}

// there is what is there before the cast starts.
func there(t *testing.T, topology, cast string) string {
	t.Helper()
	s, err := DecodeIn(files(export), "dir/shop.yaml", fromAct(topology, cast))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	before := s.Acts[0].Before()
	for _, e := range before.Exchanges {
		names = append(names, "x:"+e.Name)
	}
	for _, q := range before.Queues {
		name := "q:" + q.Name
		for _, b := range q.Bind {
			name += "<" + b.From
		}
		names = append(names, name)
	}
	for _, p := range before.Policies {
		names = append(names, "p:"+p.Name)
	}
	return strings.Join(names, " ")
}

// An act has what its cast reaches: through bindings, alternate exchanges, and the ways of dead letters.
func TestReaching(t *testing.T) {
	for _, test := range []struct{ topology, cast, want string }{
		{"{from: shop.json}", toOrders, "x:orders x:spare x:dead q:new<orders q:lost<spare q:morgue<dead p:dead"},
		{"{from: sub/../shop.json}", fromNew, "x:dead q:new q:morgue<dead p:dead"},
		{"{from: sub/shop.json, queues: [new]}", toOrders, "x:orders x:spare x:dead q:new<orders q:morgue<dead p:dead"},
		{"{from: shop.json, queues: [lost]}", toOrders, "x:orders x:spare q:lost<spare"},
		{"{from: shop.json, queues: [lost, {name: own, bind: [{from: orders}]}]}", toOrders, "x:orders x:spare q:own<orders q:lost<spare"},
		{"{from: shop.json}", "      - {publisher: p, routing_key: audit, message: m}\n", "q:audit"},
		{"{from: shop.json, exchanges: [{name: hidden, internal: true}]}", toOrders + "      - {consumer: c, queue: {name: audit}}\n",
			"x:hidden x:orders x:spare x:dead q:new<orders q:lost<spare q:morgue<dead q:audit<hidden p:dead"},
		{"{from: shop.json}", "      - {consumer: c, queue: {name: new, declare: true, durable: true}}\n", "x:dead q:new q:morgue<dead p:dead"},
	} {
		if got := there(t, test.topology, test.cast); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.topology, got, test.want)
		}
	}
}

// What is wrong is told with the place at which it is written: in the scenario, or in the definitions.
func TestWrongDefinitions(t *testing.T) {
	operator := `"parameters": [{"component": "operator_policy", "name": "cap", "value": {"pattern": "", "definition": {"max-length": 1}}}], "policies"`
	for _, test := range []struct{ export, topology, cast, want string }{
		{export, "{from: ../shop.json}", toOrders, "dir/shop.yaml:4:16: from: ../shop.json leads out of the directory"},
		{export, "{from: /shop.json}", toOrders, "dir/shop.yaml:4:16: from: /shop.json leads out of the directory"},
		{export, "{from: shop.yml}", toOrders, "dir/shop.yaml:4:16: from: there is no file shop.yml"},
		{export, "{from: sub}", toOrders, "dir/shop.yaml:4:16: from: sub is not a file"},
		{export, `{from: ""}`, toOrders, "dir/shop.yaml:4:16: from: which file?"},
		{export, "{from: shop.json, vhost: /shop}", toOrders, "dir/shop.yaml:4:16: from: there is no vhost /shop in the definitions"},
		{export, "{vhost: /}", toOrders, "dir/shop.yaml:4:16: vhost has no effect without from"},
		{export, "{queues: [new]}", toOrders, "dir/shop.yaml:4:25: new is just a name"},
		{export, "{from: shop.json, queues: [nwe]}", toOrders, "dir/shop.yaml:4:42: the definitions have no queue nwe (did you mean new?)"},
		{export, "{from: shop.json}", "      - {publisher: p, exchange: {name: late}, routing_key: k, message: m}\n",
			"dir/shop.json:6:3: exchange late is of type x-delayed-message, which no act can have"},
		{export, "{from: shop.json}", "      - {publisher: p, exchange: {name: hidden}, routing_key: k, message: m}\n",
			"dir/shop.json:18:3: exchange hidden has a binding in these definitions, but is not in them"},
		{export, "{from: shop.json}", "      - {consumer: c, queue: {name: invoices.new, declare: true, durable: true}}\n", "dir/shop.json:22:3: policy none has a priority below 0"},
		{export, "{from: shop.json}", "      - {consumer: c, queue: {name: lost, declare: true}}\n",
			"dir/shop.yaml:6:30: queue lost is declared with durable: false here, and in the topology with durable: true (dir/shop.json:10:3)"},
		{export, "{from: shop.json, queues: [{name: lost}]}", toOrders, "dir/shop.json:10:3: queue lost is there already: dir/shop.yaml:4:42"},
		{strings.Replace(export, `"policies"`, operator, 1), "{from: shop.json}", toOrders, "dir/shop.json:20:17: policy cap is an operator's"},
		{`{"queues": [1]}`, "{from: shop.json}", toOrders, "dir/shop.json:1:13: queues: want an object, not 1"},
		{`{"vhosts": [], "queues": [{"name": "a", "vhost": "a"}, {"name": "a", "vhost": "b"}]}`, "{from: shop.json}", toOrders,
			"dir/shop.yaml:4:16: from: the definitions have something in 2 vhosts: say by vhost which one is meant (a, b)"},
	} {
		_, err := DecodeIn(files(test.export), "dir/shop.yaml", fromAct(test.topology, test.cast))
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+test.want) {
			t.Errorf("%s:\n got %v\nwant %s", test.topology, err, test.want)
		}
	}
}

// An exchange that an export leaves out is reported, and not its bindings as well.
func TestHiddenExchangeIsToldOnce(t *testing.T) {
	_, err := DecodeIn(files(export), "shop.yaml", fromAct("{from: shop.json}", "      - {publisher: p, exchange: {name: hidden}, routing_key: k, message: m}\n"))
	all, ok := err.(Errors) //nolint:errorlint // it is documented to be of this type
	if !ok || len(all) != 1 {
		t.Errorf("%v", err)
	}
}

// A scenario with definitions can be updated: what is written is decoded in the same directory.
func TestUpdateBesideDefinitions(t *testing.T) {
	text := fromAct("{from: shop.json}", toOrders)
	s, err := DecodeIn(files(export), "shop.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Acts[0]
	got, err := Update(text, Observed{Act: a, Expect: a.Expect[0], Fates: map[fate.Fate]map[string]int{fate.Queued: {"m": 1}}})
	if err != nil || !strings.Contains(string(got), "queued: [m]") {
		t.Errorf("%v\n%s", err, got)
	}
}

// A scenario that is in no directory has no file beside it.
func TestDefinitionsBesideNothing(t *testing.T) {
	_, err := Decode("-", fromAct("{from: shop.json}", toOrders))
	if err == nil || !strings.Contains(err.Error(), "-:4:16: from: this scenario is not read from a directory") {
		t.Error(err)
	}
}

// The definitions of the scenario and of an act do not go together.
func TestTwoDefinitions(t *testing.T) {
	text := append([]byte("topology: {from: shop.json}\n"), fromAct("{from: sub/shop.json}", toOrders)...)
	_, err := DecodeIn(files(export), "shop.yaml", text)
	if err == nil || !strings.Contains(err.Error(), "shop.yaml:5:16: the topology of the scenario is from definitions already: shop.yaml:1:12") {
		t.Error(err)
	}
}

// A user of the definitions has what it may do there, and a password of the act's own; one of the broker block counts.
func TestUsersOfDefinitions(t *testing.T) {
	users := strings.Replace(export, `"exchanges"`, `"users": [{"name": "shop", "limits": {"max-connections": 2}}, {"name": "own"}, {"name": "idle"}],
		"permissions": [{"user": "shop", "vhost": "/", "configure": "", "write": "orders", "read": "new"}], "exchanges"`, 1)
	text := fromAct("{from: shop.json}", strings.ReplaceAll(toOrders, "publisher: p", "publisher: p, connect: {user: shop}")+
		strings.ReplaceAll(fromNew, "consumer: c", "consumer: c, connect: {user: own}"))
	text = append([]byte("broker: {users: {own: {password: mine}}}\n"), text...)
	s, err := DecodeIn(files(users), "shop.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Acts[0].Broker.Users
	shop := got["shop"]
	if len(got) != 2 || shop == nil || shop.Password == "" || *shop.MaxConnections != 2 || *shop.Permissions["/"] != (Permission{"", "orders", "new"}) || got["own"].Password != "mine" {
		t.Errorf("%+v", got)
	}
	if s.Broker.Users["shop"] != nil {
		t.Error("the user is the scenario's too")
	}
	if !slices.ContainsFunc(s.Acts[0].Before().Ignored, func(i Ignored) bool { return i.Kind == "user" && i.Name == "idle" }) {
		t.Errorf("%+v", s.Acts[0].Before().Ignored)
	}
}
