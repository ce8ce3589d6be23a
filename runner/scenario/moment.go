package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tutor/runner/transcript"
)

// Check is what must be so when a step's turn has come and all is quiet: how far an actor has come, what queues are
// like, or both. What is not named is not compared.
type Check struct {
	// Pos is where it is written.
	Pos Position `yaml:"-"`
	// Actor that must have come so far.
	Actor string `yaml:"actor"`
	// Received is how many messages the actor has begun with.
	Received *Number `yaml:"received"`
	// Sent is how many messages the actor has published.
	Sent *Number `yaml:"sent"`
	// Confirmed is how many messages the broker has confirmed to the actor.
	Confirmed *Number `yaml:"confirmed"`
	// Nacked is how many messages the broker has refused to the actor (basic.nack).
	Nacked *Number `yaml:"nacked"`
	// Cancelled says whether the actor's consumer has ended, at its own wish or at the broker's. Default: not compared.
	Cancelled *bool `yaml:"cancelled"`
	// Queues are what queues must be like, by their names: <absent> where one must not exist.
	Queues map[string]*QueueState `yaml:"queues"`
}

// progress is what a check says of its actor: pairs of what must be and what was seen.
func (k *Check) progress(p Progress) (all []stateValue) {
	for _, n := range []struct {
		key  string
		want *Number
		seen int
	}{{"received", k.Received, p.Received}, {"sent", k.Sent, p.Sent}, {"confirmed", k.Confirmed, p.Confirmed}, {"nacked", k.Nacked, p.Nacked}} {
		if n.want != nil {
			all = append(all, stateValue{n.key, n.want.want, n.seen, n.want.Fits(n.seen, true)})
		}
	}
	if k.Cancelled != nil {
		all = append(all, stateValue{"cancelled", *k.Cancelled, p.Cancelled, *k.Cancelled == p.Cancelled})
	}
	return all
}

// DiffProgress leads from how far the actor must have come to how far it has; nil if that is alike.
func (k *Check) DiffProgress(p Progress) []transcript.DiffLine { return differing(k.progress(p)) }

// String is what must be so, in words; it is empty if there is nothing.
func (k *Check) String() string {
	if k == nil {
		return ""
	}
	var parts []string
	for _, v := range k.progress(Progress{}) {
		parts = append(parts, k.Actor+" has "+v.wanted())
	}
	for _, name := range slices.Sorted(maps.Keys(k.Queues)) {
		parts = append(parts, "queue "+name+" is {"+k.Queues[name].String()+"}")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// moment checks what a step compares.
func (c *checker) moment(a *Act, k *Check, path string, cast *cast, started map[string]bool) {
	said := k.progress(Progress{})
	switch {
	case k.Actor == "" && len(said) > 0:
		c.at(path+"."+said[0].key, "%s is an actor's: give actor, too", said[0].key)
	case k.Actor == "" && len(k.Queues) == 0:
		c.at(path, "a check that compares nothing proves nothing: give queues, or actor")
	case k.Actor != "" && c.refer(cast, path+".actor", k.Actor):
		c.actorAt(k, said, path, cast, started)
	}
	c.queueStates(a, k.Queues, path+".queues", cast)
}

// actorAt checks what a step compares of an actor.
func (c *checker) actorAt(k *Check, said []stateValue, path string, cast *cast, started map[string]bool) {
	if !started[k.Actor] {
		c.at(path+".actor", "%s is not started before this step", k.Actor)
	}
	if len(said) == 0 {
		c.at(path, "say how far %s must have come: %s", k.Actor, strings.Join(progressKeys(), ", "))
	}
	for _, v := range said {
		if wrong := cast.neverSo(k.Actor, v.key); wrong != "" {
			c.at(path+"."+v.key, "%s", wrong)
		}
	}
}

// progressKeys are the keys that say how far an actor has come.
func progressKeys() []string { return []string{"received", "sent", "confirmed", "nacked", "cancelled"} }

// neverSo says why an actor never comes as far as a key says; it is empty where it may.
func (c *cast) neverSo(name, key string) string {
	publishes := key == "sent" || key == "confirmed" || key == "nacked"
	switch {
	case publishes == c.publishers[name], c.both[name], publishes && c.sends[name], key == "received" && c.receives(name):
		return ""
	}
	if publishes {
		key = "one that has " + key
	}
	return fmt.Sprintf("%s is a %s: it is never %s", name, role(c, name), key)
}
