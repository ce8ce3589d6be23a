package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// maxAllocs is how much a package may allocate before main begins. The heaviest that is left compiles ten
// regular expressions, which takes 3600 and less than 2 ms.
const maxAllocs = 5000

// Starting the program costs next to nothing, whatever it is linked with. Time is not looked at, since it
// depends on what else the machine does (BenchmarkStart shows it), but what the time is spent on.
func TestStartsLightly(t *testing.T) {
	packages := initialized(t)
	for _, p := range packages {
		if p.allocs > maxAllocs {
			t.Errorf("the init of %s makes %d allocations, want %d at the most", p.name, p.allocs, maxAllocs)
		}
	}
	if len(packages) < 10 {
		t.Errorf("only %d packages have been initialised", len(packages))
	}
}

// Signals are heard before the libraries are initialized that take their time.
func TestHearsSignalsEarly(t *testing.T) {
	packages := initialized(t)
	at := func(name string) int {
		return slices.IndexFunc(packages, func(p initOf) bool { return p.name == name })
	}
	hears := at("tutor/cmd/tutor/ending")
	if hears < 0 {
		t.Fatal("the program hears no signals before main")
	}
	for _, late := range []string{"net", "net/http", "github.com/testcontainers/testcontainers-go"} {
		if then := at(late); then < hears {
			t.Errorf("%s is number %d to be initialized, before the signals are heard (%d)", late, then, hears)
		}
	}
}

// initOf is what the initialization of a package took.
type initOf struct {
	name   string
	allocs int
}

// initialized lists the packages that are initialized when the program starts, in order.
func initialized(t *testing.T) (packages []initOf) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "--help")
	cmd.Env = append(os.Environ(), asProgram+"=1", "GODEBUG=inittrace=1")
	var trace strings.Builder
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(trace.String()) {
		var p initOf
		var at, clock float64
		var bytes int
		if _, err := fmt.Sscanf(line, "init %s @%f ms, %f ms clock, %d bytes, %d allocs", &p.name, &at, &clock, &bytes, &p.allocs); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		packages = append(packages, p)
	}
	return packages
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
