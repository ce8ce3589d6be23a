package outcome

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/fate"
)

// What is where follows from the events, at each moment.
func TestState(t *testing.T) {
	q := Queue{"/", "q"}
	route := func(n int) Event { return Event{Kind: Route, Vhost: "/", Queue: "q", Copy: n} }
	deliver := func(n int) Event { return Event{Kind: Deliver, Actor: "c", Vhost: "/", Queue: "q", Copy: n} }
	of := func(kind EventKind, n int) Event {
		return Event{Kind: kind, Actor: "c", Vhost: "/", Queue: "q", Copy: n}
	}
	kept := of(Reject, 1)
	kept.Kept = true
	back := of(Nack, 1)
	back.Requeue = true
	handled := of(Ack, 1)
	handled.Auto = true
	for name, c := range map[string]struct {
		events []Event
		ready  []int
		buffer []int
		hands  []int
		fates  map[int]fate.Fate
	}{
		"in the queue":              {[]Event{route(1), route(2)}, []int{1, 2}, nil, nil, map[int]fate.Fate{1: fate.Queued, 2: fate.Queued}},
		"in the buffer":             {[]Event{route(1), deliver(1)}, nil, []int{1}, nil, map[int]fate.Fate{1: fate.Queued}},
		"in its hands":              {[]Event{route(1), deliver(1), of(Take, 1)}, nil, nil, []int{1}, map[int]fate.Fate{1: fate.Queued}},
		"back where it was":         {[]Event{route(1), route(2), deliver(1), back, of(Requeue, 1)}, []int{1, 2}, nil, nil, map[int]fate.Fate{1: fate.Queued, 2: fate.Queued}},
		"acked":                     {[]Event{route(1), deliver(1), of(Take, 1), of(Ack, 1)}, nil, nil, nil, map[int]fate.Fate{1: fate.Acked}},
		"handled":                   {[]Event{route(1), deliver(1), of(Take, 1), handled}, nil, nil, nil, map[int]fate.Fate{1: fate.Handled}},
		"dropped, unseen":           {[]Event{route(1), deliver(1), of(Drop, 1)}, nil, nil, nil, map[int]fate.Fate{1: fate.Dropped}},
		"rejected":                  {[]Event{route(1), deliver(1), of(Reject, 1)}, nil, nil, nil, map[int]fate.Fate{1: fate.Rejected}},
		"a dead letter's old copy":  {[]Event{route(1), of(Expire, 1), of(DeadLetter, 1), route(2)}, []int{2}, nil, nil, map[int]fate.Fate{1: fate.DeadLettered, 2: fate.Queued}},
		"kept for its dead letter":  {[]Event{route(1), deliver(1), kept}, nil, nil, nil, map[int]fate.Fate{1: fate.Queued}},
		"its dead letter was taken": {[]Event{route(1), deliver(1), kept, of(DeadLetter, 1)}, nil, nil, nil, map[int]fate.Fate{1: fate.DeadLettered}},
		"nowhere":                   {[]Event{{Kind: Route, Copy: 1}}, nil, nil, nil, map[int]fate.Fate{1: fate.Unroutable}},
		"purged":                    {[]Event{route(1), route(2), deliver(1), {Kind: Purge, Vhost: "/", Queue: "q"}}, nil, []int{1}, nil, map[int]fate.Fate{1: fate.Queued, 2: fate.Deleted}},
		"another vhost's queue":     {[]Event{route(1), {Kind: Delete, Vhost: "other", Queue: "q"}}, []int{1}, nil, nil, map[int]fate.Fate{1: fate.Queued}},
		"told to have been refused": {[]Event{route(1), {Kind: Refuse, Message: 1}}, []int{1}, nil, nil, map[int]fate.Fate{1: fate.Queued}},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewState()
			for _, e := range c.events {
				s.Apply(e)
			}
			got := [][]int{s.Ready[q], s.Buffer["c"], s.Hands["c"]}
			if diff := cmp.Diff([][]int{c.ready, c.buffer, c.hands}, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.fates, maps.Clone(s.End())); diff != "" {
				t.Error(diff)
			}
		})
	}
}
