package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkColdStart is how long the program takes for the work queue tutorial from its start to its
// end, and how much memory.
func BenchmarkColdStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "tutor")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		var fastest time.Duration
		var memory int64
		for range 10 {
			cmd := exec.Command(program, "../../scenarios/workqueue.yaml")
			cmd.Env = os.Environ()
			began := time.Now()
			if out, err := cmd.Output(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
			if took := time.Since(began); fastest == 0 || took < fastest {
				fastest = took
			}
			if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
				memory = max(memory, usage.Maxrss)
			}
		}
		b.ReportMetric(float64(fastest.Microseconds())/1000, "ms")
		b.ReportMetric(float64(memory)/1024, "MB-resident")
	}
}
