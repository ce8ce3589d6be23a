package broker

import (
	"slices"
	"testing"
	"time"
)

// A clock that is held goes on only when it is told to, and what is due is done in order.
func TestClock(t *testing.T) {
	c := NewClock()
	c.Hold()
	var done []string
	does := func(what string) func() { return func() { done = append(done, what) } }
	began := c.Now()
	c.AfterFunc(2*time.Second, does("two"))
	c.AfterFunc(time.Second, does("one"))
	c.AfterFunc(time.Second, does("one, later"))
	stopped := c.AfterFunc(time.Second, does("stopped"))
	moved := c.AfterFunc(time.Second, does("moved"))
	if !stopped.Stop() || stopped.Stop() || !moved.Reset(3*time.Second) {
		t.Error("a timer does not know whether it is set")
	}
	c.AfterFunc(500*time.Millisecond, func() { c.AfterFunc(0, does("at once")) })
	for _, want := range []time.Duration{500 * time.Millisecond, 500 * time.Millisecond, time.Second, time.Second, 2 * time.Second, 3 * time.Second} {
		at, ok := c.Next()
		if !ok || at != want {
			t.Errorf("next at %v, want %v", at, want)
		}
		if f, ok := c.fire(at); ok {
			f()
		}
	}
	if _, ok := c.Next(); ok {
		t.Error("something is left")
	}
	if want := []string{"at once", "one", "one, later", "two", "moved"}; !slices.Equal(done, want) {
		t.Errorf("%q, want %q", done, want)
	}
	if c.Pass(time.Minute); c.Now().Sub(began) != time.Minute {
		t.Errorf("%v have passed", c.Now().Sub(began))
	}
}
