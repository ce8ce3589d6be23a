package actor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What waits is what was added and not taken, whatever the order, with gaps in the numbers.
func TestWaiting(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		w, want := waiting{first: 1}, map[uint64]string{}
		var last uint64
		for range 300 {
			switch random.IntN(4) {
			case 0, 1:
				last += 1 + random.Uint64N(2)*random.Uint64N(5)
				want[last] = fmt.Sprint(last)
				w.add(last, unconfirmed{body: want[last]})
			case 2:
				tag := random.Uint64N(last + 3)
				u, waits := w.take(tag)
				if body, is := want[tag]; waits != is || u.body != body {
					t.Fatalf("seed %d: %d is %q, %v; want %q, %v", seed, tag, u.body, waits, body, is)
				}
				delete(want, tag)
			case 3:
				tag := random.Uint64N(last + 3)
				for each := range w.upTo(tag) {
					if u, waits := w.take(each); waits {
						if u.body != want[each] || tag != 0 && each > tag {
							t.Fatalf("seed %d: up to %d is %d, %q; want %q", seed, tag, each, u.body, want[each])
						}
						delete(want, each)
					}
				}
				for each := range want {
					if each <= tag || tag == 0 {
						t.Fatalf("seed %d: up to %d is not %d", seed, tag, each)
					}
				}
			}
			check(t, &w, want)
		}
	}
}

func check(t *testing.T, w *waiting, want map[uint64]string) {
	t.Helper()
	if w.len() != len(want) {
		t.Fatalf("%d wait, want %d", w.len(), len(want))
	}
	oldest := w.oldest()
	if len(want) == 0 {
		if oldest != nil {
			t.Fatalf("%q is the oldest of none", oldest.body)
		}
		return
	}
	least := uint64(1 << 63)
	for tag, body := range want {
		least = min(least, tag)
		if u := w.at(tag); u == nil || u.body != body {
			t.Fatalf("%d is not there", tag)
		}
	}
	if oldest == nil || oldest.body != want[least] {
		t.Fatalf("the oldest is not %d", least)
	}
}

// Memory is that of what waits, not of all that ever did.
func TestWaitingKeepsLittle(t *testing.T) {
	w := waiting{first: 1}
	var sizes []int
	for tag := range uint64(100_000) {
		w.add(tag+1, unconfirmed{})
		if tag >= 10 {
			w.take(tag - 9)
		}
		sizes = append(sizes, cap(w.list))
	}
	if most := slices.Max(sizes); most > 100 {
		t.Errorf("room for %d, where 10 wait", most)
	}
}
