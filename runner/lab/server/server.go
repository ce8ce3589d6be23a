// Package server serves the laboratory to a browser on this machine: the pages of a course and of a reader's own files,
// and who plays what they ask for.
//
// It listens to nobody else: requests must be meant for this machine by name (a page elsewhere could have its own name
// lead here), and what plays must come from its own pages. It reads no file; what it serves it has been given.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/page"
	"tutor/runner/lab/recorded"
	"tutor/runner/stage"
	"tutor/runner/target/embedded"
)

// Options are what is served, and on which broker it is played.
type Options struct {
	Course []*course.Chapter
	// Others, if not nil, is what came of lessons on other brokers, beside what came of them on the embedded one.
	Others func(*course.Lesson, *lab.Run) ([]recorded.Of, error)
	// Target is the broker that is played on; nil stands for the embedded one. It tells its progress.
	Target func(progress func(string)) (stage.Target, error)
	// Limits of what pages have played.
	Limits lab.Limits
	// PageTime is how long an act may go on that a page has in it, so that the page does not take longer; 10 s unless it
	// says otherwise. What takes longer is played when the page asks for it.
	PageTime time.Duration
	// Log is told what went wrong in serving.
	Log *log.Logger
}

// atOnce is how many plays there may be at one time on the embedded broker, where each act has one to itself. On others
// there is one: acts may restart them, and share what they can do.
const atOnce = 4

// Server serves the laboratory. It is made by [New], and must be closed.
type Server struct {
	options Options
	shelf   *shelf
	events  *events
	lab     *lab.Lab
	turns   turns
	// embedded is what pages have in them played on, whatever else is played on.
	embedded  *embedded.Target
	pageTurns turns
	assets    map[string][]byte
	site      page.Site

	mu sync.Mutex
	// closing is set when no request is taken any more, and answering are those that were.
	closing   bool
	answering sync.WaitGroup
}

// New returns a server; no broker is started before the first play.
func New(o Options) (*Server, error) {
	o.PageTime = cmp.Or(o.PageTime, 10*time.Second)
	assets, err := page.Assets()
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: o, shelf: newShelf(o.Course), events: newEvents(), assets: assets, embedded: embedded.New(), pageTurns: make(turns, atOnce),
		site: page.Site{Backend: page.Server, PlaysOn: "the embedded broker"},
	}
	s.lab, s.turns = &lab.Lab{Target: s.embedded, Lessons: s.shelf.lesson, Limits: o.Limits}, s.pageTurns
	if o.Target == nil {
		return s, nil
	}
	target, err := newTarget(func() (stage.Target, error) { return o.Target(s.events.progress) }, s.events)
	if err != nil {
		return nil, err
	}
	s.lab.Target, s.turns, s.site.PlaysOn = target, make(turns, 1), target.Name()
	return s, nil
}

// Save has a reader's own files served, in place of those that were. Whoever looks at one that is not the same as
// before is told so.
func (s *Server) Save(own []*Own) { s.events.changed(s.shelf.save(own)) }

// The times that a client may take.
const (
	reading = 10 * time.Second
	writing = 10 * time.Second
	idle    = 2 * time.Minute
)

// Serve answers requests until the context ends: then what is played is broken off, and nothing is left.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ErrorLog: s.options.Log,
		ReadTimeout: reading, WriteTimeout: writing, IdleTimeout: idle, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	over := make(chan error, 1)
	go func() { over <- server.Serve(l) }()
	var err error
	select {
	case err = <-over:
	case <-ctx.Done():
		err = server.Close()
		<-over
	}
	if err != nil {
		err = fmt.Errorf("serving: %w", err)
	}
	return errors.Join(err, s.Close())
}

// Close waits for the answers that are under way, whose contexts must have ended, and closes the targets.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.answering.Wait()
	err := s.embedded.Close()
	if s.options.Target == nil {
		return err
	}
	if closed := s.lab.Target.Close(); closed != nil {
		err = errors.Join(err, fmt.Errorf("closing target %s: %w", s.lab.Target.Name(), closed))
	}
	return err
}

// enter reports whether a request is still answered; if so, leave must be called when it is.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.answering.Add(1)
	}
	return !s.closing
}

func (s *Server) leave() { s.answering.Done() }

// Handler answers requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/index.html", http.StatusFound))
	mux.HandleFunc("GET /index.html", s.index)
	mux.HandleFunc("GET /own.html", s.own)
	mux.HandleFunc("GET /lesson/{chapter}/{page}", s.lesson)
	mux.HandleFunc("GET /events", s.listen)
	mux.HandleFunc("POST /play", s.play)
	// Browsers ask for it unasked.
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /", s.asset)
	return s.guarded(mux)
}
