package main

import (
	"os"
	"syscall"
)

// resident is the memory in bytes that a process that has ended needed at the most.
func resident(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss * 1024
}
