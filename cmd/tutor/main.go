// Command tutor plays AMQP tutorials from YAML scenarios and proves what happened.
//
//	tutor scenarios/workqueue.yaml
//
// Its exit code is a verdict: 0 if every act passed, 1 if what was observed is not what was
// expected, 2 if something could not be run.
package main

import (
	"io"
	"os"

	"tutor/cmd/tutor/ending"
)

// The exit codes.
const (
	exitPass  = 0
	exitFail  = 1
	exitError = 2
)

// terminal is what the commands have of the outside world.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	// screen is where out is looked at; nil if it is a file or a pipe.
	screen  screen
	environ []string
	// maxFileSize is the size of the files that are read, at the most.
	maxFileSize *byteSize
}

func main() {
	spareMemory()
	t := terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, screen: screenOf(os.Stdout), environ: os.Environ()}
	os.Exit(execute(ending.Context(), os.Args[1:], t))
}
