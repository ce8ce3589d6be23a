package outcome

import (
	"cmp"
	"slices"

	"tutor/runner/fate"
	"tutor/runner/scenario"
)

// Prediction is a question with what readers choose from before they see what came of the act. Which choices there
// are does not depend on that, so they give nothing away.
type Prediction struct {
	Answer
	// Question in words.
	Question string
	Choices  []Choice
	// Several is set where more than one of them may be right.
	Several bool
	// Why tells in a sentence how it came about: the note on what is worst for the message, if there is one.
	Why string
	// Event is the number of the event that decided it; 0 where there is none, or not all are kept.
	Event int
}

// Choice is something that readers may choose, and whether it came to pass.
type Choice struct {
	Text  string
	Right bool
}

// Predictions are the act's questions that its books can answer.
func (a *Act) Predictions() []Prediction {
	var all []Prediction
	for _, to := range a.Answers() {
		if p, ok := a.Prediction(to); ok {
			all = append(all, p)
		}
	}
	return all
}

// Prediction has readers choose among answers to a question of the act. It is not ok where the books cannot tell which
// are right: a copy is not accounted for, nothing was sent of which there could be a copy, or not all deliveries are kept.
func (a *Act) Prediction(to Answer) (p Prediction, ok bool) {
	if !to.known() {
		return Prediction{}, false
	}
	p = Prediction{Answer: to, Several: to.Ask != scenario.HowOftenDelivered}
	p.Why, p.Event = a.Books.why(to), a.Books.decided(to)
	message := named(to.Message)
	switch to.Ask {
	case scenario.WhoGets:
		p.Question, p.Choices = "Who gets "+message+"?", recipients(a.Act, to.Actors)
	case scenario.HowOftenDelivered:
		p.Question, p.Choices = "How often is "+message+" delivered?", frequencies(to.Times)
	default:
		p.Question, p.Choices = "What becomes of "+message+"?", ended(to.Fates)
	}
	return p, true
}

// known reports whether the books can tell the answer.
func (to *Answer) known() bool {
	if to.Ask == scenario.WhatBecomesOf {
		return len(to.Fates) > 0 && to.Fates[""] == 0
	}
	return !to.Truncated
}

// IsRight reports whether somebody has chosen what is right and nothing else, by the indices of the choices.
func (p *Prediction) IsRight(chosen []int) bool {
	for i, c := range p.Choices {
		if c.Right != slices.Contains(chosen, i) {
			return false
		}
	}
	return true
}

// bodyInQuestion is how many characters of a message a question has.
const bodyInQuestion = 60

func named(message string) string {
	if chars := []rune(message); len(chars) > bodyInQuestion {
		return string(chars[:bodyInQuestion]) + "…"
	}
	return cmp.Or(message, "the empty message")
}

// end is what becomes of a copy in the words of a choice.
type end struct {
	text  string
	fates []fate.Fate
}

// choiceOfEnds are what can become of a copy, the best first. Each fate is in one of them. A consumer that acknowledges
// before its work is done with a message as well: nothing else is known of it.
var choiceOfEnds = []end{
	{"done: acknowledged, or finished under automatic acknowledgement", []fate.Fate{fate.Acked, fate.Handled}},
	{"left: still in a queue at the end", []fate.Fate{fate.Queued}},
	{"dead-lettered: given to its queue's dead-letter exchange", []fate.Fate{fate.DeadLettered}},
	{"returned: sent back to its publisher", []fate.Fate{fate.Returned}},
	{"refused: not taken by the broker", []fate.Fate{fate.Refused}},
	{"lost: gone for good, with no consumer done with it", []fate.Fate{
		fate.Dropped, fate.Unroutable, fate.Rejected, fate.GivenUp, fate.Expired, fate.Overflowed, fate.Deleted,
	}},
}

// ended are the choices of what becomes of a message. Each of its copies has an end, and so has a dead letter.
func ended(fates map[fate.Fate]int) []Choice {
	var choices []Choice
	for _, e := range choiceOfEnds {
		met := func(f fate.Fate) bool { return fates[f] > 0 }
		choices = append(choices, Choice{e.text, slices.ContainsFunc(e.fates, met)})
	}
	return choices
}

// frequencies are the choices of how often a message is delivered. There are as many whatever is right, which would
// otherwise be the last wherever it is many times.
func frequencies(times int) []Choice {
	var choices []Choice
	words := []string{"never", "once", "twice", "3 times", "4 times", "5 times or more"}
	for n, text := range words {
		choices = append(choices, Choice{text, n == min(times, len(words)-1)})
	}
	return choices
}

// recipients are the choices of who gets a message: all that may get any, or nobody.
func recipients(a *scenario.Act, got []string) []Choice {
	var choices []Choice
	for _, actor := range a.Cast {
		if receives(a, actor) {
			choices = append(choices, Choice{actor.Name(), slices.Contains(got, actor.Name())})
		}
	}
	return append(choices, Choice{"nobody", len(got) == 0})
}

// receives reports whether an actor may get messages: it consumes, takes answers, or is told to get or to consume.
func receives(a *scenario.Act, actor *scenario.Actor) bool {
	return actor.Consumer != nil || actor.Publisher != nil && actor.Replies != nil ||
		slices.ContainsFunc(a.Steps, func(s *scenario.Step) bool {
			return s.By == actor.Name() && (s.Get != "" || s.Consume != "")
		})
}
