package ledger

import (
	"fmt"
	"slices"
	"strings"
)

// Moving says which message goes round, and through which queues, if one does: the one that has gone the
// furthest. It is what to tell of an act that does not come to its end.
func (l *Ledger) Moving() string {
	l.lock()
	defer l.mu.Unlock()
	var latest uint32
	hops := 0
	for m, copies := range l.further {
		if n := len(copies); n > hops || n == hops && m < latest {
			latest, hops = m, n
		}
	}
	back, times := l.mostReturned()
	switch {
	case hops < enoughToCircle && times < enoughToCircle:
		return ""
	case times > hops:
		c := l.copies.At(back)
		return fmt.Sprintf("%s goes back to %s over and over (%d times)", l.body(c.message), l.queues[c.queue].Name, times)
	}
	return fmt.Sprintf("%s goes round through %s (dead-lettered %d times)", l.body(latest), strings.Join(l.circle(latest), " → "), hops)
}

// enoughToCircle is from how many times on a message is said to go round.
const enoughToCircle = 3

// mostReturned is the copy that has gone back to its queue most often, and how often it did.
func (l *Ledger) mostReturned() (most uint32, times int) {
	for i, losses := range l.losses {
		n := 0
		for _, loss := range losses {
			n += loss.times
		}
		if n > times || n == times && i < most {
			most, times = i, n
		}
	}
	return most, times
}

// circle are the queues that a message has gone through last, up to the one where it was before.
func (l *Ledger) circle(m uint32) []string {
	copies := l.further[m]
	var names []string
	for _, i := range slices.Backward(copies) {
		name := l.queues[l.copies.At(i).queue].Name
		names = append(names, name)
		if len(names) > 1 && name == names[0] {
			break
		}
	}
	slices.Reverse(names)
	return names
}
