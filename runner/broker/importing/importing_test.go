package importing_test

import (
	"os"
	"strings"
	"testing"

	"tutor/runner/broker"
	"tutor/runner/broker/importing"
	"tutor/runner/definitions"
)

// define starts a broker with definitions, and returns the names of the queues in the vhost /shop and what is left out.
func define(t *testing.T, text string) (queues []string, left string) {
	t.Helper()
	d, err := definitions.Decode("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b := broker.New(broker.Options{})
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	for name, limits := range importing.Vhosts(d) {
		if err := b.AddVhost(name, limits); err != nil {
			t.Fatal(err)
		}
	}
	var lines []string
	for _, l := range importing.Define(b, d) {
		lines = append(lines, l.Text)
	}
	for _, q := range b.Queues("/shop") {
		queues = append(queues, q.Name)
	}
	return queues, strings.Join(lines, "\n")
}

// What real brokers have exported is there, but for the internal exchange that an export lacks and what is not modelled.
func TestDefineExports(t *testing.T) {
	const hidden = "binding from unroutable to lost: 404 NOT_FOUND - no exchange 'unroutable' in vhost '/shop'"
	for file, want := range map[string]struct{ queues, left string }{
		"broker-4.3.json": {"audit lost morgue orders.new orders.paid urgent", hidden},
		"vhost-4.3.json":  {"audit lost morgue orders.new orders.paid urgent", hidden},
		"vhost-3.10.json": {"audit lost morgue orders.new orders.paid temp urgent", ""},
		"broker-3.10.json": {"audit lost morgue orders.new orders.paid temp urgent", hidden + "\nglobal parameter mine: it is not modelled\n" +
			"operator policy cap: operator policies are not modelled\npermissions of user auditor for topics of exchange orders: they are not modelled"},
	} {
		text, err := os.ReadFile("../../definitions/testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		queues, left := define(t, string(text))
		if got := strings.Join(queues, " "); got != want.queues || left != want.left {
			t.Errorf("%s: queues %s\nleft out %s", file, got, left)
		}
	}
}

// What cannot be had is left out alone, and told.
func TestDefineWhatIsNotModelled(t *testing.T) {
	queues, left := define(t, `{
		"vhosts": [{"name": "/shop", "default_queue_type": "stream"}],
		"users": [{"name": "old", "password_hash": "UZx45RSDGFDn5A+VC5UDkdqA+xM=", "hashing_algorithm": "rabbit_password_hashing_md5"}],
		"parameters": [{"component": "shovel", "name": "s", "vhost": "/shop", "value": {}}],
		"policies": [{"name": "ha", "vhost": "/shop", "pattern": "", "definition": {"ha-mode": "all"}},
			{"name": "both", "vhost": "/shop", "pattern": "", "definition": {"ha-mode": "all", "max-length": 1}}],
		"exchanges": [{"name": "late", "vhost": "/shop", "type": "x-delayed-message"}],
		"queues": [{"name": "q", "vhost": "/shop", "durable": true}, {"name": "bad", "vhost": "/shop", "durable": true, "arguments": {"x-message-ttl": "soon"}}]
	}`)
	want := []string{
		`vhost /shop: default queue type "stream"`, "user old: passwords hashed by rabbit_password_hashing_md5 cannot be verified",
		"parameter s of component shovel", "policy ha: ha-mode is not modelled", "policy ha: nothing of it is modelled", "policy both: ha-mode is not modelled",
		"exchange late: 406 PRECONDITION_FAILED - unknown exchange type", "queue bad: 406 PRECONDITION_FAILED - invalid arg 'x-message-ttl'",
	}
	got := strings.Split(left, "\n")
	if strings.Join(queues, " ") != "q" || len(got) != len(want) {
		t.Fatalf("queues %v\nleft out %s", queues, left)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("left out %s\nwant %s", got[i], want[i])
		}
	}
}
