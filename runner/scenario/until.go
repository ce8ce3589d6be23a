package scenario

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Until is what a step waits for: how far an actor has come, or what there is in queues.
type Until struct {
	// Pos is where it is written.
	Pos Position `yaml:"-"`
	// Actor that must have come so far.
	Actor string `yaml:"actor"`
	// Received is how many messages the actor has begun with, at least.
	Received *int `yaml:"received" jsonschema:"minimum=1"`
	// Sent is how many messages the actor has published, at least.
	Sent *int `yaml:"sent" jsonschema:"minimum=1"`
	// Confirmed is how many messages the broker has confirmed to the actor, at least.
	Confirmed *int `yaml:"confirmed" jsonschema:"minimum=1"`
	// Nacked is how many messages the broker has told the actor it did not take, at least.
	Nacked *int `yaml:"nacked" jsonschema:"minimum=1"`
	// Cancelled is set to wait until the actor's consumer has ended, at its own wish or at the broker's.
	Cancelled bool `yaml:"cancelled"`
	// Queues are what there must be, by the names of the queues: <absent> where one must not exist.
	Queues map[string]*QueueState `yaml:"queues"`
}

// QueueState is what there must be in a queue at a moment: numbers, or ranges such as 1.. (at least). What is
// not named is free.
type QueueState struct {
	// Pos is where it is written.
	Pos Position `yaml:"-"`
	// Ready is how many messages wait to be delivered.
	Ready *Pattern `yaml:"ready"`
	// Unacked is how many messages consumers have, and have not acknowledged.
	Unacked *Pattern `yaml:"unacked"`
	// Consumers is how many consumers there are.
	Consumers *Pattern `yaml:"consumers"`
	// Absent is set where the queue must not exist, which is written <absent>.
	Absent bool `yaml:"-"`
}

// QueueNumbers are what can be counted in a queue.
type QueueNumbers struct{ Ready, Unacked, Consumers int }

// Fits reports whether a queue, which may not exist, is as it must be.
func (s *QueueState) Fits(n QueueNumbers, exists bool) bool {
	if s.Absent || !exists {
		return s.Absent && !exists
	}
	return !slices.ContainsFunc(s.named(n), func(n namedNumber) bool { return !n.want.Fits(n.got, true) })
}

// Show is what is written of a queue, in the words of those numbers that are written here.
func (s *QueueState) Show(n QueueNumbers, exists bool) string {
	if !exists {
		return Absent
	}
	if s.Absent {
		return fmt.Sprintf("ready: %d", n.Ready)
	}
	var parts []string
	for _, n := range s.named(n) {
		parts = append(parts, fmt.Sprintf("%s: %d", n.key, n.got))
	}
	return strings.Join(parts, ", ")
}

func (s *QueueState) String() string {
	if s.Absent {
		return Absent
	}
	var parts []string
	for _, n := range s.named(QueueNumbers{}) {
		parts = append(parts, n.key+": "+n.want.String())
	}
	return strings.Join(parts, ", ")
}

type namedNumber struct {
	key  string
	want *Pattern
	got  int
}

// named are the numbers that are written.
func (s *QueueState) named(n QueueNumbers) []namedNumber {
	all := []namedNumber{{"ready", s.Ready, n.Ready}, {"unacked", s.Unacked, n.Unacked}, {"consumers", s.Consumers, n.Consumers}}
	return slices.DeleteFunc(all, func(n namedNumber) bool { return n.want == nil })
}

// decodeNode takes numbers, or that there is no such queue.
func (s *QueueState) decodeNode(d *decoder, n *yaml.Node, path string) {
	s.Pos = d.pos(n)
	if n.Kind == yaml.ScalarNode && n.Value == Absent {
		s.Absent = true
		return
	}
	type plain QueueState // without this method
	var p plain
	d.structure(n, reflect.ValueOf(&p).Elem(), path)
	*s = QueueState(p)
	if n.Kind == yaml.MappingNode && len(s.named(QueueNumbers{})) == 0 {
		d.errorf(n, "%ssay what there must be: ready, unacked or consumers (or %s)", lead(path), Absent)
	}
}

// Progress is how far an actor has come.
type Progress struct {
	Received, Sent, Confirmed, Nacked int
	Cancelled                         bool
}

// Reached reports whether an actor has come as far as it must.
func (u *Until) Reached(p Progress) bool {
	enough := func(want *int, got int) bool { return want == nil || got >= *want }
	return enough(u.Received, p.Received) && enough(u.Sent, p.Sent) && enough(u.Confirmed, p.Confirmed) && enough(u.Nacked, p.Nacked) &&
		(!u.Cancelled || p.Cancelled)
}

// ShowProgress is how far an actor has come, in the words of what is waited for.
func (u *Until) ShowProgress(p Progress) string {
	switch {
	case u.Received != nil:
		return fmt.Sprintf("%s has received %d", u.Actor, p.Received)
	case u.Sent != nil:
		return fmt.Sprintf("%s has sent %d", u.Actor, p.Sent)
	case u.Confirmed != nil:
		return fmt.Sprintf("%s has %d confirmed", u.Actor, p.Confirmed)
	case u.Nacked != nil:
		return fmt.Sprintf("%s has %d nacked", u.Actor, p.Nacked)
	case p.Cancelled:
		return u.Actor + " is cancelled"
	}
	return u.Actor + " is not cancelled"
}

// wanted is the progress that is just enough.
func (u *Until) wanted() Progress {
	p := Progress{Cancelled: u.Cancelled}
	for _, n := range []struct{ from, to *int }{{u.Received, &p.Received}, {u.Sent, &p.Sent}, {u.Confirmed, &p.Confirmed}, {u.Nacked, &p.Nacked}} {
		if n.from != nil {
			*n.to = *n.from
		}
	}
	return p
}

// String is what is waited for, in words; it is empty if there is nothing.
func (u *Until) String() string {
	switch {
	case u == nil:
		return ""
	case u.Actor != "":
		return u.ShowProgress(u.wanted())
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(u.Queues)) {
		parts = append(parts, "queue "+name+" is {"+u.Queues[name].String()+"}")
	}
	if len(parts) == 0 {
		return "something"
	}
	return strings.Join(parts, ", ")
}

// until checks what a step waits for.
func (c *checker) until(a *Act, u *Until, path string, cast *cast, started map[string]bool) {
	switch {
	case (u.Actor != "") == (len(u.Queues) > 0):
		c.at(path, "wait until an actor has come so far, or until queues have so much: give actor or queues")
		return
	case u.Actor == "":
		c.untilQueues(a, u, path)
		return
	}
	if !c.refer(cast, path+".actor", u.Actor) {
		return
	}
	if !started[u.Actor] {
		c.at(path+".actor", "%s is not started before this step", u.Actor)
	}
	c.untilActor(u, path, cast)
}

func (c *checker) untilActor(u *Until, path string, cast *cast) {
	given := 0
	for _, key := range untilKeys() {
		if !c.given(path + "." + key) {
			continue
		}
		given++
		publishes := key == "sent" || key == "confirmed" || key == "nacked"
		if publishes != cast.publishers[u.Actor] && !cast.clients[u.Actor] {
			c.at(path+"."+key, "%s is a %s: it is never %s", u.Actor, role(cast, u.Actor), map[bool]string{true: "one that has " + key, false: key}[publishes])
		}
	}
	for key, n := range map[string]*int{"received": u.Received, "sent": u.Sent, "confirmed": u.Confirmed, "nacked": u.Nacked} {
		if n != nil && *n < 1 {
			c.at(path+"."+key, "%s: %d is so from the beginning: give 1 or more", key, *n)
		}
	}
	if given != 1 || c.given(path+".cancelled") && !u.Cancelled {
		c.at(path, "say how far %s must have come: exactly one of received: N, sent: N, confirmed: N, nacked: N, cancelled: true", u.Actor)
	}
}

// untilKeys are how far an actor can have come.
func untilKeys() []string { return []string{"received", "sent", "confirmed", "nacked", "cancelled"} }

func role(cast *cast, name string) string {
	if cast.publishers[name] {
		return "publisher"
	}
	return "consumer"
}

func (c *checker) untilQueues(a *Act, u *Until, path string) {
	for _, key := range untilKeys() {
		if c.given(path + "." + key) {
			c.at(path+"."+key, "%s is an actor's: give actor, too", key)
		}
	}
	known := a.queueNames()
	for name, state := range u.Queues {
		at := path + ".queues." + name
		if !slices.Contains(known, name) {
			c.at(at, "nobody in the act has a queue %s%s", name, c.didYouMean(name, known))
		}
		if state != nil {
			c.queueState(state, at)
		}
	}
}

// queueState checks that numbers are compared with numbers.
func (c *checker) queueState(s *QueueState, path string) {
	for _, n := range s.named(QueueNumbers{}) {
		if !n.want.isNumeric() {
			c.at(path+"."+n.key, "%s: want a number, or a range such as 2..3, 1.. or ..2, not %s", n.key, strconv.Quote(n.want.String()))
		}
	}
}

// isNumeric reports whether a number can fit.
func (p Pattern) isNumeric() bool {
	switch want := p.want.(type) {
	case int64:
		return want >= 0
	case string:
		_, _, ok := span(want)
		return ok
	}
	return false
}

// queueNames are the queues of an act that have a name in its scenario.
func (a *Act) queueNames() (names []string) {
	for _, actor := range a.Cast {
		if actor == nil || actor.isNone() {
			continue
		}
		if name := actor.Common().Queue.Name; name != "" {
			names = append(names, name)
		}
	}
	for _, q := range a.Before().Queues {
		names = append(names, q.Name)
	}
	for _, s := range a.Steps {
		if s != nil && s.Declare != nil && s.Declare.Queue != nil && *s.Declare.Queue != "" {
			names = append(names, *s.Declare.Queue)
		}
	}
	return names
}
