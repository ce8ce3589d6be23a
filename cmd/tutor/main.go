// Command tutor plays AMQP tutorials from YAML scenarios and proves what happened.
//
//	tutor scenarios/workqueue.yaml
//
// Its exit code is a verdict: 0 if every act passed, 1 if what was observed is not what was
// expected, 2 if something could not be run.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
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
	environ  []string
	// maxFileSize is the size of the files that are read, at the most.
	maxFileSize *fileSize
}

// endings are the signals that end the program in order: Ctrl-C, a request, and a terminal that is
// closed, unless the program was started to survive that (nohup).
func endings() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	// A second signal ends the program at once, should tidying up take too long.
	context.AfterFunc(ctx, stop)
	code := execute(ctx, os.Args[1:], terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()})
	stop()
	os.Exit(code)
}
