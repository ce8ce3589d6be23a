package vhost

import (
	"math/rand/v2"
	"testing"
)

// TestUnackedAgainstModel acknowledges at random, in and out of order, singly and up to a tag, and compares
// with a plain list.
func TestUnackedAgainstModel(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var l unackedList
	var model []uint64
	next := uint64(0)
	for step := range 30000 {
		switch n := random.IntN(10); {
		case n < 5 || len(model) == 0:
			next += uint64(1 + random.IntN(3)) // deliveries that need no ack use tags, too
			l.push(unacked{tag: next})
			model = append(model, next)
		case n < 8:
			i := random.IntN(len(model))
			if u, ok := l.take(model[i]); !ok || u.tag != model[i] {
				t.Fatalf("step %d: tag %d not found", step, model[i])
			}
			if _, ok := l.take(model[i]); ok {
				t.Fatalf("step %d: tag %d found twice", step, model[i])
			}
			model = append(model[:i], model[i+1:]...)
		default:
			i := random.IntN(min(len(model), 5))
			us, ok := l.takeUpTo(model[i], nil)
			if !ok || len(us) != i+1 {
				t.Fatalf("step %d: took %d up to %d, want %d", step, len(us), model[i], i+1)
			}
			for j, u := range us {
				if u.tag != model[j] {
					t.Fatalf("step %d: took %d, want %d", step, u.tag, model[j])
				}
			}
			model = model[i+1:]
		}
		if l.live != len(model) {
			t.Fatalf("step %d: %d left, want %d", step, l.live, len(model))
		}
	}
}

// TestUnackedStaysSmall leaves the first delivery outstanding while many others come and go.
func TestUnackedStaysSmall(t *testing.T) {
	var l unackedList
	l.push(unacked{tag: 1})
	for tag := uint64(2); tag < 100_000; tag++ {
		l.push(unacked{tag: tag})
		l.take(tag)
	}
	if cap(l.items) > 64 {
		t.Errorf("one delivery outstanding takes room for %d", cap(l.items))
	}
}
