package outcome

import (
	"iter"
	"slices"
	"strconv"

	"tutor/runner/fate"
	"tutor/runner/scenario"
)

// Answer is a question that readers are asked of a message before the act is played, with what was observed.
type Answer struct {
	Ask     scenario.Ask
	Message string
	// MadeUp is set where the act asks nothing, and the question comes from what was observed.
	MadeUp bool
	// Actors are to whom the message was delivered, each once, in the order in which it first came to them.
	Actors []string
	// Fates are the numbers of its copies by their fate. Copies without one are under the empty fate.
	Fates map[fate.Fate]int
	// Times is how often it was delivered, to whomever.
	Times int
	// Inferred is set where a fate is only concluded, and Truncated where there were so many messages that
	// not all deliveries were kept.
	Inferred, Truncated bool
}

// Answers are those to the act's questions, or to one that is made up. There are none if the act did not come to its
// end, or no message was sent.
func (a *Act) Answers() []Answer {
	if a.Books == nil {
		return nil
	}
	var all []Answer
	for _, q := range a.Act.Ask {
		of, message := q.Asked()
		all = append(all, Answer{Ask: of, Message: message})
	}
	if len(all) == 0 {
		if message, ok := a.Books.odd(); ok {
			all = append(all, Answer{Ask: scenario.WhatBecomesOf, Message: message, MadeUp: true})
		}
	}
	for i := range all {
		a.Books.answer(&all[i])
	}
	return all
}

// answer looks up in the books what a question asks.
func (b *Books) answer(to *Answer) {
	if to.Ask == scenario.WhatBecomesOf {
		to.Fates, to.Inferred = b.fates(to.Message)
		return
	}
	to.Truncated = b.Truncated || b.Events == nil
	for e := range b.events() {
		if !isDelivery(e) || e.Body != to.Message {
			continue
		}
		to.Times++
		if !slices.Contains(to.Actors, e.Actor) {
			to.Actors = append(to.Actors, e.Actor)
		}
	}
}

// fates are what became of the copies of a message, and whether that is only concluded of one of them.
func (b *Books) fates(message string) (fates map[fate.Fate]int, inferred bool) {
	fates = map[fate.Fate]int{}
	for c := range b.Copies {
		if c.Message == message {
			fates[c.Fate]++
			inferred = inferred || c.Inferred
		}
	}
	return fates, inferred
}

func isDelivery(e Event) bool { return e.Kind == Deliver || e.Kind == Get }

// events are those of the act, if any were kept.
func (b *Books) events() iter.Seq[Event] {
	if b.Events == nil {
		return func(func(Event) bool) {}
	}
	return b.Events
}

// odd is the first message that has met another fate than most have; if all have met the same, the first.
func (b *Books) odd() (message string, ok bool) {
	if b.Sent == 0 || b.Sent > EventMessages || b.Copies == nil {
		return "", false
	}
	var order []string
	fates := map[string]map[fate.Fate]int{}
	for c := range b.Copies {
		if fates[c.Message] == nil {
			fates[c.Message] = map[fate.Fate]int{}
			order = append(order, c.Message)
		}
		fates[c.Message][c.Fate]++
	}
	if len(order) == 0 {
		return "", false
	}
	often := map[string]int{}
	for _, body := range order {
		often[signature(fates[body])]++
	}
	most := signature(fates[order[0]])
	for _, body := range order {
		if s := signature(fates[body]); often[s] > often[most] {
			most = s
		}
	}
	for _, body := range order {
		if signature(fates[body]) != most {
			return body, true
		}
	}
	return order[0], true
}

// signature tells apart what became of messages.
func signature(fates map[fate.Fate]int) string {
	var text []byte
	for _, f := range append(fate.All(), "") {
		text = append(strconv.AppendInt(text, int64(fates[f]), 10), ' ')
	}
	return string(text)
}
