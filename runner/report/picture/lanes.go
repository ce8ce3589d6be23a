package picture

import (
	"cmp"
	"slices"
	"strings"

	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
)

// builder makes a sequence of events.
type builder struct {
	sequence
	actors map[string]int
	queues map[outcome.Queue]int
	// state is what there is after the rows until now, and fates is what finally became of each copy.
	state *outcome.State
	fates map[int]fate.Fate
	// where is the lane that a message was last seen at.
	where map[int]int
	// open are the indices of holds that are not over, by their copies.
	open map[int]int
}

func newBuilder(a *outcome.Act) *builder {
	b := &builder{
		actors: map[string]int{}, queues: map[outcome.Queue]int{},
		state: outcome.NewState(), where: map[int]int{}, open: map[int]int{},
	}
	r := &roles{takes: map[string]bool{}, publishes: map[string]bool{}}
	end := outcome.NewState()
	if a.Books != nil {
		for e := range a.Books.Events {
			end.Apply(e)
			r.note(e)
		}
	}
	b.fates = end.Fates
	b.place(a.Act, r)
	return b
}

// roles are what the events say of the actors, and of the queues in the order of their first mention.
type roles struct {
	takes, publishes map[string]bool
	others           []string
	queues           []outcome.Queue
	makers           map[outcome.Queue]string
}

func (r *roles) note(e outcome.Event) {
	switch e.Kind {
	case outcome.Publish:
		r.publishes[e.Actor] = true
	case outcome.Deliver, outcome.Get:
		r.takes[e.Actor] = true
	}
	if e.Actor != "" && !slices.Contains(r.others, e.Actor) {
		r.others = append(r.others, e.Actor)
	}
	if e.Queue == "" {
		return
	}
	q := outcome.Queue{Vhost: e.Vhost, Name: e.Queue}
	if !slices.Contains(r.queues, q) {
		r.queues = append(r.queues, q)
	}
	if e.Kind == outcome.Declare {
		if r.makers == nil {
			r.makers = map[outcome.Queue]string{}
		}
		r.makers[q] = cmp.Or(r.makers[q], e.Actor)
	}
}

// place gives the actors and queues their lanes.
func (b *builder) place(a *scenario.Act, r *roles) {
	var left, right []string
	for _, actor := range a.Cast {
		if actor.Publisher != nil || actor.Client != nil && r.publishes[actor.Name()] && !r.takes[actor.Name()] {
			left = append(left, actor.Name())
		} else {
			right = append(right, actor.Name())
		}
	}
	for _, name := range r.others {
		if !slices.Contains(left, name) && !slices.Contains(right, name) {
			right = append(right, name)
		}
	}
	b.addActors(publisherLane, left)
	for _, q := range r.queues {
		b.queues[q] = len(b.lanes)
		b.lanes = append(b.lanes, lane{queueLane, queueName(q, r.makers[q])})
	}
	b.addActors(consumerLane, right)
}

func (b *builder) addActors(kind laneKind, names []string) {
	for _, name := range names {
		b.actors[name] = len(b.lanes)
		b.lanes = append(b.lanes, lane{kind, name})
	}
}

// queueName is what a queue's lane is called. A name that the broker has made up says nothing, and is another
// each time.
func queueName(q outcome.Queue, maker string) string {
	name := q.Name
	if strings.HasPrefix(name, "amq.gen-") {
		name = "amq.gen-…"
		if maker != "" {
			name += " of " + maker
		}
	}
	if q.Vhost != "" && q.Vhost != "/" {
		name += " in " + q.Vhost
	}
	return name
}

// lane is where an event happens: at its actor's, at its queue's, or where its message was last seen.
func (b *builder) lane(e outcome.Event) int {
	if at, ok := b.actors[e.Actor]; ok {
		return at
	}
	if at, ok := b.queue(e); ok {
		return at
	}
	if at, ok := b.where[e.Message]; ok && e.Message > 0 {
		return at
	}
	return none
}

func (b *builder) queue(e outcome.Event) (int, bool) {
	at, ok := b.queues[outcome.Queue{Vhost: e.Vhost, Name: e.Queue}]
	return at, ok
}
