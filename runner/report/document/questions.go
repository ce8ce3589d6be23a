package document

import (
	"tutor/runner/outcome"
	"tutor/runner/scenario"
)

// Question is what readers are asked of a message before the act is played, with the answer.
type Question struct {
	// Ask is who_gets, what_becomes_of or how_often_delivered.
	Ask     string `json:"ask"`
	Message string `json:"message"`
	// MadeUp is set where the act asks nothing itself: it is of a message that met another fate than most.
	MadeUp bool `json:"made_up,omitempty"`
	// Actors answer who_gets: to whom the message was delivered, each once, in the order in which it came to them.
	Actors []string `json:"actors,omitzero"`
	// Fates answer what_becomes_of: the numbers of the message's copies by the name of the fate.
	Fates map[string]int `json:"fates,omitzero"`
	// Times answers how_often_delivered.
	Times *int `json:"times,omitempty"`
	// Inferred is set where a fate is only concluded, Truncated where not all deliveries were kept.
	Inferred  bool `json:"inferred,omitempty"`
	Truncated bool `json:"truncated,omitempty"`
	// Question is what is asked in words, and Choices are what readers choose from. They and what follows are absent
	// where the books cannot tell which are right: then it is not to be asked.
	Question string   `json:"question,omitempty"`
	Choices  []Choice `json:"choices,omitempty"`
	// Several is set where more than one choice may be right.
	Several bool `json:"several,omitempty"`
	// Why tells in a sentence how it came about, a note of the act if one is about the message.
	Why string `json:"why,omitempty"`
	// Event is the number of the event that decided it; absent where there is none, or not all were kept.
	Event int `json:"event,omitempty"`
}

// Choice is something that readers may choose, and whether it is right.
type Choice struct {
	Text  string `json:"text"`
	Right bool   `json:"right"`
}

func newQuestions(a *outcome.Act) []Question {
	var all []Question
	for _, to := range a.Answers() {
		q := Question{Ask: string(to.Ask), Message: to.Message, MadeUp: to.MadeUp, Inferred: to.Inferred, Truncated: to.Truncated}
		switch to.Ask {
		case scenario.WhoGets:
			q.Actors = append([]string{}, to.Actors...)
		case scenario.HowOftenDelivered:
			q.Times = &to.Times
		default:
			q.Fates = map[string]int{}
			for f, n := range to.Fates {
				q.Fates[outcome.NameOf(f)] = n
			}
		}
		if p, ok := a.Prediction(to); ok {
			q.choose(p)
		}
		all = append(all, q)
	}
	return all
}

// choose adds what readers choose from.
func (q *Question) choose(p outcome.Prediction) {
	q.Question, q.Several, q.Why, q.Event = p.Question, p.Several, p.Why, p.Event
	for _, c := range p.Choices {
		q.Choices = append(q.Choices, Choice(c))
	}
}
