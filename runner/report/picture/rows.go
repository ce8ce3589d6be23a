package picture

import (
	"fmt"
	"maps"
	"slices"

	"tutor/runner/fate"
	"tutor/runner/outcome"
)

// add draws the events of one row, or counts them where there are too many.
func (b *builder) add(group []outcome.Event) {
	first, last := group[0], group[len(group)-1]
	if last.N > Events {
		b.more += len(group)
		return
	}
	r := row{
		first: first.N, last: last.N, at: first.At, lane: b.lane(first), message: first.Message,
		body: shortBody(first), mark: dot, inferred: first.Inferred, learned: first.Learned,
	}
	b.draw(&r, group)
	sentences := make([]string, len(group))
	for i, e := range group {
		sentences[i] = Sentence(e)
		b.state.Apply(e)
	}
	r.sentences = sentences
	if r.jump && b.sameMoment(r) {
		return
	}
	b.rows = append(b.rows, r)
	if first.Message > 0 && r.lane != none {
		b.where[first.Message] = r.lane
		if n := len(r.arrows); n > 0 {
			b.where[first.Message] = r.arrows[n-1]
		}
	}
	b.follow()
}

// sameMoment reports whether a row tells of a hop of the timeline that no clock shows.
func (b *builder) sameMoment(r row) bool {
	if len(b.rows) == 0 {
		return Moment(r.at) == Moment(0)
	}
	return Moment(r.at) == Moment(b.rows[len(b.rows)-1].at)
}

// draw says what is to be seen of a row.
func (b *builder) draw(r *row, group []outcome.Event) {
	e := group[0]
	switch e.Kind {
	case outcome.Time:
		r.jump, r.lane, r.mark = true, none, noMark
	case outcome.Publish, outcome.Route:
		b.publish(r, group)
	case outcome.Deliver, outcome.Get:
		b.deliver(r, e)
	case outcome.Ack, outcome.Nack, outcome.Reject, outcome.Requeue:
		b.answer(r, group)
	case outcome.Delete, outcome.Purge:
		b.delete(r, e)
	case outcome.Declare, outcome.Bind, outcome.Unbind:
		if at, ok := b.queue(e); ok {
			r.lane = at
		}
		r.words = wording(e)
	case outcome.Die, outcome.Stop, outcome.Cut, outcome.Cancel:
		r.mark, r.words = end, wording(e)
	case outcome.Confirm, outcome.Commit:
		r.mark, r.words = tick, wording(e)
	default:
		b.other(r, group)
	}
	if slices.ContainsFunc(group, func(e outcome.Event) bool { return e.Kind == outcome.DeadLetter }) {
		b.deadLetter(r, group)
	}
	if r.loss {
		r.mark = cross
	}
	r.comes, r.goes = presence(e)
}

// presence says whether an event shows that a lane's actor or queue is there, or that it goes.
func presence(e outcome.Event) (comes, goes bool) {
	switch e.Kind {
	case outcome.Declare, outcome.Bind, outcome.Publish, outcome.Route, outcome.Deliver, outcome.Get, outcome.Take:
		return true, false
	case outcome.Die, outcome.Stop, outcome.Cut:
		return false, true
	case outcome.Delete:
		return false, e.Queue != "" && e.Copy == 0
	}
	return false, false
}

// other draws what happens at one place, and can be a loss.
func (b *builder) other(r *row, group []outcome.Event) {
	e := group[0]
	r.words = wording(e)
	if f, ends := lost[e.Kind]; ends && e.Copy > 0 && !e.Kept {
		r.loss = b.fates[e.Copy] == f
	}
}

// lost are the events by which a copy is lost, if that is what finally became of it.
var lost = map[outcome.EventKind]fate.Fate{
	outcome.Refuse: fate.Refused, outcome.Expire: fate.Expired, outcome.Overflow: fate.Overflowed,
	outcome.Drop: fate.Dropped, outcome.GiveUp: fate.GivenUp, outcome.Nack: fate.Rejected, outcome.Reject: fate.Rejected,
}

// publish draws a publish to the queues that it reaches, or those without a publish.
func (b *builder) publish(r *row, group []outcome.Event) {
	e := group[0]
	if e.Kind == outcome.Publish {
		r.words = wording(e)
	}
	r.stub = e.Kind == outcome.Publish
	nowhere := b.reach(r, group)
	switch {
	case nowhere != nil && b.fates[nowhere.Copy] == fate.Unroutable:
		r.loss = true
		r.words = joined(r.words, "unroutable")
	case nowhere != nil:
		r.words = joined(r.words, "reaches no queue")
	case e.Kind == outcome.Route:
		r.words, r.lane, r.arrows = "comes in", r.arrows[0], nil
	}
}

// reach draws arrows to the queues that a message comes to. It returns the event that says it comes to none.
func (b *builder) reach(r *row, group []outcome.Event) (nowhere *outcome.Event) {
	for i, e := range group {
		if e.Kind != outcome.Route {
			continue
		}
		if at, ok := b.queue(e); ok {
			r.arrows = append(r.arrows, at)
		} else {
			nowhere = &group[i]
		}
	}
	return nowhere
}

func (b *builder) deliver(r *row, e outcome.Event) {
	r.words = wording(e)
	actor := r.lane
	if at, ok := b.queue(e); ok && at != actor {
		r.lane, r.arrows, r.mark = at, []int{actor}, noMark
	}
}

// answer draws what a consumer says of a message, or its way back.
func (b *builder) answer(r *row, group []outcome.Event) {
	e := group[0]
	r.words, r.body = wording(e), ""
	if e.Kind == outcome.Ack && e.Auto {
		r.mark = tick
		return
	}
	if at, ok := b.queue(e); ok && at != r.lane {
		r.arrows, r.mark = []int{at}, noMark
	}
	if !e.Requeue && !e.Kept && lost[e.Kind] != "" && b.fates[e.Copy] == lost[e.Kind] {
		r.loss = true
		r.words = "rejected"
	}
}

func (b *builder) delete(r *row, e outcome.Event) {
	r.words = wording(e)
	at, ok := b.queue(e)
	if ok {
		r.lane = at
	}
	if e.Copy > 0 {
		r.lane, r.loss = b.lane(e), true
	}
	if n := len(b.state.Ready[outcome.Queue{Vhost: e.Vhost, Name: e.Queue}]); ok && e.Copy == 0 && n > 0 {
		r.loss = true
		r.words += fmt.Sprintf(" with %d ready", n)
	}
}

// deadLetter draws the way of a dead letter, from its queue.
func (b *builder) deadLetter(r *row, group []outcome.Event) {
	if group[0].Kind != outcome.DeadLetter {
		r.words = joined(wording(group[0]), "dead letter")
	}
	if at, ok := b.queue(group[0]); ok {
		r.lane, r.arrows = at, nil
	}
	r.mark, r.loss = dot, false
	if nowhere := b.reach(r, group); nowhere != nil {
		r.loss = b.fates[nowhere.Copy] == fate.Unroutable
		r.words = joined(r.words, "unroutable")
	}
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

// follow begins and ends the times that copies are in somebody's hands, after a row.
func (b *builder) follow() {
	at := len(b.rows) - 1
	now := map[int]int{}
	for name, copies := range b.state.Hands {
		for _, c := range copies {
			now[c] = b.actors[name]
		}
	}
	for c, i := range b.open {
		if lane, ok := now[c]; !ok || lane != b.holds[i].lane {
			b.holds[i].to = at
			delete(b.open, c)
		}
	}
	r := b.rows[at]
	for _, c := range slices.Sorted(maps.Keys(now)) {
		lane := now[c]
		if _, ok := b.open[c]; !ok {
			h := hold{lane: lane, message: r.message, from: at, to: -1, slot: b.slot(lane)}
			b.open[c] = len(b.holds)
			b.holds = append(b.holds, h)
		}
	}
}

// slot is the first that no other message in the same hands has.
func (b *builder) slot(lane int) int {
	taken := map[int]bool{}
	for _, i := range b.open {
		if h := b.holds[i]; h.lane == lane {
			taken[h.slot] = true
		}
	}
	for slot := 0; ; slot++ {
		if !taken[slot] {
			return slot
		}
	}
}

func (b *builder) done() *sequence {
	for i := range b.holds {
		if b.holds[i].to < 0 {
			b.holds[i].to = len(b.rows)
		}
	}
	return &b.sequence
}
