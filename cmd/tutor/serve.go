package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tutor/runner/escape"
	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/server"
	"tutor/runner/stage"
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
	chapters, err := carried()
	if err != nil {
		return err
	}
	o := server.Options{Course: chapters, Limits: lab.UsualLimits(), Log: log.New(logLines{t}, "", 0)}
	if o.Others, err = f.recordings.others(ctx, t); err != nil {
		return err
	}
	if err := f.broker.check(); err != nil {
		return err
	}
	if f.broker.broker != "embedded" {
		o.Target = func(progress func(string)) (stage.Target, error) { return f.broker.target(progress) }
	}
	s, err := server.New(o)
	if err != nil {
		return err
	}
	own, err := newOwnFiles(args, chapters)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	defer func() { err = errors.Join(err, own.close()) }()
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

// ownFiles are the scenarios of the user's that are served.
type ownFiles struct {
	*watching
	// names are those of the chapters, by the paths of the files; taken are those that other chapters have.
	names map[string]string
	taken []string
	// served are what was served last, by their names.
	served map[string]*server.Own
}

func newOwnFiles(args []string, chapters []*course.Chapter) (*ownFiles, error) {
	w, err := newWatching(args)
	if err != nil {
		return nil, err
	}
	o := &ownFiles{watching: w, names: map[string]string{}}
	for _, c := range chapters {
		o.taken = append(o.taken, c.Name)
	}
	return o, nil
}

// open has the files served for the first time. What is not there is an error now; later, it may come back.
func (o *ownFiles) open(ctx context.Context, t terminal, s *server.Server) error {
	sources, err := o.learn(ctx, t)
	if err != nil {
		return err
	}
	for _, each := range sources {
		if each.path == "" {
			return each.err
		}
	}
	o.save(s, sources, "")
	return nil
}

// followWhile has files that are saved served anew as long as something takes. It returns when both are over.
func (o *ownFiles) followWhile(ctx context.Context, t terminal, s *server.Server, do func(context.Context) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	followed := make(chan error, 1)
	go func() {
		defer end()
		followed <- o.follow(ctx, t, s)
	}()
	err := do(ctx)
	end()
	return errors.Join(err, <-followed)
}

func (o *ownFiles) follow(ctx context.Context, t terminal, s *server.Server) error {
	for {
		saved, err := o.await(ctx)
		if err != nil || ctx.Err() != nil {
			return err
		}
		sources, err := o.learn(ctx, t)
		if err != nil {
			return err
		}
		if ctx.Err() == nil {
			o.save(s, sources, saved)
		}
	}
}

// save has the files served, after one of them, or one that they take something from, was saved; if it is not known
// which one, any may have been.
func (o *ownFiles) save(s *server.Server, sources []*source, saved string) {
	var all []*server.Own
	served := map[string]*server.Own{}
	for _, each := range sources {
		name := o.name(each.name)
		if served[name] != nil { // it was named twice
			continue
		}
		own := o.served[name]
		if own == nil || o.concerned(each, saved) || own.Text != string(each.text) || (own.Chapter == nil) != (each.err != nil) {
			own = ownOf(name, each)
		}
		served[name] = own
		all = append(all, own)
	}
	o.served = served
	s.Save(all)
}

// concerned reports whether a scenario has to be shown anew when a file was saved.
func (o *ownFiles) concerned(s *source, saved string) bool {
	return saved == "" || filepath.Clean(s.path) == saved || slices.Contains(o.besides(s), saved)
}

func ownOf(name string, s *source) *server.Own {
	own := &server.Own{Name: name, File: s.name, Text: string(bytes.ToValidUTF8(s.text, []byte("\uFFFD")))}
	if s.err != nil {
		own.Mistakes = lab.Mistakes(s.name, s.err)
		return own
	}
	own.Chapter = course.Of(name, s.scenario)
	own.Chapter.Own = true
	return own
}

// name is the name of a file's chapter in paths.
func (o *ownFiles) name(path string) string {
	path = filepath.Clean(path)
	if name := o.names[path]; name != "" {
		return name
	}
	name := chapterName(path, o.taken)
	o.taken = append(o.taken, name)
	o.names[path] = name
	return name
}

// chapterName is the name of a file's chapter in paths: the file's own, with a number if that is taken.
func chapterName(path string, taken []string) string {
	base := filepath.Base(path)
	slug := course.Slug(strings.TrimSuffix(base, filepath.Ext(base)))
	name := slug
	for n := 2; name == "" || slices.Contains(taken, name); n++ {
		name = strings.Trim(slug+"-"+strconv.Itoa(n), "-")
	}
	return name
}

// said is what is served, in words.
func (o *ownFiles) said() string {
	if len(o.served) == 0 {
		return "serving the course"
	}
	return "serving the course, and " + counted(len(o.served), "file") + " of your own"
}
