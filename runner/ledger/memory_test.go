package ledger

import (
	"reflect"
	"runtime"
	"testing"

	"tutor/runner/outcome"
	"tutor/runner/wire"
)

// What a message takes is what decides whether an act of a million can be played, so it is bounded: the records
// that are kept of it, and all that is allocated for one that is published, confirmed, delivered, taken and
// acknowledged.
func TestMemory(t *testing.T) {
	for kind, most := range map[reflect.Type]uintptr{
		reflect.TypeFor[message](): 24, reflect.TypeFor[copied](): 32, reflect.TypeFor[record](): 40,
	} {
		if kind.Size() > most {
			t.Errorf("%v takes %d bytes, want at most %d", kind, kind.Size(), most)
		}
	}
	const (
		messages = outcome.EventMessages
		// most is for six events, the records, and what the test makes to have something to tell; the race detector adds to it.
		most = 1600
	)
	w := newWires()
	w.declare("q")
	w.to(p, &wire.ConfirmSelect{})
	w.from(p, &wire.ConfirmSelectOK{})
	w.consume(a, "q", false)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for n := 1; n <= messages; n++ {
		tag := uint64(n)
		w.publish("q", false)
		w.from(p, &wire.BasicAck{DeliveryTag: tag})
		w.deliver(a, tag, n)
		w.Took(a, 1, tag)
		w.ack(a, tag, false)
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / messages; each > most {
		t.Errorf("%d bytes are allocated for each message, want at most %d", each, most)
	} else {
		t.Logf("%d bytes are allocated for each message", each)
	}
}
