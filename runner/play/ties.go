package play

import (
	"fmt"
	"time"

	"tutor/runner/outcome"
)

// ties are moments at which a time of the broker's own and one of an actor, or of a step, are over together. On
// one timeline the one follows the other in a determined order; RabbitMQ, whose time is its own, may do either
// first.
type ties struct{ all []tie }

// tie is a pair of times that are over together.
type tie struct {
	ofBroker, ofActor string
	// at is when they were first, last when they were last, and times how often.
	at, last time.Duration
	times    int
}

// tied is how close to each other two times are over together: RabbitMQ counts in milliseconds, and what follows
// from a message is a hop later than that.
const tied = time.Millisecond

// look notes what falls together before the timeline goes on to a moment, at which an actor's timer expires or the
// time of a step is over. All must be quiet, so that what the broker is about to do is known.
func (t *ties) look(p *playing, at time.Duration, ofStep string) {
	if next, due := p.ofBroker(at + tied); !due || next <= at-tied {
		return
	}
	for _, d := range p.time.Due(at + tied) {
		if d.At <= at-tied || d.At >= at+tied {
			continue
		}
		if ofStep != "" {
			t.add(d.What, ofStep, at)
		}
		for _, who := range p.timeline.Due(d.At-tied, d.At+tied) {
			if circles := circlesOf(p.act); circles.have(d.Queue, p.act.Cast[who]) {
				t.add(d.What, p.timerOf(who), at)
			}
		}
	}
}

func (t *ties) add(ofBroker, ofActor string, at time.Duration) {
	for i := range t.all {
		known := &t.all[i]
		if known.ofBroker != ofBroker || known.ofActor != ofActor {
			continue
		}
		if at-known.last >= tied {
			known.times++
			known.last = at
		}
		return
	}
	t.all = append(t.all, tie{ofBroker, ofActor, at, at, 1})
}

// timerOf says what an actor that sleeps waits for.
func (p *playing) timerOf(who int) string {
	a := p.act.Cast[who]
	if a.Publisher != nil {
		return "the pause of " + a.Name() + " before its next message"
	}
	return "the work of " + a.Name()
}

// notes are the ties in sentences.
func (t *ties) notes() []outcome.Note {
	var notes []outcome.Note
	for _, n := range t.all {
		text := fmt.Sprintf("at %v both %s and %s are over; RabbitMQ may notice either first, so what comes of it there is not determined",
			n.at.Round(time.Millisecond), n.ofBroker, n.ofActor)
		if n.times > 1 {
			text += fmt.Sprintf(" (%d times, for the last time at %v)", n.times, n.last.Round(time.Millisecond))
		}
		notes = append(notes, outcome.Note{Event: outcome.Undetermined, Count: n.times, Text: text + "."})
	}
	return notes
}
