package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// built is the program as its users build it.
func built(tb testing.TB) string {
	tb.Helper()
	program := filepath.Join(tb.TempDir(), "tutor")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	return program
}

// BenchmarkStart is how long the program takes from its start to its end, and how much memory it needs: to
// say what there is, and to play the work queue tutorial. Of many starts the fastest counts, which is the
// one that the rest of the machine disturbs least.
func BenchmarkStart(b *testing.B) {
	program := built(b)
	for name, arg := range map[string]string{"help": "--help", "workqueue": "../../scenarios/workqueue.yaml"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				fastest, memory := starts(b, 40, program, arg)
				b.ReportMetric(float64(fastest.Microseconds())/1000, "ms")
				if memory > 0 {
					b.ReportMetric(float64(memory)/(1<<20), "MB-resident")
				}
			}
		})
	}
}

func starts(b *testing.B, n int, program, arg string) (fastest time.Duration, memory int64) {
	for range n {
		cmd := exec.Command(program, arg)
		cmd.Env = os.Environ()
		began := time.Now()
		if out, err := cmd.Output(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		if took := time.Since(began); fastest == 0 || took < fastest {
			fastest = took
		}
		memory = max(memory, resident(cmd.ProcessState))
	}
	return fastest, memory
}
