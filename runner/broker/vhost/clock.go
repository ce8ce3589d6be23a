package vhost

import "time"

// Clock is the time that a vhost lives by: what expires, and what is tried again, goes by it.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f, on a goroutine of its own, when d has passed.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a call to come. Both methods work as those of [time.Timer].
type Timer interface {
	Stop() bool
	Reset(d time.Duration) bool
}

// wallClock is the time of package time, which is exact in a testing/synctest bubble.
type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

// now is the time in microseconds since the Unix epoch.
func (v *VHost) now() int64 { return v.opts.Clock.Now().UnixMicro() }
