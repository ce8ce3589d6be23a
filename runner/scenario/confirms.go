package scenario

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"

	"tutor/runner/transcript"
)

// ExpectedConfirms are what the broker must have told a publisher of what it published. What is not named is not
// compared. The order is not compared, since the broker may answer in any: confirm with show prints it.
type ExpectedConfirms struct {
	// Pos is where they start in their file.
	Pos Position `yaml:"-"`
	// Confirmed are the messages that the broker has taken; also those that it has returned.
	Confirmed *Told `yaml:"confirmed"`
	// Nacked are those that it has not taken.
	Nacked *Told `yaml:"nacked"`
	// Missing are those that it has said nothing of by the end.
	Missing *Told `yaml:"missing"`
}

// Told are the messages that the broker has told a publisher the same of: a list of texts, each once, a mapping from
// texts to how often, of which those that are not named are not compared, or just how many there are.
type Told struct {
	Texts  []string
	Counts map[string]*Number
	Total  *Number
}

// ConfirmsSeen are what the broker has told a publisher, each in the order in which it did.
type ConfirmsSeen struct{ Confirmed, Nacked, Missing []string }

// decodeNode takes a list, a mapping, or a number.
func (t *Told) decodeNode(d *decoder, n *yaml.Node, path string) {
	switch n.Kind {
	case yaml.SequenceNode:
		d.list(n, reflect.ValueOf(&t.Texts).Elem(), path)
	case yaml.MappingNode:
		d.mapping(n, reflect.ValueOf(&t.Counts).Elem(), path)
		if len(n.Content) == 0 {
			d.errorf(n, "%snumbers that name no message are true of any", lead(path))
		}
	default:
		t.Total = &Number{}
		t.Total.decodeNode(d, n, path)
	}
}

// toldOf is one of the kinds of answers, with what was seen of it.
type toldOf struct {
	key  string
	want *Told
	seen []string
}

// named are the kinds that are expected, by the keys of the format and in their order.
func (e *ExpectedConfirms) named(seen ConfirmsSeen) []toldOf {
	all := []toldOf{{"confirmed", e.Confirmed, seen.Confirmed}, {"nacked", e.Nacked, seen.Nacked}, {"missing", e.Missing, seen.Missing}}
	return slices.DeleteFunc(all, func(t toldOf) bool { return t.want == nil })
}

// Diff leads from what is expected of the broker's answers to those that were seen; nil if they are alike.
func (e *ExpectedConfirms) Diff(seen ConfirmsSeen) (diff []transcript.DiffLine) {
	for _, t := range e.named(seen) {
		diff = append(diff, t.diff()...)
	}
	return diff
}

func (t *toldOf) diff() (diff []transcript.DiffLine) {
	switch {
	case t.want.Total != nil:
		return differingNumber(diff, t.key, t.want.Total, len(t.seen))
	case t.want.Counts != nil:
		for _, text := range sortedNatural(t.want.Counts) {
			diff = differingNumber(diff, t.key+": "+text, t.want.Counts[text], timesIn(text, t.seen))
		}
		return diff
	}
	return transcript.Compare(prefixed(t.key, t.want.Texts), prefixed(t.key, t.seen), true)
}

// differingNumber adds what differs between a number that is expected and one that was seen.
func differingNumber(diff []transcript.DiffLine, what string, want *Number, n int) []transcript.DiffLine {
	if want.Fits(n, true) {
		return diff
	}
	return append(diff,
		transcript.DiffLine{Op: transcript.Missing, Text: fmt.Sprintf("%s: %v", what, want)},
		transcript.DiffLine{Op: transcript.Extra, Text: fmt.Sprintf("%s: %d", what, n)})
}

// timesIn is how often a text, which may contain <any>, is in a list.
func timesIn(text string, all []string) (n int) {
	for _, got := range all {
		if transcript.Matches(text, got) {
			n++
		}
	}
	return n
}

func prefixed(key string, texts []string) []string {
	lines := make([]string, len(texts))
	for i, text := range texts {
		lines[i] = key + ": " + text
	}
	return lines
}

// shown are the answers that were seen, as far as they are named, a line for each message or number.
func (e *ExpectedConfirms) shown(seen ConfirmsSeen) (lines []string) {
	for _, t := range e.named(seen) {
		switch {
		case t.want.Total != nil:
			lines = append(lines, fmt.Sprintf("%s: %d", t.key, len(t.seen)))
		case t.want.Counts != nil:
			for _, text := range sortedNatural(t.want.Counts) {
				lines = append(lines, fmt.Sprintf("%s: %s: %d", t.key, text, timesIn(text, t.seen)))
			}
		default:
			texts := slices.Clone(t.seen)
			slices.SortFunc(texts, compareNatural)
			lines = append(lines, prefixed(t.key, texts)...)
		}
	}
	return lines
}

// confirms writes what the broker has told a publisher, in the form in which it was expected.
func (s *source) confirms(e *ExpectedConfirms, seen ConfirmsSeen) (v value) {
	for _, t := range e.named(seen) {
		v.body = append(v.body, t.key+": "+flow(t.written()))
	}
	return v
}

func (t *toldOf) written() any {
	switch {
	case t.want.Total != nil:
		return t.want.Total.orNumber(len(t.seen))
	case t.want.Counts != nil:
		counts := map[string]any{}
		for text, n := range t.want.Counts {
			counts[text] = n.orNumber(timesIn(text, t.seen))
		}
		return counts
	}
	items := []any{}
	for _, text := range respellSet(t.want.Texts, t.seen) {
		items = append(items, text)
	}
	return items
}

// orNumber is what is expected, if a number fits it, or else the number.
func (n *Number) orNumber(seen int) any {
	if n.Fits(seen, true) {
		return n.want
	}
	return seen
}

// confirms checks that the broker tells those something of whom that is expected.
func (c *checker) confirms(a *Act, all map[string]*ExpectedConfirms, path string, cast *cast) {
	for name, e := range all {
		at := path + "." + name
		if e != nil && len(e.named(ConfirmsSeen{})) == 0 {
			c.at(at, "say what the broker must have told %s: confirmed, nacked or missing", name)
		}
		if c.refer(cast, at, name) && !a.asksForConfirms(name) {
			c.at(at, "%s does not ask for confirms, so the broker tells it nothing: %s", name, howToAsk(cast, name))
		}
	}
}

func howToAsk(cast *cast, name string) string {
	if cast.publishers[name] {
		return "give it confirm: true"
	}
	return "a step {confirm: true, by: " + name + "} does"
}

// asksForConfirms reports whether an actor has what it publishes confirmed: of its own, or since a step wants it to.
func (a *Act) asksForConfirms(name string) bool {
	for _, actor := range a.Cast {
		if actor != nil && actor.Publisher != nil && actor.Name() == name && actor.Publisher.Confirm.Asked {
			return true
		}
	}
	return slices.ContainsFunc(a.Steps, func(s *Step) bool { return s != nil && s.By == name && s.Operation.Confirm })
}
