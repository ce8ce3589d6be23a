package scenario

import (
	"strings"
	"testing"
)

func TestTopologyIsChecked(t *testing.T) {
	for topology, want := range map[string]string{
		`{queues: [{name: q}]}`:                                            "queue q is declared with durable: false here, and in the topology with durable: true (f:6:25)",
		`{queues: [{name: r}, {name: r}]}`:                                 "queue r is there already: f:6:25",
		`{queues: [{name: r, bind: [{from: x}]}]}`:                         "the topology has no exchange x",
		`{queues: [{name: amq.r}]}`:                                        "the broker's own",
		`{policies: [{name: p, pattern: "*", definition: {expires: 1}}]}`:  `"*" is no regular expression`,
		`{policies: [{name: p, pattern: a, definition: {mesage-ttl: 1}}]}`: "no policy defines mesage-ttl (did you mean message-ttl?)",
		`{queues: [{name: r, arguments: {x-mesage-ttl: 1}}]}`:              "did you mean x-message-ttl?",
	} {
		text := "title: t\nacts:\n  - name: a\n    cast:\n      - {publisher: p, queue: {name: q, declare: true}, routing_key: q}\n    topology: " + topology + "\n    expect: {fates: {}}\n"
		if _, err := Decode("f", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", topology, err, want)
		}
	}
}
