package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
		c.untilQueues(a, u, path, cast)
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
	for _, key := range progressKeys() {
		if !c.given(path + "." + key) {
			continue
		}
		given++
		if wrong := cast.neverSo(u.Actor, key); wrong != "" {
			c.at(path+"."+key, "%s", wrong)
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

func role(cast *cast, name string) string {
	if cast.publishers[name] {
		return "publisher"
	}
	return "consumer"
}

func (c *checker) untilQueues(a *Act, u *Until, path string, cast *cast) {
	for _, key := range progressKeys() {
		if c.given(path + "." + key) {
			c.at(path+"."+key, "%s is an actor's: give actor, too", key)
		}
	}
	c.queueStates(a, u.Queues, path+".queues", cast)
}

// queueNames are the queues of an act that have a name in its scenario.
func (a *Act) queueNames() (names []string) {
	for _, actor := range a.Cast {
		if actor == nil || actor.isNone() {
			continue
		}
		for _, q := range actor.Queues() {
			if q.Name != "" {
				names = append(names, q.Name)
			}
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
