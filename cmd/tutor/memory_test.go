package main

import "testing"

// The limit leaves a third of what is in use as room, and is not lowered again.
func TestLimitForMemory(t *testing.T) {
	for _, c := range []struct {
		live        uint64
		limit, want int64
	}{{0, 400, 400}, {300, 400, 400}, {330, 400, 440}, {3000, 400, 4000}, {10, 4000, 4000}} {
		if got := limitFor(c.live, c.limit); got != c.want {
			t.Errorf("%d in use, limit %d: %d, want %d", c.live, c.limit, got, c.want)
		}
	}
}
