package ledger

import (
	"math"

	"tutor/runner/transcript"
)

// Place is where a line of an actor belongs. Hops are how far the actor is, at present, from what set off all
// that has happened since it was last quiet: 0 until it takes a delivery, then 1, and more if somebody else had
// the message first and rejected, requeued or lost it at the same moment.
type Place struct {
	Hops uint8
	// Message is the number, from 1, of that with the line's mark; 0 if there is none.
	Message uint32
	// Text is the line's. If it is the message's body, they share it, which saves memory in acts with many messages.
	Text transcript.Text
}

// Place finds where an actor's line about the message with a mark belongs.
func (l *Ledger) Place(who int, mark, text string) Place {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := Place{Hops: l.hops[who]}
	if m, ok := l.find(mark); ok {
		p.Message = m + 1
		if p.Text = l.body(m); p.Text.Is(text) {
			return p
		}
	}
	p.Text = transcript.Plain(text)
	return p
}

// reached enters that an actor has taken a copy.
func (l *Ledger) reached(who int, copy uint32) {
	l.hops[who] = max(l.hops[who], 1, l.onward[copy])
}

// passedOn enters that a copy, or what became of it, goes to others after the actor who had it.
func (l *Ledger) passedOn(had, goes uint32) {
	who := l.copies.At(had).consumer
	if who == 0 {
		return
	}
	if hops := l.hops[who-1]; hops > 0 && hops < math.MaxUint8 {
		l.onward[goes] = max(l.onward[goes], hops+1)
	}
}

// publishedAt enters that somebody who is so far from what set it off has published a copy.
func (l *Ledger) publishedAt(copy uint32, hops uint8) {
	if hops > 0 && hops < math.MaxUint8 {
		l.onward[copy] = hops + 1
	}
}

// calm forgets how far anybody is.
func (l *Ledger) calm() {
	clear(l.hops)
	clear(l.onward)
}
