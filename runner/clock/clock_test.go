package clock

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sleepers lets actors sleep in turns and records who woke up when.
type sleepers struct {
	mu   sync.Mutex
	woke []int
	all  sync.WaitGroup
}

func (s *sleepers) sleep(t *testing.T, c Clock, who int, naps ...time.Duration) {
	s.all.Go(func() {
		for _, nap := range naps {
			if err := c.Sleep(context.Background(), who, nap); err != nil {
				t.Errorf("%d: %v", who, err)
			}
			s.mu.Lock()
			s.woke = append(s.woke, who)
			s.mu.Unlock()
		}
	})
}

// play advances the timeline as the runner does: only when everybody sleeps or is done.
func play(t *testing.T, timeline *Timeline) {
	for {
		synctest.Wait()
		at, ok := timeline.Next()
		if !ok {
			return
		}
		if come, err := timeline.Pass(context.Background(), at, nil); err != nil || !come {
			t.Fatal(come, err)
		}
		timeline.Expire()
	}
}

func TestTimersExpireInTheOrderOfTimeThenOfTheCast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timeline := NewVirtual(nil)
		var s sleepers
		s.sleep(t, timeline, 2, time.Second, time.Second)
		s.sleep(t, timeline, 1, 2*time.Second)
		s.sleep(t, timeline, 0, 3*time.Second)
		play(t, timeline)
		s.all.Wait()
		if want := []int{2, 1, 2, 0}; !slices.Equal(s.woke, want) {
			t.Errorf("woke %v, want %v", s.woke, want)
		}
		if timeline.Now() != 3*time.Second {
			t.Errorf("it is %v", timeline.Now())
		}
	})
}

func TestVirtualTimeTakesNoTimeRealTimeDoes(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(func(int)) *Timeline
		want time.Duration
	}{{"virtual", NewVirtual, 0}, {"real", NewReal, 5 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			timeline := test.make(nil)
			var s sleepers
			s.sleep(t, timeline, 0, 2*time.Second, 3*time.Second)
			s.sleep(t, timeline, 1, 4*time.Second)
			play(t, timeline)
			s.all.Wait()
			if took := time.Since(began); took != test.want {
				t.Errorf("the %s timeline took %v, want %v", test.name, took, test.want)
			}
		})
	}
}

func TestASleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slept := 0
		timeline := NewVirtual(func(int) { slept++ })
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error, 1)
		go func() { result <- timeline.Sleep(ctx, 0, time.Hour) }()
		synctest.Wait()
		if !timeline.Sleeping(0) || slept != 1 {
			t.Error("nobody sleeps")
		}
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if timeline.Sleeping(0) {
			t.Error("the timer is still set")
		}
	})
}

func TestPass(t *testing.T) {
	timeline := NewVirtual(nil)
	if come, err := timeline.Pass(t.Context(), time.Minute, nil); !come || err != nil || timeline.Now() != time.Minute {
		t.Errorf("come %v, error %v, now %v", come, err, timeline.Now())
	}
}

// What happens while real time passes happens at its own time, and timers that it sets count from then.
func TestPassIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timeline := NewReal(nil)
		happens := make(chan struct{})
		var s sleepers
		go func() {
			time.Sleep(2 * time.Second)
			if timeline.Now() != 2*time.Second {
				t.Errorf("it is %v", timeline.Now())
			}
			s.sleep(t, timeline, 0, time.Second)
			close(happens)
		}()
		if come, err := timeline.Pass(t.Context(), time.Minute, happens); come || err != nil || timeline.Now() != 2*time.Second {
			t.Errorf("come %v, error %v, now %v", come, err, timeline.Now())
		}
		time.Sleep(time.Second / 2)
		if timeline.Now() != 2*time.Second {
			t.Errorf("time does not stand still: it is %v", timeline.Now())
		}
		if at, ok := timeline.Next(); !ok || at != 3*time.Second {
			t.Errorf("the timer expires at %v", at)
		}
		began := time.Now()
		play(t, timeline)
		s.all.Wait()
		if took := time.Since(began); took != time.Second {
			t.Errorf("the rest of a second took %v after time had stood still", took)
		}
	})
}
