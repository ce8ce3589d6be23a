package scenario

import (
	"fmt"
	"testing"
)

// What the newest RabbitMQ denies by default is told of, with its place, unless the act says that it is
// about that.
func TestDeprecated(t *testing.T) {
	const lead = "title: t\nacts:\n  - name: a\n"
	for name, c := range map[string]struct{ text, want string }{
		"transient":         {lead + "    cast:\n      - consumer: c\n        queue: {name: q, declare: true}\n    expect: {fates: {}}\n", "[f:6:16: queue q is neither durable nor exclusive, which RabbitMQ 4.3 denies by default (transient_nonexcl_queues): declare it durable, or exclusive]"},
		"only used":         {lead + "    cast:\n      - consumer: c\n        queue: {name: q}\n    expect: {fates: {}}\n", "[]"},
		"durable":           {lead + "    cast:\n      - consumer: c\n        queue: {name: q, declare: true, durable: true}\n    expect: {fates: {}}\n", "[]"},
		"exclusive":         {lead + "    cast:\n      - consumer: c\n        queue: {declare: true, exclusive: true}\n    expect: {fates: {}}\n", "[]"},
		"in the topology":   {lead + "    topology: {queues: [{name: q, durable: false}]}\n    cast:\n      - consumer: c\n        queue: {name: q}\n    expect: {fates: {}}\n", "[f:4:25: queue q is neither durable nor exclusive, which RabbitMQ 4.3 denies by default (transient_nonexcl_queues): declare it durable, or exclusive]"},
		"told to permit it": {lead + "    broker: {permit: {transient_nonexcl_queues: true}}\n    cast:\n      - consumer: c\n        queue: {name: q, declare: true}\n    expect: {fates: {}}\n", "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Decode("f", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(s.Acts[0].Deprecated()); got != c.want {
				t.Error(got)
			}
		})
	}
}
