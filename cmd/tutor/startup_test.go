package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
)

// maxAllocs is how much a package may allocate before main begins. The heaviest that is left compiles ten
// regular expressions, which takes 3600 and less than 2 ms.
const maxAllocs = 5000

// Starting the program costs next to nothing, whatever it is linked with. Time is not looked at, since it
// depends on what else the machine does (BenchmarkStart shows it), but what the time is spent on.
func TestStartsLightly(t *testing.T) {
	cmd := exec.Command(os.Args[0], "--help")
	cmd.Env = append(os.Environ(), asProgram+"=1", "GODEBUG=inittrace=1")
	var trace strings.Builder
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	packages := 0
	for line := range strings.Lines(trace.String()) {
		var name string
		var at, clock float64
		var bytes, allocs int
		if _, err := fmt.Sscanf(line, "init %s @%f ms, %f ms clock, %d bytes, %d allocs", &name, &at, &clock, &bytes, &allocs); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		packages++
		if allocs > maxAllocs {
			t.Errorf("the init of %s makes %d allocations, want %d at the most", name, allocs, maxAllocs)
		}
	}
	if packages < 10 {
		t.Errorf("only %d packages have been initialised", packages)
	}
}

// The dependencies whose inits are heavy in some versions are here in others: go-runewidth computed its
// tables from v0.0.26 to v0.0.27, and gopsutil is asked for all processes of the machine when the container
// library is initialised.
func TestHeavyInitsAreAvoided(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("the program does not know what it is built of")
	}
	found := map[string]*debug.Module{}
	for _, m := range info.Deps {
		found[m.Path] = m
	}
	var patch int
	width := found["github.com/mattn/go-runewidth"]
	if width != nil {
		if _, err := fmt.Sscanf(width.Version, "v0.0.%d", &patch); err == nil && (patch == 26 || patch == 27) {
			t.Errorf("go-runewidth %s computes its tables at the start", width.Version)
		}
	}
	if processes := found["github.com/shirou/gopsutil/v4"]; processes == nil || processes.Replace == nil {
		t.Error("gopsutil is not replaced by runner/target/docker/gopsutil")
	}
}
