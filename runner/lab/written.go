package lab

import (
	"fmt"
	"regexp"
	"regexp/syntax"

	"tutor/runner/mistake"
	"tutor/runner/scenario"
)

// check lists what in a scenario is written to use more than it may. What only comes out when an act is played is
// looked at there (see [Limits.runner]).
func (l Limits) check(s *scenario.Scenario, acts func(*scenario.Act) bool) error {
	w := &writing{limits: l}
	w.count(s.Pos, "the scenario has", len(s.Acts), "acts", l.Acts)
	for _, a := range s.Acts {
		if acts(a) {
			w.act(a)
		}
	}
	if len(w.wrong) == 0 {
		return nil
	}
	mistake.InOrder(w.wrong, func(e mistake.Error) mistake.Position { return e.Pos })
	return w.wrong
}

// writing collects where more is written than may be.
type writing struct {
	limits Limits
	wrong  mistake.Errors
}

func (w *writing) count(at mistake.Position, who string, n int, what string, most int) {
	if most > 0 && n > most {
		w.wrong = append(w.wrong, mistake.Error{Pos: at, Msg: fmt.Sprintf("%s %d %s, and at most %d are played here", who, n, what, most)})
	}
}

func (w *writing) act(a *scenario.Act) {
	w.count(a.Pos, "the act has", len(a.Cast), "actors", w.limits.Actors)
	w.count(a.Pos, "the act has", len(a.Steps), "steps", w.limits.Steps)
	w.count(a.Pos, "the act has", queues(a), "queues", w.limits.Queues)
	if a.Broker != nil {
		w.count(a.Broker.Pos, "the act asks for", len(a.Broker.Vhosts)+len(a.Broker.Users), "vhosts and users", w.limits.Provided)
	}
	w.count(a.Pos, "the act has", len(a.Before().Policies), "policies", w.limits.Provided)
	messages, bytes := published(a)
	w.count(a.Pos, "the act publishes", messages, "messages", w.limits.Messages)
	w.count(a.Pos, "the act publishes", bytes, "bytes of messages", w.limits.Bytes)
	for _, p := range a.Before().Policies {
		if w.limits.Provided > 0 && !isQuick(p.Pattern) {
			w.wrong = append(w.wrong, mistake.Error{Pos: p.Pos, Msg: "the pattern may take forever to match: at most two repetitions are played here, and none of a group"})
		}
	}
}

// queues counts those that are written to be there.
func queues(a *scenario.Act) int {
	n := len(a.Before().Queues)
	for _, actor := range a.Cast {
		for _, q := range actor.Queues() {
			if q.Declare {
				n++
			}
		}
	}
	for _, s := range a.Steps {
		if s.Declare != nil && s.Declare.Queue != nil {
			n++
		}
	}
	return n
}

// published counts the messages that are written to be published, and the bytes of their bodies. A file has limits
// that keep the sum within an int.
func published(a *scenario.Act) (messages, bytes int) {
	for _, actor := range a.Cast {
		p := actor.Publisher
		if p == nil {
			continue
		}
		messages += p.Messages()
		for _, m := range p.Written {
			bytes += len(m.Body)
		}
		if len(p.Written) == 0 {
			bytes += p.Messages() * max(p.MessageSize, len(p.Message))
		}
	}
	for _, s := range a.Steps {
		if s.Publish != nil {
			messages++
			bytes += len(s.Publish.Body)
		}
	}
	return messages, bytes
}

// Patterns of policies are matched by what backtracks, as RabbitMQ does it: nothing breaks that off.

// maxRepetitions are how many repetitions a pattern may have: what is tried grows by a power of the name's length with
// each of them.
const maxRepetitions = 2

// isQuick reports whether a pattern matches soon, or fails to, whatever the name.
func isQuick(pattern string) bool {
	re, err := syntax.Parse(pattern, syntax.Perl)
	return err == nil && repetitions(re) <= maxRepetitions && !repeatedGroup().MatchString(pattern)
}

// repeatedGroup is what must not be in a pattern: what is in a group may match in several ways, and then the number of
// ways grows exponentially. It is looked for in the text, since what package syntax parses it leaves simpler.
func repeatedGroup() *regexp.Regexp { return regexp.MustCompile(`\)[*+?{]`) }

func repetitions(re *syntax.Regexp) (n int) {
	switch re.Op {
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		n = 1
	}
	for _, sub := range re.Sub {
		n += repetitions(sub)
	}
	return n
}
