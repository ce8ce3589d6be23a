// Package ending hears the signals that end the program: Ctrl-C, a request, and a terminal that is
// closed. It listens before main begins, since most of the time until then is spent on initializing what
// the program is linked with, and a signal that nobody listens for ends a program in no order at all.
package ending

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// signals has what was heard since the package was initialized. It is the one thing of its kind:
// signals are sent to a program, not to a part of it.
var signals = listen()

func listen() <-chan os.Signal {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, Signals()...)
	return heard
}

// Signals are those that end the program in order. A closed terminal is none of them if the program was
// started to survive that (nohup).
func Signals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// together is how long after the first signal another one is taken for the same: timeout(1) sends each to
// the program and to its process group.
const together = 250 * time.Millisecond

// Context ends with the first signal, which may have come already. The next one ends the program at
// once, should tidying up take too long.
func Context() context.Context {
	ctx, end := context.WithCancel(context.Background())
	go func() {
		<-signals
		end()
		time.AfterFunc(together, func() { signal.Reset(Signals()...) })
	}()
	return ctx
}
