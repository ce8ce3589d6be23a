package document

import (
	"tutor/runner/outcome"
)

// Confirms are what the broker told a publisher, by the bodies of the messages: what it has taken and what it has not
// (in the order in which it said so), and what it has said nothing of.
type Confirms struct {
	Confirmed []string `json:"confirmed"`
	Nacked    []string `json:"nacked"`
	Missing   []string `json:"missing"`
}

func newConfirms(books *outcome.Books) map[string]Confirms {
	all := map[string]Confirms{}
	for name, c := range books.Confirms {
		all[name] = Confirms{listed(c.Confirmed), listed(c.Nacked), listed(c.Missing)}
	}
	return all
}

// listed is a list that is [] where it is empty.
func listed(bodies []string) []string { return append([]string{}, bodies...) }
