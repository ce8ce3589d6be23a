package play

import "tutor/runner/scenario"

// circles are the actors, queues and exchanges of an act between which messages can go, each by a name that stands
// for the whole circle. Where it is not known who has to do with whom, all are one.
type circles struct {
	within map[string]string
	one    bool
}

// circlesOf joins what an act says belongs together. Operations and policies can join anything.
func circlesOf(act *scenario.Act) circles {
	c := circles{within: map[string]string{}, one: len(act.Before().Policies) > 0}
	for _, s := range act.Steps {
		verb, _ := s.Verb()
		c.one = c.one || verb.Of == scenario.AnOperation
	}
	for _, a := range act.Cast {
		common := a.Common()
		c.one = c.one || common.Queue.Declare && common.Queue.Name == ""
		c.join(actorIn(a), common.Queue.Name, common.Exchange.Name)
		if a.Publisher != nil {
			c.join(append(a.Publisher.RoutingKeys(), actorIn(a))...)
		}
		c.leads(common.Queue.Name, common.Queue.Arguments)
		c.leads(common.Exchange.Name, common.Exchange.Arguments)
	}
	for _, x := range act.Before().Exchanges {
		c.leads(x.Name, x.Arguments)
		c.bound(x.Name, x.Bind)
	}
	for _, q := range act.Before().Queues {
		c.leads(q.Name, q.Arguments)
		c.bound(q.Name, q.Bind)
	}
	return c
}

// actorIn is what an actor is called among queues and exchanges.
func actorIn(a *scenario.Actor) string { return "actor " + a.Name() }

// leads joins a queue or exchange with what its arguments pass messages on to.
func (c *circles) leads(name string, arguments scenario.Arguments) {
	for _, key := range []string{"x-dead-letter-exchange", "x-dead-letter-routing-key", "alternate-exchange"} {
		if to, given := arguments[key].(string); given {
			c.join(name, to)
		}
	}
}

func (c *circles) bound(name string, bindings []*scenario.TopologyBinding) {
	for _, b := range bindings {
		c.join(name, b.From)
	}
}

// join puts names into one circle; the empty one, which is the default exchange's, joins nobody.
func (c *circles) join(names ...string) {
	first := ""
	for _, name := range names {
		switch {
		case name == "":
		case first == "":
			first = c.of(name)
		default:
			c.within[c.of(name)] = first
		}
	}
}

// of is the circle of a name.
func (c *circles) of(name string) string {
	for c.within[name] != "" && c.within[name] != name {
		name = c.within[name]
	}
	return name
}

// have reports whether what happens in a queue can matter to an actor, or the other way round.
func (c *circles) have(queue string, a *scenario.Actor) bool {
	return c.one || c.of(queue) == c.of(actorIn(a))
}
