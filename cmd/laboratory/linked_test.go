package main_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// heavy are packages that a browser has no use for, and would have to load: those of terminals, processes, servers,
// containers, and what makes pages.
var heavy = []string{
	"os/exec", "os/signal", "net/http", "html/template", "text/template",
	"github.com/spf13/", "github.com/charmbracelet/", "github.com/testcontainers/", "github.com/moby/", "github.com/docker/",
	"github.com/dlclark/regexp2", "golang.org/x/term", "tutor/cmd/tutor", "tutor/runner/lab/page", "tutor/runner/lab/server", "tutor/runner/target/pki",
}

func TestLinksNothingHeavy(t *testing.T) {
	list := exec.Command("go", "list", "-deps", ".")
	list.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := list.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	linked := strings.Fields(string(out))
	if len(linked) < 100 {
		t.Fatalf("the list of what is linked is not whole: %s", out)
	}
	for _, pkg := range linked {
		for _, h := range heavy {
			if pkg == h || strings.HasPrefix(pkg, strings.TrimSuffix(h, "/")+"/") {
				t.Errorf("%s is linked", pkg)
			}
		}
	}
}
