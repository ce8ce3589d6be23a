package scenario

import (
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"tutor/runner/suggest"
)

// The arguments that RabbitMQ (3.10 to 4.3) and its widespread plugins know, of each method that has any. A
// broker takes others without a word and ignores them, so that a slip of the fingers is silence.
var (
	queueArguments = []string{
		"x-consumer-disconnected-timeout", "x-consumer-timeout", "x-dead-letter-exchange", "x-dead-letter-routing-key",
		"x-dead-letter-strategy", "x-delayed-retry-max", "x-delayed-retry-min", "x-delayed-retry-type", "x-delivery-limit",
		"x-expires", "x-initial-cluster-size", "x-max-age", "x-max-in-memory-bytes", "x-max-in-memory-length", "x-max-length",
		"x-max-length-bytes", "x-max-priority", "x-message-deduplication", "x-message-ttl", "x-overflow", "x-queue-leader-locator",
		"x-queue-master-locator", "x-queue-mode", "x-queue-type", "x-queue-version", "x-quorum-initial-group-size",
		"x-quorum-target-group-size", "x-single-active-consumer", "x-stream-filter-size-bytes", "x-stream-max-segment-size-bytes",
	}
	exchangeArguments = []string{
		"alternate-exchange", "hash-header", "hash-property", "x-cache-persistence", "x-cache-size", "x-cache-ttl", "x-delayed-type",
		"x-modulus",
	}
	consumerArguments = []string{
		"x-cancel-on-ha-failover", "x-consumer-timeout", "x-credit", "x-priority", "x-stream-filter", "x-stream-match-unfiltered",
		"x-stream-offset",
	}
)

// arguments checks the names of a method's arguments: what is not known and resembles what is, is
// misspelt. What resembles nothing may be a plugin's.
func (c *checker) arguments(arguments Arguments, path string, known []string) {
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if slices.Contains(known, name) {
			continue
		}
		if meant := c.misspelt(name, known); meant != "" {
			c.at(path+"."+name, "unknown argument %s (did you mean %s?)", name, meant)
		}
	}
}

// likeness is how much a misspelt argument has in common with the right one. Names of arguments share their
// beginnings, so that it takes more than with other words.
const likeness = 0.79

func (c *checker) misspelt(name string, known []string) string {
	if slices.Contains(known, "x-"+name) {
		return "x-" + name
	}
	if !c.affords(known) {
		return ""
	}
	return suggest.Beyond(likeness, strings.ToLower(strings.ReplaceAll(name, "_", "-")), known)
}

// permissions checks the expressions of a user's permissions. They are Erlang's, which are Perl's and have
// more than Go's: what only Go lacks is left to the broker.
func (c *checker) permissions(p *Permission, path string) {
	for _, e := range []struct{ key, text string }{{"configure", p.Configure}, {"write", p.Write}, {"read", p.Read}} {
		_, err := regexp.Compile(e.text)
		wrong, ok := err.(*syntax.Error) //nolint:errorlint // it is documented to be of this type, not wrapped
		if !ok || onlyGo(wrong) {
			continue
		}
		hint := ""
		if wrong.Code == syntax.ErrMissingRepeatArgument {
			hint = " (did you mean ." + e.text + "?)"
		}
		c.at(path+"."+e.key, "%s is no regular expression: %s%s", strconv.Quote(e.text), wrong.Code, hint)
	}
}

// onlyGo reports whether an expression may well be one of Perl's though it is none of Go's: look-arounds,
// back references, possessive and long repetitions.
func onlyGo(e *syntax.Error) bool {
	switch e.Code {
	case syntax.ErrInvalidPerlOp, syntax.ErrInvalidRepeatOp, syntax.ErrInvalidEscape, syntax.ErrInvalidRepeatSize,
		syntax.ErrInvalidNamedCapture, syntax.ErrInvalidCharClass, syntax.ErrLarge, syntax.ErrNestingDepth:
		return true
	}
	return false
}

// refusals checks that what consumers of an act reject or requeue is sent by somebody.
func (c *checker) refusals(a *Act, path string) {
	publishers, known := a.senders()
	if !known {
		return
	}
	sends := func(body string) bool {
		return a.composes(body) || slices.ContainsFunc(publishers, func(p *Publisher) bool { return p.sends(body) })
	}
	for i, actor := range a.Cast {
		if actor.Consumer == nil {
			continue
		}
		at := fmt.Sprintf("%s.cast[%d]", path, i)
		c.sent(actor.Reject, at+".reject", sends, publishers)
		c.sent(actor.Requeue, at+".requeue", sends, publishers)
		c.answered(actor.Answers, sends, publishers)
	}
	c.asked(a.Ask, path+".ask", sends, publishers)
}

// senders are those who publish in an act, steps included, unless somebody in the cast is not known.
func (a *Act) senders() (publishers []*Publisher, known bool) {
	for _, s := range a.Steps {
		if s != nil && s.Publish != nil {
			publishers = append(publishers, &Publisher{Message: s.Publish.Body.Shown()})
		}
	}
	for _, actor := range a.Cast {
		if actor == nil || actor.isNone() {
			return nil, false
		}
		if actor.Publisher != nil {
			publishers = append(publishers, actor.Publisher)
		}
	}
	return publishers, true
}

func (c *checker) sent(bodies []string, path string, sends func(string) bool, publishers []*Publisher) {
	for i, body := range bodies {
		if !sends(body) {
			c.at(fmt.Sprintf("%s[%d]", path, i), "nobody sends %s%s", body, c.didYouMeanBody(body, publishers))
		}
	}
}

// answered checks that the messages that have an answer of their own are sent by somebody.
func (c *checker) answered(answers Answers, sends func(string) bool, publishers []*Publisher) {
	for _, rule := range answers {
		body, ok := rule.exactly()
		if ok && !sends(body) {
			c.mistake(rule.Pos, "nobody sends %s%s", body, c.didYouMeanBody(body, publishers))
		}
	}
}

// didYouMeanBody names the body that may be meant by one that nobody sends: with its number, where messages
// are numbered.
func (c *checker) didYouMeanBody(body string, publishers []*Publisher) string {
	for _, p := range publishers {
		if p.Message == body && p.Messages() > 1 {
			return " (did you mean " + p.Body(1) + "?)"
		}
	}
	return c.didYouMean(body, samples(publishers))
}

// samples are some of the bodies that are sent.
func samples(publishers []*Publisher) []string {
	const few = 20
	var bodies []string
	for _, p := range publishers {
		for n := 1; n <= min(p.Messages(), few); n++ {
			bodies = append(bodies, p.Body(n))
		}
	}
	return bodies
}

// sends reports whether one of the publisher's messages has a body. There may be millions of them, but all that
// differs is the number.
func (p *Publisher) sends(body string) bool {
	few := max(1000, len(p.Written))
	for n := 1; n <= min(p.Messages(), few); n++ {
		if p.Body(n) == body {
			return true
		}
	}
	if p.Messages() <= few {
		return false
	}
	rest := body
	if p.PubName != "" {
		rest = strings.TrimPrefix(body, p.PubName+":")
	}
	number := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	n, err := strconv.Atoi(number)
	if p.MessageSize > 0 && number == rest {
		return true // the number itself may be cut
	}
	return err == nil && n >= 1 && n <= p.Messages() && p.Body(n) == body
}
