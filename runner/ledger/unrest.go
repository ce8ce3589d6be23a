package ledger

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// unrest is for whom something may be on its way since they were fenced last. Who has sent or got anything
// may have caused something to himself. Beyond that, a broker delivers only from queues to which something
// was published or came back, or which have lost a consumer, and from those to which such a queue gives
// what dies; and of its consumers only to those that have room by their prefetch. What is seen of one is
// never more than what the broker knows it to have, so that one that is seen to be full is. A new consumer,
// or an acknowledgement, makes room for nobody else: what others had room for they have got already.
type unrest struct {
	// rounds are how many rounds of fences actors need yet, and waiting are those who need any.
	rounds  []uint8
	waiting []int
	// passing are the queues that something may be on its way through, as a dead letter, and how many rounds of
	// questions they need yet: that a queue has sent one says nothing of those after it.
	passing map[QueueRef]uint8
	// stirred are the queues whose consumers are not among these yet.
	stirred map[QueueRef]bool
	// touched are the queues that anything was done to since all was quiet.
	touched map[QueueRef]bool
	// given are the queues that something was put into, until it is known that they have it.
	given map[QueueRef]bool
	// latest is one that is known to be stirred and touched, and latestGiven one to be given something: most of what
	// happens one after the other is about the same queue, and need not be entered a million times.
	latest, latestGiven QueueRef
}

func newUnrest(cast int) unrest {
	return unrest{rounds: make([]uint8, cast), passing: map[QueueRef]uint8{}, stirred: map[QueueRef]bool{}, touched: map[QueueRef]bool{}, given: map[QueueRef]bool{}}
}

// disturb enters that an actor needs so many rounds of fences from now on.
func (u *unrest) disturb(who, rounds int) {
	if u.rounds[who] == 0 {
		u.waiting = append(u.waiting, who)
	}
	u.rounds[who] = max(u.rounds[who], uint8(min(rounds, math.MaxUint8)))
}

// stir enters that a queue may deliver to any of its consumers.
func (u *unrest) stir(q QueueRef) {
	if q == u.latest {
		return
	}
	u.stirred[q] = true
	u.touched[q] = true
	u.latest = q
}

// touch enters that something was done to a queue.
func (u *unrest) touch(q QueueRef) {
	if q != u.latest {
		u.touched[q] = true
	}
}

// calm forgets which queues anything was done to.
func (u *unrest) calm() {
	clear(u.touched)
	u.latest = QueueRef{}
}

// Stir enters that a queue may deliver to any of its consumers.
func (l *Ledger) Stir(q QueueRef) {
	l.lock()
	defer l.mu.Unlock()
	l.unrest.stir(q)
}

// StirAll enters that something may be on its way to everybody.
func (l *Ledger) StirAll() {
	l.lock()
	defer l.mu.Unlock()
	for who := range l.cast {
		l.unrest.disturb(who, 1)
	}
}

// Restless lists, in the order of the cast, for whom something may be on its way.
func (l *Ledger) Restless() []int {
	l.lock()
	defer l.mu.Unlock()
	return l.restless()
}

// IsStill reports whether nothing may be on its way to anybody, or through any queue.
func (l *Ledger) IsStill() bool {
	l.lock()
	defer l.mu.Unlock()
	return len(l.restless()) == 0 && len(l.unrest.passing) == 0
}

// Fence lists those who are to be fenced in a round that begins now, and then the queues that are to be asked.
// What happens from now on the next one has to show.
func (l *Ledger) Fence() (cast []int, queues []QueueRef) {
	l.lock()
	defer l.mu.Unlock()
	cast = l.restless()
	u := &l.unrest
	u.waiting = nil
	for _, who := range cast {
		if u.rounds[who]--; u.rounds[who] > 0 {
			u.waiting = append(u.waiting, who)
		}
	}
	for q := range u.passing {
		queues = append(queues, q)
		if u.passing[q]--; u.passing[q] == 0 {
			delete(u.passing, q)
		}
	}
	slices.SortFunc(queues, func(a, b QueueRef) int {
		return cmp.Or(strings.Compare(a.Vhost, b.Vhost), strings.Compare(a.Name, b.Name))
	})
	return cast, queues
}

func (l *Ledger) restless() []int {
	for q := range l.unrest.stirred {
		l.spread(q)
	}
	clear(l.unrest.stirred)
	l.unrest.latest = QueueRef{}
	return slices.Sorted(slices.Values(l.unrest.waiting))
}

// spread disturbs the consumers of a queue, and those of the queues that its dead letters may come to. A
// letter is on its way when the round is over that has shown what became of the message.
func (l *Ledger) spread(from QueueRef) {
	visited := map[QueueRef]bool{from: true}
	for rounds, level := 1, []QueueRef{from}; len(level) > 0; rounds++ {
		var next []QueueRef
		for _, q := range level {
			l.unrest.touch(q)
			boxes := l.letterboxes(q)
			if _, known := l.vhosts[q.Vhost].Queues[q.Name]; known && (rounds > 1 || len(boxes) > 0) {
				l.unrest.passing[q] = max(l.unrest.passing[q], uint8(min(rounds, math.MaxUint8)))
			}
			for who := range l.takers[q] {
				if l.hasRoom(who, q) {
					l.unrest.disturb(who, rounds)
				}
			}
			for _, name := range boxes {
				if to := (QueueRef{q.Vhost, name}); !visited[to] {
					visited[to] = true
					next = append(next, to)
				}
			}
		}
		level = next
	}
}

// hasRoom reports whether an actor may be sent a message of a queue.
func (l *Ledger) hasRoom(who int, q QueueRef) bool {
	for _, ch := range l.conns[who].channels {
		for _, c := range ch.consumers {
			if c.queue == q && (c.timedOut || c.shared || l.isFree(ch, c)) {
				return true
			}
		}
	}
	return false
}

// letterboxes are the queues that a queue's dead letters can come to, whatever their routing keys.
func (l *Ledger) letterboxes(q QueueRef) []string {
	v := l.vhosts[q.Vhost]
	queue := v.Queues[q.Name]
	exchange, ok := text(queue, "x-dead-letter-exchange")
	if !ok {
		return nil
	}
	if exchange != "" {
		return v.Reachable(exchange)
	}
	if key, ok := text(queue, "x-dead-letter-routing-key"); ok {
		return []string{key}
	}
	return slices.Collect(maps.Keys(v.Queues))
}

// takes enters that an actor has begun to consume from a queue, or with -1 that it has ended.
func (l *Ledger) takes(q QueueRef, who, n int) {
	by := l.takers[q]
	if by == nil {
		by = map[int]int{}
		l.takers[q] = by
	}
	if by[who] += n; by[who] == 0 {
		delete(by, who)
	}
}
