package scenario

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/transcript"
)

// QueueState is what a queue must be like at a moment, or <absent> where there must be no such queue. What is not named
// is not compared.
type QueueState struct {
	// Pos is where the queue is described in its file.
	Pos Position `yaml:"-"`
	// Ready is how many messages are there to be delivered.
	Ready *Number `yaml:"ready"`
	// Unacked is how many were delivered and not answered.
	Unacked *Number `yaml:"unacked"`
	// Consumers is how many the queue has, as the broker says.
	Consumers *Number `yaml:"consumers"`
	// Active is the actor whose consumer is the active one, of a queue that has a single active consumer; <absent>
	// where nobody's is.
	Active *string `yaml:"active"`

	absent bool
}

// decodeNode takes what the queue must be like, or that it is absent.
func (q *QueueState) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode && n.Value == Absent {
		*q = QueueState{Pos: d.pos(n), absent: true}
		return
	}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		d.errorf(n, "want what the queue is like, such as {ready: 0}, or %s", Absent)
		return
	}
	type plain QueueState // without this method
	p := plain{}
	d.structure(n, reflect.ValueOf(&p).Elem(), path)
	*q = QueueState(p)
}

// QueueSeen is what a queue was like at a moment.
type QueueSeen struct {
	// Exists is unset where there was no such queue.
	Exists                    bool
	Ready, Unacked, Consumers int
	// Active is the actor whose consumer is the single active one, empty where there is none, and [NotKnown] where
	// nothing has shown which it is.
	Active string
}

// NotKnown stands for what nothing has shown.
const NotKnown = "<not known>"

// queueKeys are the keys of a queue's state, in the order of the format.
func queueKeys() []string { return []string{"ready", "unacked", "consumers", "active"} }

// stateValue is what must be so under a key, and what was seen of that.
type stateValue struct {
	key string
	// want is what is written, as it is written.
	want, seen any
	fits       bool
}

func (v stateValue) differs() bool    { return !v.fits }
func (v stateValue) wanted() string   { return fmt.Sprintf("%s: %v", v.key, v.want) }
func (v stateValue) observed() string { return fmt.Sprintf("%s: %v", v.key, v.seen) }

// values are what a queue's state says, by the keys of the format and in their order.
func (q *QueueState) values(seen QueueSeen) (all []stateValue) {
	for _, n := range []struct {
		key  string
		want *Number
		seen int
	}{{"ready", q.Ready, seen.Ready}, {"unacked", q.Unacked, seen.Unacked}, {"consumers", q.Consumers, seen.Consumers}} {
		if n.want != nil {
			all = append(all, stateValue{n.key, n.want.want, n.seen, n.want.Fits(n.seen, true)})
		}
	}
	if q.Active != nil {
		active := seen.Active
		if active == "" {
			active = Absent
		}
		all = append(all, stateValue{"active", *q.Active, active, *q.Active == active})
	}
	return all
}

// Fits reports whether a queue is as it must be.
func (q *QueueState) Fits(seen QueueSeen) bool {
	if q.absent || !seen.Exists {
		return q.absent && !seen.Exists
	}
	return !slices.ContainsFunc(q.values(seen), stateValue.differs)
}

// Diff leads from what a queue must be like to what it was like; nil if that is alike.
func (q *QueueState) Diff(seen QueueSeen) []transcript.DiffLine {
	switch {
	case q.Fits(seen):
		return nil
	case q.absent || !seen.Exists:
		return []transcript.DiffLine{{Op: transcript.Missing, Text: q.existence()}, {Op: transcript.Extra, Text: seen.existence()}}
	}
	return differing(q.values(seen))
}

// differing leads from what must be to what was seen; nil if all of it fits.
func differing(values []stateValue) (diff []transcript.DiffLine) {
	if !slices.ContainsFunc(values, stateValue.differs) {
		return nil
	}
	for _, v := range values {
		if v.fits {
			diff = append(diff, transcript.DiffLine{Op: transcript.Same, Text: v.observed()})
			continue
		}
		diff = append(diff,
			transcript.DiffLine{Op: transcript.Missing, Text: v.wanted()},
			transcript.DiffLine{Op: transcript.Extra, Text: v.observed()})
	}
	return diff
}

// existence says that there must be such a queue, or not.
func (q *QueueState) existence() string {
	if q.absent {
		return Absent
	}
	return "it is there"
}

func (s QueueSeen) existence() string {
	if !s.Exists {
		return Absent
	}
	return fmt.Sprintf("it is there: %d ready, %d unacked, %d consumers", s.Ready, s.Unacked, s.Consumers)
}

// Show is what a queue was like, in the words of what is written here.
func (q *QueueState) Show(seen QueueSeen) string {
	if !seen.Exists {
		return Absent
	}
	if q.absent {
		return fmt.Sprintf("ready: %d", seen.Ready)
	}
	return q.joined(seen, stateValue.observed)
}

func (q *QueueState) String() string {
	if q.absent {
		return Absent
	}
	return q.joined(QueueSeen{}, stateValue.wanted)
}

func (q *QueueState) joined(seen QueueSeen, text func(stateValue) string) string {
	var parts []string
	for _, v := range q.values(seen) {
		parts = append(parts, text(v))
	}
	return strings.Join(parts, ", ")
}

// queueStates checks what must be so of queues: that there are such, and that their active consumer can be known.
func (c *checker) queueStates(a *Act, states map[string]*QueueState, path string, cast *cast) {
	known := a.queueNames()
	for name, state := range states {
		at := path + "." + name
		if !slices.Contains(known, name) {
			c.at(at, "nobody in the act has a queue %s%s", name, c.didYouMean(name, known))
		}
		if state != nil {
			c.active(a, name, state, at, cast)
		}
	}
}

// active checks that somebody can be the active consumer of a queue.
func (c *checker) active(a *Act, queue string, q *QueueState, path string, cast *cast) {
	switch {
	case q.Active == nil:
		return
	case !a.hasSingleActive(queue):
		c.at(path+".active", "no queue %s is declared with x-single-active-consumer, so all its consumers are active", queue)
	case *q.Active == Absent:
		return
	case c.refer(cast, path+".active", *q.Active) && cast.publishers[*q.Active] && !cast.both[*q.Active]:
		c.at(path+".active", "%s is a publisher: it does not consume", *q.Active)
	}
}

// hasSingleActive reports whether a queue of the act is declared with a single active consumer.
func (a *Act) hasSingleActive(name string) bool {
	single := func(arguments Arguments) bool { return arguments["x-single-active-consumer"] == true }
	declares := func(actor *Actor) bool {
		return actor != nil && !actor.isNone() &&
			slices.ContainsFunc(actor.Queues(), func(q *Queue) bool { return q.Name == name && single(q.Arguments) })
	}
	steps := func(s *Step) bool {
		return s != nil && s.Declare != nil && s.Declare.Queue != nil && *s.Declare.Queue == name && single(s.Declare.Arguments)
	}
	before := func(q *TopologyQueue) bool { return q.Name == name && single(q.Arguments) }
	return slices.ContainsFunc(a.Cast, declares) || slices.ContainsFunc(a.Steps, steps) || slices.ContainsFunc(a.Before().Queues, before)
}
