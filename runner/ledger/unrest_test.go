package ledger

import (
	"fmt"
	"testing"

	"tutor/runner/wire"
)

// Who is to be fenced after something has happened, round after round.
func TestRestless(t *testing.T) {
	everybody := func(w *wires) {
		w.declare("q")
		w.declare("other")
		w.declare("letters")
		w.declare("mortal", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "letters")
	}
	for name, c := range map[string]struct {
		before, play func(*wires)
		want         string
	}{
		"nothing":             {nil, func(*wires) {}, "[]"},
		"who has done it":     {nil, func(w *wires) { w.consume(a, "q", false) }, "[1]"},
		"one more consumer":   {func(w *wires) { w.consume(a, "q", false) }, func(w *wires) { w.consume(b, "q", false) }, "[2]"},
		"consumers of others": {func(w *wires) { w.consume(a, "other", false) }, func(w *wires) { w.publish("q", false) }, "[0]"},
		"all of the queue": {func(w *wires) { w.consume(a, "q", false); w.consume(b, "q", false) },
			func(w *wires) { w.publish("q", false) }, "[0 1 2]"},
		"an acknowledgement": {func(w *wires) {
			w.consume(a, "q", false)
			w.consume(b, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
		},
			func(w *wires) { w.ack(a, 1, false) }, "[1]"},
		"what comes back": {func(w *wires) {
			w.consume(a, "q", false)
			w.consume(b, "q", false)
			w.publish("q", false)
			w.deliver(a, 1, 1)
		},
			func(w *wires) { w.to(a, &wire.BasicReject{DeliveryTag: 1, Requeue: true}) }, "[1 2]"},
		"a departure": {func(w *wires) { w.consume(a, "q", false); w.consume(b, "q", false) },
			func(w *wires) { w.gone(a) }, "[1 2]"},
		"a consumer that has all it may have": {
			func(w *wires) {
				w.to(a, &wire.BasicQos{PrefetchCount: 1})
				w.consume(a, "q", false)
				w.consume(b, "q", false)
				w.publish("q", false)
				w.deliver(a, 1, 1)
			},
			func(w *wires) { w.publish("q", false) }, "[0 2]",
		},
		"a dead letter, once the queue has answered": {func(w *wires) { w.consume(a, "mortal", false); w.consume(b, "letters", false) },
			func(w *wires) { w.publish("mortal", false) }, "[0 1 2] letters mortal [2] letters"},
		"letters through a queue without consumers": {
			func(w *wires) {
				w.declare("first", "x-dead-letter-exchange", "", "x-dead-letter-routing-key", "mortal")
				w.consume(b, "letters", false)
			},
			func(w *wires) { w.publish("first", false) }, "[0 2] first letters mortal [2] letters mortal [2] letters",
		},
		"a restart": {nil, func(w *wires) { w.StirAll() }, "[0 1 2]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWires()
			everybody(w)
			if c.before != nil {
				c.before(w)
			}
			fenceOut(w)
			c.play(w)
			if got := fenceOut(w); got != c.want {
				t.Errorf("fenced: %s, want %s", got, c.want)
			}
		})
	}
}

// fenceOut fences until nobody needs it, and says whom in each round, and which queues are asked after them.
func fenceOut(w *wires) (rounds string) {
	for !w.IsStill() {
		if rounds != "" {
			rounds += " "
		}
		cast, queues := w.Fence()
		rounds += fmt.Sprint(cast)
		for _, q := range queues {
			rounds += " " + q.Name
		}
	}
	if rounds == "" {
		return "[]"
	}
	return rounds
}
