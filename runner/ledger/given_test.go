package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/wire"
)

// What queues must have that something was put into, each time it was.
func TestGiven(t *testing.T) {
	w := newWires()
	w.declare("q")
	w.declare("limited", "x-max-length", int64(5))
	w.declare("mortal", "x-message-ttl", int64(5))
	w.declare("logs", "x-queue-type", "quorum")
	given := func(when string, want map[string]int) {
		t.Helper()
		got := map[string]int{}
		for q, n := range w.Given() {
			got[q.Name] = n
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	none := map[string]int{}
	given("before anything is published", none)
	for range 2 {
		for _, q := range []string{"q", "limited", "mortal", "logs", "nowhere"} {
			w.publish(q, false)
		}
	}
	given("published", map[string]int{"q": 2})
	given("asked again", none)
	w.consume(a, "q", false)
	w.deliver(a, 1, 1)
	given("delivered", none)
	w.publish("q", false)
	given("one more", map[string]int{"q": 2})
	w.to(a, &wire.BasicReject{DeliveryTag: 1, Requeue: true})
	given("back in its queue", map[string]int{"q": 3})
	w.publish("q", false)
	w.OnOneTime()
	given("where the broker lives by the act's timeline", none)
}
