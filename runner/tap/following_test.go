package tap

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"tutor/runner/wire"
)

// Whoever records, the follower is told in the order of the journal, what is to be done in order comes in between,
// and who has caught up finds all that was recorded before.
func TestFollowing(t *testing.T) {
	const conns, events = 4, 500
	for _, atOnce := range []int{1, 7, 256} {
		t.Run(fmt.Sprint(atOnce), func(t *testing.T) {
			var recorded, told []Event
			journal := NewJournal(func(e Event) { recorded = append(recorded, e) })
			var known [conns]int
			journal.Follow(atOnce, func(e Event) {
				told = append(told, e)
				known[e.Who]++
			})
			var recording sync.WaitGroup
			for who := range conns {
				recording.Go(func() {
					for n := 1; n <= events; n++ {
						journal.record(Event{Who: who, Channel: uint16(n)})
						journal.InOrder(func() {
							if known[who] != n {
								t.Errorf("after %d events of %d the follower knows of %d", n, who, known[who])
							}
						})
						if n%100 == 0 {
							journal.CatchUp()
							journal.following.telling.Lock()
							if known[who] < n {
								t.Errorf("the follower was told %d events of %d, and not the %d that were recorded", known[who], who, n)
							}
							journal.following.telling.Unlock()
						}
					}
				})
			}
			recording.Wait()
			journal.CatchUp()
			if len(told) != conns*events || len(recorded) != len(told) {
				t.Fatalf("%d events were recorded, %d told, and not %d", len(recorded), len(told), conns*events)
			}
			for i, e := range recorded {
				if told[i] != e {
					t.Fatalf("event %d: %v was told, and %v recorded", i, told[i], e)
				}
			}
		})
	}
}

// Who catches up waits for what somebody else is telling.
func TestCatchingUpWaits(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	journal := NewJournal()
	told := 0
	journal.Follow(1, func(e Event) {
		if e.Who == 1 {
			close(begun)
			<-goOn
		}
		told++
	})
	var recording sync.WaitGroup
	recording.Go(func() { journal.record(Event{Who: 1}) })
	<-begun
	caughtUp := make(chan int)
	go func() {
		journal.CatchUp()
		caughtUp <- told
	}()
	close(goOn)
	if n := <-caughtUp; n != 1 {
		t.Errorf("%d events were told", n)
	}
	recording.Wait()
}

// What is told later is what has passed, whatever has passed since in the same memory.
func TestToldLater(t *testing.T) {
	var actor, delivered, got, returned []byte
	for n := 1; n <= 3; n++ {
		tag, key := uint64(n), fmt.Sprint("key", n)
		actor = append(actor, frames(t, 1, &wire.BasicPublish{RoutingKey: key}, numbered(n), &wire.BasicAck{DeliveryTag: tag})...)
		delivered = append(delivered, frames(t, 1, &wire.BasicDeliver{DeliveryTag: tag}, numbered(n), &wire.BasicAck{DeliveryTag: tag})...)
		got = append(got, frames(t, 1, &wire.BasicGetOK{DeliveryTag: tag}, numbered(n))...)
		returned = append(returned, frames(t, 1, &wire.BasicReturn{RoutingKey: key}, numbered(n))...)
	}
	broker := slices.Concat(delivered, got, returned)
	actor = append([]byte(wire.ProtocolHeader), actor...)
	for _, piece := range []int{1, 7, 1 << 20} {
		events, err := tapped(t, broker, actor, piece)
		if err != nil || len(events) != 3*2+3*4+1 {
			t.Errorf("%d events, %v", len(events), err)
		}
	}
}

// Large bodies are not kept for others to come.
func TestLargeIsToldAtOnce(t *testing.T) {
	journal := NewJournal()
	told := 0
	journal.Follow(1000, func(e Event) { told++ })
	for range 4 {
		journal.record(Event{Method: &wire.BasicPublish{}, Content: &Content{Body: make([]byte, manyBytes/2)}})
	}
	if told != 4 {
		t.Errorf("%d events were told of four with half of what is kept", told)
	}
	for range 2 {
		if n := cap(journal.following.waiting.bodies); n >= manyBytes {
			t.Errorf("the memory of %d bytes is kept", n)
		}
		journal.CatchUp()
	}
}
