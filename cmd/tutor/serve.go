package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/server"
	"tutor/scenarios"
)

// pagesFlags are the flags of the laboratory in a browser.
type pagesFlags struct {
	broker     brokerFlags
	recordings recordings
	port       int
	// chosen is set where the port was asked for.
	chosen bool
}

// usualPort is the one that pages are at, so that what a browser keeps of them is there again; if it is taken, any is.
const usualPort = 8672

func newServe(t terminal) *cobra.Command {
	flags := &pagesFlags{}
	cmd := &cobra.Command{
		Use:   "serve [FILE|DIR...]",
		Short: "Show the course, and your own scenarios, in a browser: predict, play, step, turn knobs",
		Long: `serve shows the course in a browser on this machine, until Ctrl-C: each lesson to read, to predict what
becomes of its messages, to play and step through, with its knobs. Scenarios of your own that it is given are shown
like lessons, and again when they are saved; what is wrong with one is shown at its line.

Nobody but this machine can connect, and no file is read but those that are named and what they refer to.`,
		Example: `  tutor serve
  tutor serve mine.yaml
  tutor serve --broker docker --port 8080`,
		RunE: func(cmd *cobra.Command, args []string) error {
			flags.chosen = cmd.Flags().Changed("port")
			return flags.serve(cmd.Context(), t, args)
		},
	}
	flags.broker.register(cmd, t)
	flags.recordings.register(cmd)
	cmd.Flags().IntVar(&flags.port, "port", usualPort, "port to listen on; 0 takes a free one, and so does the default if it is taken")
	return cmd
}

// serve serves until the context ends.
func (f *pagesFlags) serve(ctx context.Context, t terminal, args []string) (err error) {
	if err := canBeSaved(args); err != nil {
		return err
	}
	o, err := f.options(ctx, t)
	if err != nil {
		return err
	}
	own, err := newOwnFiles(args, o.Course)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.close()) }()
	s, err := server.New(o)
	if err != nil {
		return err
	}
	if err := own.open(ctx, t, s); err != nil {
		return errors.Join(err, s.Close())
	}
	listener, err := f.listen()
	if err != nil {
		return errors.Join(err, s.Close())
	}
	fmt.Fprintf(t.out, "http://%v/\n%s; Ctrl-C ends\n", listener.Addr(), own.said())
	return own.followWhile(ctx, t, s, func(ctx context.Context) error { return s.Serve(ctx, listener) })
}

// options are what is served, on which broker.
func (f *pagesFlags) options(ctx context.Context, t terminal) (o server.Options, err error) {
	o = server.Options{Limits: lab.UsualLimits(), Log: log.New(logLines{t}, "", 0)}
	if err := f.broker.check(); err != nil {
		return o, err
	}
	if f.broker.broker != "embedded" {
		o.Target = f.broker.target
	}
	if o.Others, err = f.recordings.others(ctx, t); err != nil {
		return o, err
	}
	o.Course, err = carried()
	return o, err
}

// listen listens for this machine only.
func (f *pagesFlags) listen() (net.Listener, error) {
	at := func(port int) (net.Listener, error) {
		return net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	}
	l, err := at(f.port)
	if err != nil && !f.chosen {
		l, err = at(0)
	}
	if err != nil {
		return nil, fmt.Errorf("--port: %w", err)
	}
	return l, nil
}

// carried are the chapters that the program carries.
func carried() ([]*course.Chapter, error) {
	var all []*course.Chapter
	for _, name := range scenarios.Names() {
		c, err := course.Read(scenarios.FS(), name)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// logLines write what went wrong in serving, which may say what somebody has sent.
type logLines struct{ t terminal }

func (l logLines) Write(text []byte) (int, error) {
	fmt.Fprintln(l.t.err, "tutor: "+escape.Lines(strings.TrimSpace(string(text))))
	return len(text), nil
}
