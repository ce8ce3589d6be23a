package ledger

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// What waits is what a map by tag would have, in the order of the tags, whatever comes and is answered.
func TestOutstanding(t *testing.T) {
	var o outstanding
	want := map[uint64]uint32{}
	random := rand.New(rand.NewPCG(1, 2))
	next := uint64(0)
	for step := range uint32(20_000) {
		tag := next - min(next, random.Uint64N(40))
		switch random.IntN(8) {
		case 0:
			i, ok := o.take(tag)
			if had, there := want[tag]; ok != there || i != had {
				t.Fatalf("step %d: %d, %v under %d, want %d, %v", step, i, ok, tag, had, there)
			}
			delete(want, tag)
		case 1:
			multiple := random.IntN(10) == 0
			o.settle(tag, multiple, func(tag uint64, i uint32) {
				if want[tag] != i {
					t.Fatalf("step %d: %d under %d", step, i, tag)
				}
				delete(want, tag)
			})
			if multiple {
				maps.DeleteFunc(want, func(one uint64, i uint32) bool {
					if tag == 0 || one <= tag {
						t.Fatalf("step %d: %d was not settled with all up to %d", step, one, tag)
					}
					return false
				})
			} else if _, there := want[tag]; there {
				t.Fatalf("step %d: %d was not settled", step, tag)
			}
		case 2:
			o.add(tag, step)
			want[tag] = step
		default:
			next++
			o.add(next, step)
			want[next] = step
		}
		got := map[uint64]uint32{}
		var tags []uint64
		for tag, i := range o.all {
			got[tag] = i
			tags = append(tags, tag)
		}
		if !maps.Equal(got, want) || !slices.IsSorted(tags) || o.len() != len(want) {
			t.Fatalf("step %d: %v (%d), want %v", step, got, o.len(), want)
		}
	}
}
