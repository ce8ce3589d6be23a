package scenario

import (
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"

	"tutor/runner/transcript"
)

// ExpectedQueue is what a queue must be like at the end of an act, or <absent> where there must be no such queue. What
// is not named is not compared.
type ExpectedQueue struct {
	// Pos is where the queue is described in its file.
	Pos Position `yaml:"-"`
	// Ready is how many messages are there to be delivered.
	Ready *Number `yaml:"ready"`
	// Unacked is how many were delivered and not answered.
	Unacked *Number `yaml:"unacked"`
	// Consumers is how many the queue has, as the broker says.
	Consumers *Number `yaml:"consumers"`

	absent bool
}

// decodeNode takes what is expected of the queue, or that it is absent.
func (q *ExpectedQueue) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode && n.Value == Absent {
		*q = ExpectedQueue{Pos: d.pos(n), absent: true}
		return
	}
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		d.errorf(n, "want what the queue is like, such as {ready: 0}, or %s", Absent)
		return
	}
	type plain ExpectedQueue // without this method
	p := plain{}
	d.structure(n, reflect.ValueOf(&p).Elem(), path)
	*q = ExpectedQueue(p)
}

// QueueSeen is what a queue was like at a moment.
type QueueSeen struct {
	// Exists is unset where there was no such queue.
	Exists                    bool
	Ready, Unacked, Consumers int
}

// numbers are what an expected queue says, by the keys of the format and in their order.
func (q *ExpectedQueue) numbers(seen QueueSeen) []queueNumber {
	var all []queueNumber
	for _, n := range []queueNumber{{"ready", q.Ready, seen.Ready}, {"unacked", q.Unacked, seen.Unacked}, {"consumers", q.Consumers, seen.Consumers}} {
		if n.want != nil {
			all = append(all, n)
		}
	}
	return all
}

type queueNumber struct {
	key  string
	want *Number
	seen int
}

// Diff leads from what is expected of a queue to what it was like; nil if that is alike.
func (q *ExpectedQueue) Diff(seen QueueSeen) []transcript.DiffLine {
	if q.absent || !seen.Exists {
		if q.absent && !seen.Exists {
			return nil
		}
		return []transcript.DiffLine{{Op: transcript.Missing, Text: q.existence()}, {Op: transcript.Extra, Text: seen.existence()}}
	}
	var diff []transcript.DiffLine
	differ := false
	for _, n := range q.numbers(seen) {
		if n.want.Fits(n.seen, true) {
			diff = append(diff, transcript.DiffLine{Op: transcript.Same, Text: fmt.Sprintf("%s: %d", n.key, n.seen)})
			continue
		}
		differ = true
		diff = append(diff,
			transcript.DiffLine{Op: transcript.Missing, Text: fmt.Sprintf("%s: %v", n.key, n.want)},
			transcript.DiffLine{Op: transcript.Extra, Text: fmt.Sprintf("%s: %d", n.key, n.seen)})
	}
	if !differ {
		return nil
	}
	return diff
}

// existence says that there must be such a queue, or not.
func (q *ExpectedQueue) existence() string {
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
