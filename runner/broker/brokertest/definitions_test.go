package brokertest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/broker/brokertest"
)

// exports are what real brokers have written.
const exports = "../../definitions/testdata/"

// export writes definitions to a file.
func export(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "definitions.json")
	ok(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// A broker that begins with an export routes as the real one does, with its policies; what the export lacks is told.
func TestDefinitions(t *testing.T) {
	shared := brokertest.Start(t)
	for file, vhost := range map[string]string{"broker-4.3.json": "/shop", "vhost-4.3.json": "", "broker-3.10.json": "", "vhost-3.10.json": "/shop"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			b := shared.Vhost(t, brokertest.WithDefinitions(exports+file, vhost))
			_, ch := dial(t, b)
			handle(t, ch, "orders.new", func(d amqp.Delivery) { _ = d.Reject(false) })
			publish(t, ch, "orders", "order.new.eu", "a")
			ok(t, b.Quiet(t.Context()))
			wantLife(t, b, 1, "publish, route orders.new, deliver orders.new, reject orders.new, dead-letter orders.new rejected, route morgue")
			hidden := func(line string) bool {
				return strings.HasPrefix(line, exports+file+":") && strings.Contains(line, ": binding from unroutable to lost: 404 NOT_FOUND")
			}
			if left := b.LeftOut(); slices.ContainsFunc(left, hidden) == strings.HasPrefix(file, "vhost-3.10") {
				t.Errorf("left out: %q", left)
			}
		})
	}
}

// The exchange that an export lacks can be there before it.
func TestDefinitionsWithWhatTheyLack(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithExchange("unroutable", "fanout", nil), brokertest.WithDefinitions(exports+"vhost-4.3.json", ""),
		brokertest.WithBinding("orders", "order.#", "audit", nil))
	if left := b.LeftOut(); len(left) > 0 {
		t.Errorf("left out: %q", left)
	}
	_, ch := dial(t, b)
	publish(t, ch, "orders", "nothing", "a")
	publish(t, ch, "orders", "order", "b")
	ok(t, b.Quiet(t.Context()))
	wantLife(t, b, 1, "publish, route lost")
	wantLife(t, b, 2, "publish, route audit")
}

// Limits and the default queue type are those of the vhost that is meant, and what is refused for them is told.
func TestDefinitionsOfOneVhost(t *testing.T) {
	b := brokertest.Start(t, brokertest.WithDefinitions(export(t, `{
		"vhosts": [{"name": "/", "default_queue_type": "classic"}, {"name": "/shop", "default_queue_type": "quorum"}],
		"parameters": [{"component": "vhost-limits", "name": "limits", "vhost": "/shop", "value": {"max-queues": 1}}],
		"topic_permissions": [{"user": "u", "vhost": "/shop", "exchange": "x", "write": "", "read": ""}],
		"queues": [{"name": "other", "vhost": "/", "durable": true}, {"name": "q", "vhost": "/shop", "durable": true}, {"name": "r", "vhost": "/shop", "durable": true}]
	}`), "/shop"))
	_, ch := dial(t, b)
	if _, err := ch.QueueDeclare("q", true, false, false, false, amqp.Table{"x-queue-type": "quorum"}); err != nil {
		t.Error(err)
	}
	if got := b.Queues(); len(got) != 1 || got[0].Name != "q" {
		t.Errorf("%v", got)
	}
	if left := b.LeftOut(); len(left) != 1 || !strings.Contains(left[0], "definitions.json:5:114: queue r: 406 PRECONDITION_FAILED") {
		t.Errorf("left out: %q", left)
	}
}

// Definitions that cannot be read, or have no such vhost, are an error that names them.
func TestBadDefinitions(t *testing.T) {
	for want, option := range map[string]brokertest.Option{
		"reading definitions: open none.json":                                             brokertest.WithDefinitions("none.json", ""),
		"definitions.json:1:12: queues: want a list, not 1":                               brokertest.WithDefinitions(export(t, `{"queues": 1}`), ""),
		"vhost-4.3.json: there is no vhost shop in the definitions (did you mean /shop?)": brokertest.WithDefinitions(exports+"vhost-4.3.json", "shop"),
		"the definitions have something in 2 vhosts: say by vhost which one is meant (a, b)": brokertest.WithDefinitions(export(t, `{
			"vhosts": [{"name": "a"}, {"name": "b"}], "queues": [{"name": "q", "vhost": "a"}, {"name": "q", "vhost": "b"}]}`), ""),
	} {
		if _, err := brokertest.New(option); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
