//go:build (linux || darwin) && !race

package browsertest

import (
	"fmt"
	"os/exec"
	"strings"
)

// Variable is the name of the environment variable that says which browser must be there.
const Variable = "TUTOR_TEST_BROWSER"

// programs are what Chromium may be called.
var programs = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// choice is the browser that was chosen.
type choice struct {
	// path is where its program is; empty if it is absent.
	path string
	// forced says that it must be there.
	forced bool
}

// choose takes the variable's value apart, and looks for the browser among programs.
func choose(value string, set bool, programs []string) (choice, error) {
	if set && value != "chromium" {
		return choice{}, fmt.Errorf("%s: unknown browser %q: want chromium", Variable, value)
	}
	for _, program := range programs {
		if path, err := exec.LookPath(program); err == nil {
			return choice{path, set}, nil
		}
	}
	return choice{forced: set}, nil
}

// absent is why there is no browser, if there is none.
func (c choice) absent() error {
	if c.path != "" {
		return nil
	}
	return fmt.Errorf("no browser is there: looked for %s (apt install chromium)", strings.Join(programs, ", "))
}
