package scenario

import (
	"fmt"
	"strings"
)

// Question is what readers are asked of a message before an act is played: exactly one of the things that may be
// asked. The message is named by its body, as transcripts show it.
type Question struct {
	// Pos is where the question starts.
	Pos Position `yaml:"-"`
	// WhoGets asks to whom the broker delivers a message.
	WhoGets *string `yaml:"who_gets"`
	// WhatBecomesOf asks what fate the copies of a message meet.
	WhatBecomesOf *string `yaml:"what_becomes_of"`
	// HowOftenDelivered asks how many deliveries there are of a message, to whomever.
	HowOftenDelivered *string `yaml:"how_often_delivered"`
}

// Ask is what a question asks of a message.
type Ask string

// What may be asked.
const (
	WhoGets           Ask = "who_gets"
	WhatBecomesOf     Ask = "what_becomes_of"
	HowOftenDelivered Ask = "how_often_delivered"
)

// Asks lists what may be asked.
func Asks() []Ask { return []Ask{WhoGets, WhatBecomesOf, HowOftenDelivered} }

// Asked is what the question asks, and of which message.
func (q *Question) Asked() (of Ask, message string) {
	switch {
	case q.WhoGets != nil:
		return WhoGets, *q.WhoGets
	case q.WhatBecomesOf != nil:
		return WhatBecomesOf, *q.WhatBecomesOf
	}
	return HowOftenDelivered, *q.HowOftenDelivered
}

// asked checks that each question asks one thing, of a message that somebody sends.
func (c *checker) asked(questions []*Question, path string, sends func(string) bool, publishers []*Publisher) {
	for i, q := range questions {
		at := fmt.Sprintf("%s[%d]", path, i)
		if q == nil {
			continue
		}
		given := q.given()
		if len(given) != 1 {
			c.at(at, "a question asks one thing: %s, %s or %s%s", WhoGets, WhatBecomesOf, HowOftenDelivered, instead(given))
			continue
		}
		if _, body := q.Asked(); !sends(body) {
			c.at(at+"."+given[0], "nobody sends %s%s", body, c.didYouMeanBody(body, publishers))
		}
	}
}

// given are the things that are asked.
func (q *Question) given() (all []string) {
	for i, asked := range []*string{q.WhoGets, q.WhatBecomesOf, q.HowOftenDelivered} {
		if asked != nil {
			all = append(all, string(Asks()[i]))
		}
	}
	return all
}

// instead names what is asked in place of one thing.
func instead(given []string) string {
	if len(given) == 0 {
		return ""
	}
	return ", not " + strings.Join(given, " and ")
}
