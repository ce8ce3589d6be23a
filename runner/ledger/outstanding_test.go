package ledger

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What waits is what lists by tag would have, in the order of the tags and of coming, whatever comes and is answered.
func TestOutstanding(t *testing.T) {
	var o outstanding
	want := map[uint64][]uint32{}
	first := func(tag uint64) (i uint32, there bool) {
		if there = len(want[tag]) > 0; there {
			i = want[tag][0]
		}
		return i, there
	}
	answered := func(tag uint64) {
		if want[tag] = want[tag][1:]; len(want[tag]) == 0 {
			delete(want, tag)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	next := uint64(0)
	for step := range uint32(20_000) {
		tag := next - min(next, random.Uint64N(40))
		switch random.IntN(8) {
		case 0:
			i, ok := o.take(tag)
			if had, there := first(tag); ok != there || i != had {
				t.Fatalf("step %d: %d, %v under %d, want %d, %v", step, i, ok, tag, had, there)
			}
			if ok {
				answered(tag)
			}
		case 1:
			multiple := random.IntN(10) == 0
			_, waits := first(tag)
			resolved := 0
			o.resolve(tag, multiple, func(tag uint64, i uint32) {
				if had, there := first(tag); !there || had != i {
					t.Fatalf("step %d: %d under %d", step, i, tag)
				}
				answered(tag)
				resolved++
			})
			if multiple {
				for one := range want {
					if tag == 0 || one <= tag {
						t.Fatalf("step %d: %d was not resolved with all up to %d", step, one, tag)
					}
				}
			} else if waits != (resolved == 1) {
				t.Fatalf("step %d: of %d %d were resolved", step, tag, resolved)
			}
		case 2:
			o.add(tag, step)
			want[tag] = append(want[tag], step)
		default:
			next++
			o.add(next, step)
			want[next] = append(want[next], step)
		}
		got := map[uint64][]uint32{}
		var tags []uint64
		for tag, i := range o.all {
			got[tag] = append(got[tag], i)
			tags = append(tags, tag)
		}
		if diff := cmp.Diff(want, got); diff != "" || !slices.IsSorted(tags) || o.len() != len(tags) {
			t.Fatalf("step %d: %d (-want +got):\n%s", step, o.len(), diff)
		}
	}
}
