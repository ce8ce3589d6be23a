package vhost

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestDequeAgainstSlice(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var d deque[int]
	var model []int
	for i := range 20000 {
		// Long runs of growing, then of shrinking, so that chunks come and go.
		if grow := i/1000%2 == 0; len(model) == 0 || random.IntN(10) < 3 || grow && random.IntN(10) < 8 {
			d.push(i)
			model = append(model, i)
		} else {
			if got := d.pop(); got != model[0] {
				t.Fatalf("step %d: popped %d, want %d", i, got, model[0])
			}
			model = model[1:]
		}
		if d.len() != len(model) {
			t.Fatalf("step %d: length %d, want %d", i, d.len(), len(model))
		}
		if front := d.front(); (front == nil) != (len(model) == 0) || front != nil && *front != model[0] {
			t.Fatalf("step %d: wrong front", i)
		}
	}
	var all []int
	for x := range d.all {
		all = append(all, *x)
	}
	if !slices.Equal(all, model) {
		t.Errorf("all yields %d elements, want %d", len(all), len(model))
	}
}
