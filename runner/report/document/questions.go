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
		all = append(all, q)
	}
	return all
}
