package pile

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
)

var sizes = []int{0, 1, partLen - 1, partLen, partLen + 1, 3*partLen + 5}

// A pile is the slice that one would have appended to, with whatever number of parts.
func TestPile(t *testing.T) {
	for _, n := range sizes {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			var p Of[int]
			for i := range n {
				if at := p.Add(i); *at != i || p.At(uint32(i)) != at {
					t.Fatalf("%d is not where it was put", i)
				}
			}
			if int(p.Len()) != n {
				t.Fatalf("%d values, want %d", p.Len(), n)
			}
			want := 0
			for v := range p.All {
				if v != want {
					t.Fatalf("%d in the place of %d", v, want)
				}
				want++
			}
		})
	}
}

// The values of moments are in the order that sorting each moment's by their keys would give.
func TestMoments(t *testing.T) {
	type value struct{ key, n int }
	byKey := func(a, b value) int { return cmp.Compare(a.key, b.key) }
	for _, keys := range []int{1, 2, few + 2} {
		var m Moments[int, value]
		var want []value
		for round := range 3 {
			for _, n := range sizes {
				from := len(want)
				for i := range n {
					v := value{(i*7 + round) % keys, len(want)}
					want = append(want, v)
					if at := m.Add(v.key, v); *at != v {
						t.Fatalf("%v is not where it was put", v)
					}
				}
				if got := slices.Collect(m.All); m.Len() != len(want) || !slices.Equal(got, want) {
					t.Fatalf("%d values, want %d as they came", m.Len(), len(want))
				}
				m.Over(cmp.Compare[int])
				slices.SortStableFunc(want[from:], byKey)
			}
		}
		if got := slices.Collect(m.All); !slices.Equal(got, want) {
			t.Errorf("with %d keys the order is another", keys)
		}
	}
}

// Lists take what their values take: a slice that grows is there twice, and is copied again and again.
func TestGrowth(t *testing.T) {
	const n = 100 * partLen
	fill := map[string]func(){
		"pile": func() {
			var p Of[uint64]
			for i := range uint64(n) {
				p.Add(i)
			}
		},
		"moments": func() {
			var m Moments[uint64, uint64]
			for i := range uint64(n) {
				m.Add(i%2, i)
			}
			m.Over(cmp.Compare[uint64])
		},
	}
	for name, fill := range fill {
		result := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fill()
			}
		})
		if most := int64(n * 8 * 14 / 10); result.AllocedBytesPerOp() > most {
			t.Errorf("%s: %d values of 8 bytes take %d bytes, want at most %d", name, n, result.AllocedBytesPerOp(), most)
		}
	}
}
