package broker

import (
	"testing"
	"testing/synctest"
	"time"
)

// Who publishes waits as long as consumers are at it, but not for ever, and not for those who do nothing.
func TestGiveWay(t *testing.T) {
	const MB = 1 << 20
	for name, c := range map[string]struct {
		// taken is what waits, in bytes; each consumed bytes are taken off it in a fifth of a turn.
		taken, consumed int64
		least, most     time.Duration
	}{
		"little waits":             {muchWaits, pace, 0, 0},
		"nobody consumes":          {64 * MB, 0, turn, turn},
		"consumers are slow":       {64 * MB, pace / 10, turn, turn},
		"consumers catch up":       {5 * MB, 4 * pace, 4 * turn, 7 * turn},
		"there is no end of it":    {64 * MB, pace, turns * turn, turns * turn},
		"consumers that are quick": {muchWaits + 1, 64 * MB, turn, turn},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := New(Options{})
			b.memory.Taken.Store(c.taken)
			b.memory.Released.Store(1) // somebody has consumed once
			over := make(chan struct{})
			go func() {
				for ticker := time.NewTicker(turn / 5); ; {
					select {
					case <-ticker.C:
						b.memory.Taken.Add(-c.consumed)
						b.memory.Released.Add(c.consumed)
					case <-over:
						return
					}
				}
			}()
			conn := &connection{broker: b, publishes: uninterrupted, forced: make(chan struct{})}
			began := time.Now()
			conn.giveWay()
			if took := time.Since(began); took < c.least || took > c.most {
				t.Errorf("%s: it waits for %v, want %v to %v", name, took, c.least, c.most)
			}
			began = time.Now()
			if conn.giveWay(); time.Since(began) > 0 {
				t.Errorf("%s: it waits though nothing was published", name)
			}
			conn.publishes += uninterrupted
			if conn.giveWay(); c.consumed == 0 && time.Since(began) > 0 {
				t.Errorf("%s: it waits again for those who have done nothing", name)
			}
			close(over)
		})
	}
}

// Whose connection is closed does not wait.
func TestGiveWayUntilClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(Options{})
		b.memory.Taken.Store(2 * muchWaits)
		b.memory.Released.Store(1)
		conn := &connection{broker: b, publishes: uninterrupted, forced: make(chan struct{})}
		time.AfterFunc(turn/2, func() { close(conn.forced) })
		began := time.Now()
		if conn.giveWay(); time.Since(began) != turn/2 {
			t.Errorf("it waits for %v", time.Since(began))
		}
	})
}
