package runner_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Dependencies point one way. What a package may import of this module, in all, is listed here; what
// is not listed may import anything.
var layers = map[string][]string{
	"tutor/runner/wire":            {},
	"tutor/runner/escape":          {},
	"tutor/runner/fate":            {},
	"tutor/runner/clock":           {},
	"tutor/runner/transcript":      {},
	"tutor/runner/suggest":         {},
	"tutor/runner/scenario":        {"escape", "fate", "suggest", "transcript"},
	"tutor/runner/tap":             {"wire"},
	"tutor/runner/topology":        {"wire"},
	"tutor/runner/ledger":          {"fate", "tap", "topology", "wire"},
	"tutor/runner/actor":           {"clock", "escape", "fate", "scenario", "suggest", "tap", "transcript", "wire"},
	"tutor/runner":                 {"actor", "clock", "escape", "fate", "ledger", "scenario", "suggest", "tap", "topology", "transcript", "wire"},
	"tutor/runner/broker/vhost":    {"wire"},
	"tutor/runner/broker":          {"broker/vhost", "escape", "wire"},
	"tutor/runner/target/pki":      {},
	"tutor/runner/scenario/schema": {"escape", "fate", "scenario", "suggest", "transcript"},
}

// onlyDocker are packages that may import testcontainers: the one that is made for it, and what puts
// programs and tests together.
var onlyDocker = []string{"tutor/runner/target/docker", "tutor/runner/target/targettest", "tutor/cmd/tutor"}

func TestLayers(t *testing.T) {
	for pkg, imports := range dependencies(t) {
		allowed, listed := layers[pkg]
		for _, i := range imports {
			own, isOwn := strings.CutPrefix(i, "tutor/runner/")
			if listed && isOwn && !slices.Contains(allowed, own) {
				t.Errorf("%s must not depend on %s", pkg, i)
			}
			if strings.Contains(i, "testcontainers") && !slices.Contains(onlyDocker, pkg) {
				t.Errorf("%s must not depend on %s", pkg, i)
			}
		}
	}
}

// dependencies lists what each package of the module depends on, directly or not.
func dependencies(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Deps \" \"}}", "tutor/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		all[words[0]] = words[1:]
	}
	for pkg := range layers {
		if _, ok := all[pkg]; !ok {
			t.Errorf("there is no package %s", pkg)
		}
	}
	return all
}
