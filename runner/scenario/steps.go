package scenario

import (
	"fmt"
	"strings"
)

// Verb is what a step says: one key of [Step], with all that is to be known of it but how it is done. How it is
// played is the engine's.
type Verb struct {
	// Key is the step's key in the scenario.
	Key string
	// Of is what its value names.
	Of Subject
	// ByHand tells a person at several terminals what to do; %s is the value.
	ByHand string

	value func(*Step) string
}

// Subject is what the value of a step names.
type Subject int

// What the value of a step names.
const (
	// Entering is an actor that was not started so far, Present one that was, and Publishing a publisher that
	// was.
	Entering Subject = iota + 1
	Present
	Publishing
	// TheBroker is just "broker".
	TheBroker
	// ATime is how long.
	ATime
	// ACondition is what must have come to pass.
	ACondition
	// AComparison is what must be so at this moment.
	AComparison
	// AnOperation is what somebody does at the broker (see [Operation]).
	AnOperation
)

// Verbs are what steps can say. Whoever adds one adds a field to [Step], a line here, and how it is played to
// package play.
func Verbs() []Verb {
	return append([]Verb{
		{"start", Entering, "start %s", func(s *Step) string { return s.Start }},
		{"stop", Present, "stop (Ctrl-C) %s", func(s *Step) string { return s.Stop }},
		{"kill", Present, "kill (kill -9) %s", func(s *Step) string { return s.Kill }},
		{"await", Publishing, "wait until it is done: %s", func(s *Step) string { return s.Await }},
		{"wait", ATime, "wait %s", func(s *Step) string { return given(s.Wait) }},
		{"until", ACondition, "wait until %s", func(s *Step) string { return s.Until.String() }},
		{"check", AComparison, "see that %s", func(s *Step) string { return s.Check.String() }},
		{"restart", TheBroker, "restart the %s", func(s *Step) string { return s.Restart }},
	}, operationVerbs()...)
}

// given is a time in words, or empty if there is none.
func given(d Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// Verb is what a step says, with its value. A step without a verb waits for no time.
func (s *Step) Verb() (verb Verb, value string) {
	for _, v := range Verbs() {
		if value := v.value(s); value != "" {
			return v, value
		}
	}
	return Verb{Key: "wait", Of: ATime, ByHand: "wait %s"}, Duration(0).String()
}

func (c *checker) steps(a *Act, path string, cast *cast) {
	if len(a.Steps) == 0 {
		return
	}
	scene := c.scene(a)
	started := scene.started
	for i, s := range a.Steps {
		at := fmt.Sprintf("%s.steps[%d]", path, i)
		if s == nil || !c.oneOf(at) {
			continue
		}
		verb, value := s.Verb()
		c.how(s, verb, at, cast)
		switch verb.Of {
		case ATime:
			c.saysSomething(at)
		case ACondition:
			c.until(a, s.Until, at+"."+verb.Key, cast, started)
		case AComparison:
			c.moment(a, s.Check, at+"."+verb.Key, cast, started)
		case AnOperation:
			c.operation(s, verb, at, cast, scene)
		default:
			c.step(verb, value, at+"."+verb.Key, cast, started)
		}
	}
	for _, name := range cast.names {
		if !started[name] && !cast.incomplete {
			c.at(path+".steps", "%s is never started: add - start: %s", name, name)
		}
	}
}

// oneOf checks that a step says exactly one thing.
func (c *checker) oneOf(path string) bool {
	n := 0
	var keys []string
	for _, v := range Verbs() {
		keys = append(keys, v.Key)
		if c.given(path+"."+v.Key) && !c.isMode(path, v.Key) {
			n++
		}
	}
	if n != 1 {
		c.at(path, "a step is exactly one of %s", strings.Join(keys, ", "))
	}
	return n == 1
}

// how checks the way in which an actor leaves: only a consumer has anything to work off.
func (c *checker) how(s *Step, verb Verb, path string, cast *cast) {
	switch {
	case !c.given(path + ".how"):
	case verb.Key != "stop":
		c.at(path+".how", "how has no effect on %s: it is how an actor is stopped", verb.Key)
	case cast.known[s.Stop] && !cast.consumers[s.Stop]:
		c.at(path+".how", "only a consumer has something to drain: %s is none", s.Stop)
	}
}

func (c *checker) step(verb Verb, value, path string, cast *cast, started map[string]bool) {
	if verb.Of == TheBroker {
		if value != "broker" {
			c.at(path, "only the broker can be restarted, not %s", value)
		}
		return
	}
	if !c.refer(cast, path, value) {
		return
	}
	switch {
	case verb.Of == Publishing && !cast.publishers[value]:
		c.at(path, "only a publisher comes to an end of its own: %s is none", value)
	case verb.Of == Publishing && cast.both[value]:
		c.at(path, "%s waits for answers as long as the act goes on: until: {actor: %s, received: N} waits for them", value, value)
	}
	switch {
	case verb.Of != Entering && !started[value]:
		c.at(path, "%s is not started before this step", value)
	case verb.Of == Entering && started[value]:
		c.at(path, "%s is started twice: cast a second actor", value)
	}
	if verb.Of == Entering {
		started[value] = true
	}
}
