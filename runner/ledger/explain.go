package ledger

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/topology"
)

// story is a copy with what is needed to tell in words what became of it.
type story struct {
	outcome.Copy
	l     *Ledger
	i     uint32
	c     *copied
	queue *topology.Queue
}

func (l *Ledger) story(i uint32) *story {
	c := l.copies.At(i)
	return &story{Copy: l.entry(c), l: l, i: i, c: c, queue: l.lately(c.queue)}
}

// concluded ends a sentence that nothing has shown to be true.
const concluded = " (inferred: neither the broker nor the wire says so)"

// explain is one sentence on a copy's fate, or empty if there is nothing to explain.
func (s *story) explain() string {
	text := s.sentence()
	if s.Inferred {
		text = strings.TrimSuffix(text, ".") + concluded + "."
	}
	return text
}

func (s *story) sentence() string {
	switch s.Fate {
	case fate.Dropped:
		return s.dropped()
	case fate.Queued:
		return s.queued()
	case fate.Returned:
		return fmt.Sprintf("it reached no queue, and came back to %s since it was mandatory (%s).", s.Publisher, s.l.whys[s.c.message])
	case fate.Unroutable:
		return s.unroutable()
	case fate.Rejected:
		return fmt.Sprintf("%s rejected it without requeueing, and %s has no dead-letter exchange.", s.Consumer, s.Queue)
	case fate.GivenUp:
		return fmt.Sprintf("%s, and %s has no dead-letter exchange.", s.died(), s.Queue)
	case fate.DeadLettered:
		return fmt.Sprintf("%s, and %s gave it to its dead-letter exchange (%s).", s.died(), s.Queue, s.deadLetterExchange())
	case fate.Expired, fate.Overflowed:
		return s.died() + "."
	case fate.Refused:
		return s.refused()
	case fate.Deleted:
		return fmt.Sprintf("it was in %s when that queue was deleted or purged.", s.Queue)
	case "":
		return s.unexplained()
	}
	return ""
}

func (s *story) dropped() string {
	const forgotten = "under automatic acknowledgement the broker forgets a message when it has sent it"
	switch {
	case s.Consumer == "" && isPseudo(s.l.queues[s.c.queue]):
		return "who had asked was gone, and a direct reply has no queue to wait in: the broker dropped it without a word."
	case s.Consumer == "":
		return fmt.Sprintf("%s lost it when the broker was restarted: it was not persistent.", s.Queue)
	case s.Unseen:
		return fmt.Sprintf("%s had it in its buffer, unseen, when it died: %s.", s.Consumer, forgotten)
	}
	return fmt.Sprintf("%s had it in its hands when it died: %s.", s.Consumer, forgotten)
}

func (s *story) queued() string {
	switch {
	case s.c.reason != 0:
		return fmt.Sprintf("%s; no queue has taken its dead letter, so %s still keeps it (at-least-once).", s.died(), s.Queue)
	case s.c.kept:
		return fmt.Sprintf("%s still has it, unacknowledged, so it remains in %s.", s.Consumer, s.Queue)
	case s.Requeues > 0 && s.Inferred:
		return fmt.Sprintf("%s keeps it back for a time since it came back (x-delayed-retry-min).", s.Queue)
	case s.Requeues > 0:
		return fmt.Sprintf("it is still in %s: nobody has taken it since it came back%s.", s.Queue, s.expires())
	}
	return fmt.Sprintf("it is still in %s: nobody has taken it%s.", s.Queue, s.expires())
}

// expires says how much time a copy has left in its queue. Where the broker's time is the wall clock's, that
// depends on how fast it was.
func (s *story) expires() string {
	ttl, _, limited := s.l.timeToLive(s.i)
	if !s.l.oneTime || !limited {
		return ""
	}
	left := time.Duration(ttl-int64(s.l.elapsed()-s.c.at)) * time.Millisecond
	return fmt.Sprintf("; it expires in %v", left)
}

func (s *story) unroutable() string {
	if from, letter := s.l.deaths[s.i]; letter {
		return fmt.Sprintf("its dead letter from %s reached no queue: %s.", s.l.queues[s.l.copies.At(from.from).queue].Name, s.l.nowhere[s.i])
	}
	return fmt.Sprintf("it reached no queue, and the broker discarded it without a word: %s did not ask (mandatory).", s.Publisher)
}

// died says why its queue has let go of a copy.
func (s *story) died() string {
	switch s.c.reason {
	case rejected:
		return fmt.Sprintf("%s rejected it without requeueing", s.Consumer)
	case expired:
		return s.expired()
	case pushedOut:
		return fmt.Sprintf("%s was full (%s) and pushed it out", s.Queue, s.lengthLimit())
	case deliveryLimit:
		return fmt.Sprintf("%s gave it up, since it came back more often than its delivery limit allows (%s)", s.Queue, s.deliveryLimit())
	}
	return ""
}

// expired says whose time to live has ended. A message that came back was in its queue before.
func (s *story) expired() string {
	ttl, ofQueue, limited := s.l.timeToLive(s.i)
	whose := ""
	switch {
	case limited && ofQueue:
		whose = fmt.Sprintf(" (x-message-ttl %d ms)", ttl)
	case limited:
		whose = fmt.Sprintf(" (expiration %d ms, its own)", ttl)
	}
	when := "before anybody took it"
	if s.Requeues > 0 {
		when = "after it had come back"
	}
	return fmt.Sprintf("its time to live%s ended in %s %s", whose, s.Queue, when)
}

func (s *story) lengthLimit() string {
	var limits []string
	for _, name := range []string{"x-max-length", "x-max-length-bytes"} {
		if most, ok := number(s.queue, name); ok {
			limits = append(limits, fmt.Sprintf("%s %d", name, most))
		}
	}
	if len(limits) == 0 {
		return "its length limit"
	}
	return strings.Join(limits, ", ")
}

func (s *story) deliveryLimit() string {
	if limit, ok := number(s.queue, "x-delivery-limit"); ok {
		return fmt.Sprintf("x-delivery-limit %d", limit)
	}
	return fmt.Sprintf("%d, the default", defaultDeliveryLimit)
}

func (s *story) deadLetterExchange() string {
	switch exchange, ok := text(s.queue, "x-dead-letter-exchange"); {
	case !ok:
		return "that of a policy"
	case exchange == "":
		return "the default exchange"
	default:
		return exchange
	}
}

// refused names the queue that did not take the message, where it is known, and those that did.
func (s *story) refused() string {
	from, letter := s.l.deaths[s.i]
	full := fmt.Sprintf("%s was full (%s) and refused it", s.Queue, s.lengthLimit())
	switch why, told := s.l.whys[s.c.message]; {
	case letter:
		return fmt.Sprintf("%s when it came as a dead letter from %s.", full, s.l.queues[s.l.copies.At(from.from).queue].Name)
	case rejectsPublish(s.queue) && told:
		return fmt.Sprintf("%s, so %s was told (%s)%s.", full, s.Publisher, strings.TrimSuffix(why, "."), s.takers())
	case rejectsPublish(s.queue):
		return fmt.Sprintf("%s; %s did not ask for confirms, and was told nothing%s.", full, s.Publisher, s.takers())
	default:
		return fmt.Sprintf("the broker did not take it from %s: %s%s.", s.Publisher, strings.TrimSuffix(why, "."), s.takers())
	}
}

// takers names the queues that have taken the message that another has refused.
func (s *story) takers() string {
	var names []string
	m := s.l.messages.At(s.c.message)
	for i := m.first; i < m.first+uint32(m.copies); i++ {
		if c := s.l.copies.At(i); c.queue != 0 && c.ended() != fate.Refused && c.ended() != "" {
			names = append(names, s.l.queues[c.queue].Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; " + enumerated(names) + " took it"
}

func (s *story) unexplained() string {
	switch {
	case s.Queue == "":
		return "it should have been returned or refused, and the broker said nothing."
	case s.l.testifies(s.c.queue):
		return fmt.Sprintf("it should be in %s, and is not: the broker has not said that it expired, was pushed out or given up.", s.Queue)
	}
	return fmt.Sprintf("it should be in %s, and is not: nothing seen on the wire explains what became of it.", s.Queue)
}

// requeued says how a copy went back, each time, and what came of it.
func (s *story) requeued() string {
	losses := s.l.losses[s.i]
	ways := s.l.ways(losses)
	back := ways[0] + ", so the broker put it back into " + s.Queue
	if len(ways) > 1 {
		back = strings.Join(ways, ", then ") + ": each time the broker put it back into " + s.Queue
	}
	switch {
	case s.Consumer != "" && s.Consumer != s.Loser:
		back += fmt.Sprintf(" and delivered it again, to %s", s.Consumer)
	case s.Fate == fate.Acked:
		back += " and delivered it again"
	default:
		return back + "."
	}
	if s.Redelivered {
		back += ", marked as redelivered"
	}
	return back + "."
}

// mostWays is how many ways in which a copy went back are told.
const mostWays = 6

// ways tells losses in words; what happened several times in a row is told once.
func (l *Ledger) ways(losses []loss) (ways []string) {
	for _, n := range losses {
		way := l.member(n.who) + " had it and did not acknowledge it"
		if n.wanted {
			way = l.member(n.who) + " rejected it with the wish to requeue it"
		}
		if n.times > 1 {
			way += fmt.Sprintf(" (%d times)", n.times)
		}
		ways = append(ways, way)
	}
	if len(ways) > mostWays {
		ways = append(slices.Clip(ways[:mostWays-1]), "so on", ways[len(ways)-1])
	}
	return ways
}

// enumerated joins names as a sentence does.
func enumerated(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
