package outcome

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/fate"
	"tutor/runner/scenario"
)

// Each fate is one choice of what becomes of a message, and nobody is told by the choices which.
func TestEveryFateIsOneChoice(t *testing.T) {
	for _, f := range fate.All() {
		choices := ended(map[fate.Fate]int{f: 1})
		if right := rightOf(choices); len(right) != 1 {
			t.Errorf("%s: %q", f, right)
		}
		if len(choices) != len(choiceOfEnds) {
			t.Errorf("%s: %d choices", f, len(choices))
		}
	}
}

// What happens to messages, with what is right of it, and how it is told.
func TestPredictions(t *testing.T) {
	b := booksOf([]Copy{
		{Message: "done", Queue: "q", Fate: fate.Acked, Consumer: "worker"},
		{Message: "letter", Queue: "q", Fate: fate.DeadLettered, Consumer: "worker"},
		{Message: "letter", Queue: "morgue", Fate: fate.Handled, Consumer: "doctor"},
		{Message: "stray", Queue: "q", Fate: fate.DeadLettered, Consumer: "worker"},
		{Message: "stray", Fate: fate.Unroutable},
		{Message: "twice", Queue: "q", Fate: fate.Acked, Consumer: "worker"},
		{Message: "waits", Queue: "q", Fate: fate.Queued},
		{Message: "purged", Queue: "other", Fate: fate.Deleted},
	}, numbered(
		Event{Kind: Route, Body: "done", Queue: "q", Copy: 1}, Event{Kind: Deliver, Body: "done", Queue: "q", Copy: 1, Actor: "worker"},
		Event{Kind: Take, Body: "done", Copy: 1, Actor: "worker"}, Event{Kind: Ack, Body: "done", Copy: 1, Actor: "worker"}, // 4
		Event{Kind: Route, Body: "letter", Queue: "q", Copy: 2}, Event{Kind: Deliver, Body: "letter", Queue: "q", Copy: 2, Actor: "worker"},
		Event{Kind: Reject, Body: "letter", Queue: "q", Copy: 2, Actor: "worker"}, Event{Kind: DeadLetter, Body: "letter", Queue: "q", Copy: 2}, // 8
		Event{Kind: Route, Body: "letter", Queue: "morgue", Copy: 3}, Event{Kind: Deliver, Body: "letter", Queue: "morgue", Copy: 3, Actor: "doctor", Auto: true},
		Event{Kind: Ack, Body: "letter", Copy: 3, Actor: "doctor", Auto: true}, // 11
		Event{Kind: Route, Body: "stray", Queue: "q", Copy: 4}, Event{Kind: Expire, Body: "stray", Queue: "q", Copy: 4},
		Event{Kind: DeadLetter, Body: "stray", Queue: "q", Copy: 4}, Event{Kind: Route, Body: "stray", Copy: 5}, // 15
		Event{Kind: Route, Body: "twice", Queue: "q", Copy: 6}, Event{Kind: Deliver, Body: "twice", Queue: "q", Copy: 6, Actor: "worker"},
		Event{Kind: Requeue, Body: "twice", Queue: "q", Copy: 6}, Event{Kind: Get, Body: "twice", Queue: "q", Copy: 6, Actor: "worker"},
		Event{Kind: Ack, Body: "twice", Copy: 6, Actor: "worker"}, // 20
		Event{Kind: Route, Body: "waits", Queue: "q", Copy: 7}, Event{Kind: Route, Body: "purged", Queue: "other", Copy: 8},
		Event{Kind: Purge, Queue: "other"}, // 23
	))
	b.Notes = []Note{
		{Event: "dead-lettered", Messages: []string{"letter"}, Count: 1, Text: "it was rejected."},
		{Event: "dead-lettered", Messages: []string{"stray"}, Count: 1, Text: "it expired."},
		{Event: "unroutable", Messages: []string{"stray"}, Count: 1, Text: "its letter is lost."},
		{Event: Requeued, Messages: []string{"twice"}, Count: 1, Text: "it came back."},
		{Event: "queued", Messages: []string{"another"}, Count: 1, Text: "another waits."},
	}
	b.Counts = map[fate.Fate]int{fate.Queued: 2}
	for _, test := range []struct{ asked, want string }{
		{"what_becomes_of done", "[done] worker acknowledged it. (4)"},
		{"what_becomes_of letter", "[done dead-lettered] it was rejected. (8)"},
		{"what_becomes_of stray", "[dead-lettered lost] its letter is lost. (15)"},
		{"what_becomes_of twice", "[done] it came back. (20)"},
		{"what_becomes_of waits", "[left] a copy of it is queued. (21)"},
		{"what_becomes_of purged", "[lost] a copy of it is deleted. (23)"},
		{"who_gets done", "[worker] it was delivered once, to worker. (2)"},
		{"who_gets letter", "[worker doctor] it was rejected. (10)"},
		{"who_gets stray", "[nobody] its letter is lost. (15)"},
		{"who_gets waits", "[nobody] it was delivered to nobody. (21)"},
		{"who_gets unsent", "[nobody] it was delivered to nobody. (0)"},
		{"how_often_delivered done", "[once] it was delivered once, to worker. (2)"},
		{"how_often_delivered twice", "[twice] it came back. (19)"},
		{"how_often_delivered waits", "[never] it was delivered to nobody. (21)"},
	} {
		ask, message, _ := strings.Cut(test.asked, " ")
		a := &Act{Act: askedOf(scenario.Ask(ask), message), Books: b}
		all := a.Predictions()
		if len(all) != 1 {
			t.Fatalf("%s: %d predictions", test.asked, len(all))
		}
		if got := fmt.Sprintf("%v %s (%d)", rightOf(all[0].Choices), all[0].Why, all[0].Event); got != test.want {
			t.Errorf("%s: %s, want %s", test.asked, got, test.want)
		}
		if several := ask != "how_often_delivered"; all[0].Several != several {
			t.Errorf("%s: several may be right: %v", test.asked, all[0].Several)
		}
	}
}

// What the books cannot tell is nothing to predict.
func TestNothingIsClaimed(t *testing.T) {
	sent := []Copy{{Message: "m", Fate: fate.Acked}, {Message: "m"}, {Message: "other", Fate: fate.Acked}}
	truncated := booksOf(sent, numbered(Event{Kind: Deliver, Body: "other", Copy: 3, Actor: "worker"}, Event{Kind: Ack, Body: "other", Copy: 3, Actor: "worker"}))
	truncated.Truncated = true
	without := booksOf(sent, nil)
	without.Events = nil
	for _, test := range []struct {
		name, message string
		ask           scenario.Ask
		books         *Books
	}{
		{"a copy that is not accounted for", "m", scenario.WhatBecomesOf, booksOf(sent, nil)},
		{"what nobody has sent", "unsent", scenario.WhatBecomesOf, booksOf(sent, nil)},
		{"who, if not all deliveries are kept", "other", scenario.WhoGets, truncated},
		{"how often, if not all deliveries are kept", "other", scenario.HowOftenDelivered, truncated},
		{"how often, if no events are kept", "other", scenario.HowOftenDelivered, without},
		{"an act that did not come to its end", "other", scenario.WhatBecomesOf, nil},
	} {
		a := &Act{Act: askedOf(test.ask, test.message), Books: test.books}
		if got := a.Predictions(); len(got) != 0 {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
	a := &Act{Act: askedOf(scenario.WhatBecomesOf, "other"), Books: truncated}
	if got := a.Predictions(); len(got) != 1 || !got[0].Choices[0].Right || got[0].Event != 0 {
		t.Errorf("fates are kept of all messages, and no event is said to have decided one: %+v", got)
	}
}

// However often a message is delivered, the choices are the same.
func TestFrequencies(t *testing.T) {
	for n, want := range map[int]string{0: "never", 1: "once", 4: "4 times", 5: "5 times or more", 1000: "5 times or more"} {
		choices := frequencies(n)
		if right := rightOf(choices); !slices.Equal(right, []string{want}) || len(choices) != 6 {
			t.Errorf("%d: %q of %d", n, right, len(choices))
		}
	}
}

// Those are asked for who may get something.
func TestRecipients(t *testing.T) {
	a := askedOf(scenario.WhoGets, "m")
	names := func() (all []string) {
		for _, c := range recipients(a, nil) {
			all = append(all, c.Text)
		}
		return all
	}
	if diff := cmp.Diff([]string{"worker", "doctor", "nobody"}, names()); diff != "" {
		t.Error(diff)
	}
	a.Steps = []*scenario.Step{{Operation: scenario.Operation{By: "idle", Get: "q"}}}
	a.Cast[0].Replies = &scenario.Replies{Direct: true}
	if diff := cmp.Diff([]string{"shop", "worker", "doctor", "idle", "nobody"}, names()); diff != "" {
		t.Error(diff)
	}
}

// A note on so many messages that it does not name this one is about it, if it is about all that met the fate.
func TestNoteOnMany(t *testing.T) {
	b := booksOf([]Copy{{Message: "m", Fate: fate.Expired}}, nil)
	b.Notes = []Note{{Event: "expired", Messages: []string{"another"}, Count: 20, Text: "too late."}}
	b.Counts = map[fate.Fate]int{fate.Expired: 20}
	to := Answer{Ask: scenario.WhatBecomesOf, Message: "m"}
	if why := b.why(to); why != "too late." {
		t.Error(why)
	}
	b.Counts[fate.Expired] = 21
	if why := b.why(to); why != "a copy of it is expired." {
		t.Error(why)
	}
}

// Right is who has chosen all that is right, and nothing else.
func TestIsRight(t *testing.T) {
	p := Prediction{Choices: []Choice{{"a", true}, {"b", false}, {"c", true}}}
	for _, test := range []struct {
		chosen []int
		want   bool
	}{{[]int{2, 0}, true}, {[]int{0}, false}, {[]int{0, 1, 2}, false}, {nil, false}} {
		if got := p.IsRight(test.chosen); got != test.want {
			t.Errorf("%v: %v", test.chosen, got)
		}
	}
}

// A long message does not make a long question.
func TestLongMessagesInQuestions(t *testing.T) {
	if got := named(strings.Repeat("世", 100)); got != strings.Repeat("世", bodyInQuestion)+"…" {
		t.Error(got)
	}
	if got := named(""); got != "the empty message" {
		t.Error(got)
	}
}

// rightOf are the first words of the choices that are right.
func rightOf(choices []Choice) (right []string) {
	for _, c := range choices {
		if text, _, _ := strings.Cut(c.Text, ":"); c.Right {
			right = append(right, text)
		}
	}
	return right
}

// numbered counts events from 1.
func numbered(events ...Event) []Event {
	for i := range events {
		events[i].N = i + 1
	}
	return events
}

// askedOf is an act that asks one thing.
func askedOf(ask scenario.Ask, message string) *scenario.Act {
	q := &scenario.Question{}
	switch ask {
	case scenario.WhoGets:
		q.WhoGets = &message
	case scenario.WhatBecomesOf:
		q.WhatBecomesOf = &message
	default:
		q.HowOftenDelivered = &message
	}
	return &scenario.Act{Ask: []*scenario.Question{q}, Cast: []*scenario.Actor{
		{Publisher: &scenario.Publisher{Name: "shop"}}, {Consumer: &scenario.Consumer{Name: "worker"}},
		{Consumer: &scenario.Consumer{Name: "doctor"}}, {Client: &scenario.Client{Name: "idle"}},
	}}
}
