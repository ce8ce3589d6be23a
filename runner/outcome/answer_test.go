package outcome

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/fate"
	"tutor/runner/scenario"
)

func booksOf(copies []Copy, events []Event) *Books {
	return &Books{Sent: len(copies), Copies: slices.Values(copies), Events: slices.Values(events)}
}

func TestAnswers(t *testing.T) {
	one, two := "one", "two"
	a := &Act{
		Act: &scenario.Act{Ask: []*scenario.Question{{WhoGets: &one}, {WhatBecomesOf: &one}, {HowOftenDelivered: &one}, {HowOftenDelivered: &two}}},
		Books: booksOf(
			[]Copy{{Message: "one", Fate: fate.Acked}, {Message: "one", Fate: fate.Expired, Inferred: true}, {Message: "two", Fate: fate.Queued}},
			[]Event{
				{Kind: Publish, Body: "one"}, {Kind: Deliver, Body: "one", Actor: "b"}, {Kind: Take, Body: "one", Actor: "b"},
				{Kind: Deliver, Body: "two", Actor: "c"}, {Kind: Get, Body: "one", Actor: "a"}, {Kind: Deliver, Body: "one", Actor: "b"},
			}),
	}
	want := []Answer{
		{Ask: scenario.WhoGets, Message: "one", Actors: []string{"b", "a"}, Times: 3},
		{Ask: scenario.WhatBecomesOf, Message: "one", Fates: map[fate.Fate]int{fate.Acked: 1, fate.Expired: 1}, Inferred: true},
		{Ask: scenario.HowOftenDelivered, Message: "one", Actors: []string{"b", "a"}, Times: 3},
		{Ask: scenario.HowOftenDelivered, Message: "two", Actors: []string{"c"}, Times: 1},
	}
	if diff := cmp.Diff(want, a.Answers()); diff != "" {
		t.Error(diff)
	}
}

// Without a question it is the message that meets another fate than most.
func TestAnswersToWhatNobodyAsks(t *testing.T) {
	lost := Copy{Message: "lost", Fate: fate.Dropped}
	for _, test := range []struct {
		name   string
		copies []Copy
		want   []Answer
	}{
		{"nothing sent", nil, nil},
		{"all alike", []Copy{{Message: "a", Fate: fate.Acked}, {Message: "b", Fate: fate.Acked}},
			[]Answer{{Ask: scenario.WhatBecomesOf, Message: "a", MadeUp: true, Fates: map[fate.Fate]int{fate.Acked: 1}}}},
		{"the first is odd", []Copy{lost, {Message: "a", Fate: fate.Acked}, {Message: "b", Fate: fate.Acked}},
			[]Answer{{Ask: scenario.WhatBecomesOf, Message: "lost", MadeUp: true, Fates: map[fate.Fate]int{fate.Dropped: 1}}}},
		{"one has two copies", []Copy{{Message: "a", Fate: fate.Acked}, {Message: "b", Fate: fate.Acked}, {Message: "b", Fate: fate.Acked}, {Message: "c", Fate: fate.Acked}},
			[]Answer{{Ask: scenario.WhatBecomesOf, Message: "b", MadeUp: true, Fates: map[fate.Fate]int{fate.Acked: 2}}}},
	} {
		a := &Act{Act: &scenario.Act{}, Books: booksOf(test.copies, nil)}
		if diff := cmp.Diff(test.want, a.Answers()); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	if got := (&Act{Act: &scenario.Act{}}).Answers(); got != nil {
		t.Errorf("an act that did not come to its end answers %v", got)
	}
}
