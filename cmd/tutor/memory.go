package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// enoughMemory is what the program may take before its garbage is collected more often than usual, in bytes: an act of
// a million messages keeps less. Without that it would take nearly twice as much, in no less time.
const enoughMemory = 330 << 20

// spareMemory sets that limit, unless the user has set one. It is raised when more than three quarters of it are in use: otherwise
// the collector would do little else.
func spareMemory() {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetMemoryLimit(enoughMemory)
	afterCollection(enoughMemory)
}

// afterCollection raises the limit, if need be, after each garbage collection: that is when what nobody refers to
// is cleaned up.
func afterCollection(limit int64) {
	runtime.AddCleanup(new([16]byte), func(limit int64) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if raised := limitFor(live[0].Value.Uint64(), limit); raised > limit {
			limit = raised
			debug.SetMemoryLimit(limit)
		}
		afterCollection(limit)
	}, limit)
}

// limitFor is the limit for what is in use, in bytes, never lower than the one there is.
func limitFor(live uint64, limit int64) int64 {
	if int64(live) <= limit/4*3 {
		return limit
	}
	return int64(live) / 3 * 4
}
