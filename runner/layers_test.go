package runner_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Dependencies point one way. What a package may import of this module, in all, is listed here; what
// is not listed may import anything, and everybody may import the leaves.
var layers = map[string][]string{
	"tutor/runner/wire":                {},
	"tutor/runner/escape":              {},
	"tutor/runner/mistake":             {"escape"},
	"tutor/runner/definitions":         {"escape", "mistake"},
	"tutor/runner/definitions/lint":    {"definitions", "escape", "mistake", "topology", "wire"},
	"tutor/runner/pattern":             {},
	"tutor/runner/pile":                {},
	"tutor/runner/fate":                {},
	"tutor/runner/clock":               {},
	"tutor/runner/transcript":          {},
	"tutor/runner/suggest":             {},
	"tutor/runner/svg":                 {"escape"},
	"tutor/runner/scenario":            {"definitions", "escape", "fate", "mistake", "suggest", "transcript"},
	"tutor/runner/scenario/schema":     {"definitions", "escape", "fate", "mistake", "scenario", "suggest", "transcript"},
	"tutor/runner/stage":               {"definitions", "escape", "fate", "mistake", "scenario", "suggest", "transcript"},
	"tutor/runner/outcome":             {"definitions", "escape", "fate", "mistake", "scenario", "suggest", "transcript"},
	"tutor/runner/outcome/outcometest": {"definitions", "escape", "fate", "mistake", "outcome", "scenario", "suggest", "transcript"},
	"tutor/runner/tap":                 {"wire"},
	"tutor/runner/topology":            {"wire"},
	"tutor/runner/ledger":              {"definitions", "escape", "fate", "mistake", "outcome", "scenario", "suggest", "tap", "topology", "transcript", "wire"},
	"tutor/runner/actor":               {"clock", "definitions", "escape", "fate", "mistake", "scenario", "stage", "suggest", "tap", "transcript", "wire"},
	"tutor/runner/verdict":             {"definitions", "escape", "fate", "mistake", "outcome", "scenario", "suggest", "transcript"},
	"tutor/runner/play/inspector":      engine,
	"tutor/runner/play/barrier":        append([]string{"play/inspector"}, engine...),
	"tutor/runner/play":                append([]string{"play/barrier", "play/inspector"}, engine...),
	"tutor/runner":                     append([]string{"play", "play/barrier", "play/inspector"}, engine...),
	"tutor/runner/report":              {"definitions", "escape", "fate", "mistake", "outcome", "report/compare", "report/document", "report/picture", "report/stepping", "scenario", "suggest", "svg", "transcript"},
	"tutor/runner/report/stepping":     {},
	"tutor/runner/report/compare":      {"definitions", "escape", "fate", "mistake", "outcome", "report/document", "scenario", "suggest", "transcript"},
	"tutor/runner/report/document":     {"definitions", "escape", "fate", "mistake", "outcome", "scenario", "suggest", "transcript"},
	"tutor/runner/report/picture":      {"definitions", "escape", "fate", "mistake", "outcome", "scenario", "suggest", "svg", "transcript"},
	"tutor/runner/scenario/update":     {"definitions", "escape", "fate", "mistake", "outcome", "scenario", "suggest", "transcript"},
	"tutor/runner/byhand":              {"actor", "clock", "definitions", "escape", "fate", "mistake", "scenario", "stage", "suggest", "tap", "transcript", "wire"},
	"tutor/runner/diagram":             {"definitions", "escape", "fate", "mistake", "scenario", "suggest", "svg", "topology", "transcript", "wire"},
	"tutor/runner/broker/vhost":        {"wire"},
	"tutor/runner/broker":              {"broker/vhost", "escape", "wire"},
	"tutor/runner/broker/importing":    {"broker", "broker/vhost", "definitions", "escape", "mistake", "wire"},
	"tutor/runner/broker/brokertest":   {"broker", "broker/importing", "broker/vhost", "definitions", "escape", "mistake", "suggest", "wire"},

	"tutor/runner/lab/browsertest": {},

	"tutor/runner/lab/course": {"definitions", "escape", "fate", "mistake", "scenario", "suggest", "transcript"},
	"tutor/runner/lab/site": append([]string{"diagram", "lab", "lab/course", "lab/page", "lab/recorded", "report/compare", "play", "play/barrier", "play/inspector", "report/document", "report/picture",
		"report/stepping", "svg"}, engine...),
	"tutor/runner/lab/page": append([]string{"diagram", "lab", "lab/course", "lab/recorded", "report/compare", "play", "play/barrier", "play/inspector", "report/document", "report/picture",
		"report/stepping", "svg"}, engine...),
	"tutor/runner/lab/recorded": append([]string{"lab", "lab/course", "play", "play/barrier", "play/inspector", "report/compare", "report/document", "report/picture", "svg"}, engine...),
	"tutor/runner/lab/server": append([]string{"broker", "broker/vhost", "diagram", "lab", "lab/course", "lab/page", "lab/recorded", "report/compare", "play", "play/barrier", "play/inspector",
		"report/document", "report/picture", "report/stepping", "svg", "target/embedded", "target/pki"}, engine...),
	"tutor/runner/lab": append([]string{"lab/course", "play", "play/barrier", "play/inspector", "report/document", "report/picture", "svg"}, engine...),

	"tutor/runner/target/pki":        {},
	"tutor/runner/target/linger":     {},
	"tutor/runner/target/serverlog":  {},
	"tutor/runner/target/management": contract("target/linger"),
	"tutor/runner/target/embedded":   contract("broker", "broker/vhost", "target/pki", "wire"),
	"tutor/runner/target/local":      contract("target/linger", "target/management", "target/pki", "target/serverlog"),
	"tutor/runner/target/docker":     contract("target/linger", "target/management", "target/pki", "target/serverlog"),
	"tutor/runner/target/remote":     contract("target/linger", "target/management"),
	"tutor/runner/target": contract("broker", "broker/vhost", "target/embedded", "target/linger", "target/local", "target/management",
		"target/pki", "target/remote", "target/serverlog", "wire"),
}

// engine is what playing an act takes: neither a target nor a report.
var engine = []string{"actor", "clock", "definitions", "escape", "fate", "ledger", "mistake", "outcome", "scenario", "stage", "suggest", "tap", "topology", "transcript", "verdict", "wire"}

// contract is what targets may import: the contract with the engine, not the engine.
func contract(more ...string) []string {
	return append(more, "definitions", "escape", "fate", "mistake", "scenario", "stage", "suggest", "transcript")
}

// leaves are a kind of list, which knows nothing of what is in it, and expressions, which know nothing of what they match.
var leaves = []string{"pile", "pattern"}

// onlyDocker are packages that may import testcontainers: the one that is made for it, and what puts
// programs and tests together.
var onlyDocker = []string{"tutor/runner/target/docker", "tutor/runner/target/targettest", "tutor/cmd/tutor"}

// onlyBrowser is the package that drives a browser, for tests.
const onlyBrowser = "tutor/runner/lab/browsertest"

func TestLayers(t *testing.T) {
	for pkg, imports := range dependencies(t) {
		allowed, listed := layers[pkg]
		for _, i := range imports {
			own, isOwn := strings.CutPrefix(i, "tutor/runner/")
			if listed && isOwn && !slices.Contains(leaves, own) && !slices.Contains(allowed, own) {
				t.Errorf("%s must not depend on %s", pkg, i)
			}
			if strings.Contains(i, "testcontainers") && !slices.Contains(onlyDocker, pkg) {
				t.Errorf("%s must not depend on %s", pkg, i)
			}
			if strings.Contains(i, "chromedp") && pkg != onlyBrowser {
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
