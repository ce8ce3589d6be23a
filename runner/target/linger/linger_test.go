package linger

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		lingering, cancel := Context(ctx, time.Second)
		defer cancel()
		end()
		time.Sleep(time.Second - time.Nanosecond)
		synctest.Wait()
		if err := lingering.Err(); err != nil {
			t.Errorf("ended too early: %v", err)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if lingering.Err() == nil {
			t.Error("goes on")
		}
	})
}
