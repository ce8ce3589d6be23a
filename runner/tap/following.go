package tap

import (
	"slices"
	"sync"

	"tutor/runner/wire"
)

// following is what a journal keeps for who follows it. Events come by the million, from goroutines on all processors;
// were each entered as it passes, they would wait for each other, and the memory of what it is entered in would go from
// one processor to the other and back.
type following struct {
	tell func(Event)
	// atOnce is how much is told at one time, and waiting what was not told yet.
	atOnce  int
	waiting *batch
	// telling is held by who tells. It is taken before the journal is let go of: so all is told in order. It
	// protects spare, the memory of what was told last.
	telling sync.Mutex
	spare   *batch
}

// Follow has somebody be told each event, too, but so many at one time, while other events are recorded. Who looks at
// what the follower knows calls [Journal.CatchUp] before. It is to be called before anything is recorded.
func (j *Journal) Follow(atOnce int, tell func(Event)) {
	f := &j.following
	f.tell, f.atOnce, f.waiting, f.spare = tell, atOnce, &batch{}, &batch{}
}

// InOrder has something be done when the follower has been told what was recorded before, and nothing after. It must
// not record anything itself.
func (j *Journal) InOrder(do func()) {
	j.mu.Lock()
	w := j.following.waiting
	w.entries = append(w.entries, entry{do: do})
	j.tellIfDue()
}

// CatchUp returns when the follower has been told all that was recorded before.
func (j *Journal) CatchUp() {
	j.mu.Lock()
	j.tell()
}

// manyBytes are of bodies that are not kept for long, and whose memory is not kept at all.
const manyBytes = 1 << 20

// tellIfDue tells what waits if it is enough, and lets go of the journal.
func (j *Journal) tellIfDue() {
	if f := &j.following; len(f.waiting.entries) >= f.atOnce || len(f.waiting.bodies) >= manyBytes {
		j.tell()
	} else {
		j.mu.Unlock()
	}
}

// tell lets go of the journal, and tells what has waited until then.
func (j *Journal) tell() {
	f := &j.following
	f.telling.Lock()
	defer f.telling.Unlock()
	told := f.waiting
	f.waiting = f.spare
	j.mu.Unlock()
	defer func() { f.spare = told }()
	told.tell(f.tell)
}

// batch is what a follower has not been told yet, in order. What its events consist of is in memory of its own.
type batch struct {
	entries   []entry
	publishes []wire.BasicPublish
	delivers  []wire.BasicDeliver
	acks      []wire.BasicAck
	contents  []Content
	bodies    []byte
}

// entry is an event, or what somebody has done by then.
type entry struct {
	event Event
	do    func()
}

// add enters an event.
func (b *batch) add(e Event) {
	switch m := e.Method.(type) {
	case *wire.BasicAck:
		e.Method = kept(&b.acks, m)
	case *wire.BasicPublish:
		e.Method = kept(&b.publishes, m)
	case *wire.BasicDeliver:
		e.Method = kept(&b.delivers, m)
	case *wire.BasicReturn:
		e.Method = kept(new([]wire.BasicReturn), m)
	case *wire.BasicGetOK:
		e.Method = kept(new([]wire.BasicGetOK), m)
	}
	if e.Content != nil {
		e.Content = kept(&b.contents, e.Content)
		e.Content.Properties.Headers = slices.Clone(e.Content.Properties.Headers)
		start := len(b.bodies)
		b.bodies = append(b.bodies, e.Content.Body...)
		e.Content.Body = b.bodies[start:len(b.bodies):len(b.bodies)]
	}
	b.entries = append(b.entries, entry{event: e})
}

// kept is a copy of something, in memory that grows: what is there stays where it is.
func kept[T any](memory *[]T, v *T) *T {
	*memory = append(*memory, *v)
	return &(*memory)[len(*memory)-1]
}

// tell tells all there is, and forgets it.
func (b *batch) tell(follow func(Event)) {
	for _, e := range b.entries {
		if e.do != nil {
			e.do()
		} else {
			follow(e.event)
		}
	}
	if len(b.bodies) >= manyBytes {
		b.bodies = nil
	}
	clear(b.entries) // what was to be done may hold on to anything
	b.entries, b.bodies, b.contents = b.entries[:0], b.bodies[:0], b.contents[:0]
	b.publishes, b.delivers, b.acks = b.publishes[:0], b.delivers[:0], b.acks[:0]
}
