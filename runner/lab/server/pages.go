package server

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/page"
)

func (s *Server) index(w http.ResponseWriter, _ *http.Request) {
	site := s.pages()
	text, err := site.Index()
	s.html(w, text, err)
}

func (s *Server) own(w http.ResponseWriter, _ *http.Request) {
	site := s.pages()
	text, err := site.Own()
	s.html(w, text, err)
}

// pages makes the pages of what is on the shelf now.
func (s *Server) pages() page.Site {
	site := s.site
	site.Chapters, site.Broken = s.shelf.chapters()
	return site
}

// lesson answers with the page of a lesson, or, if the file that it would be in has mistakes, with these.
func (s *Server) lesson(w http.ResponseWriter, r *http.Request) {
	on := s.shelf.find(r.PathValue("chapter"))
	slug, isPage := strings.CutSuffix(r.PathValue("page"), ".html")
	if on == nil || !isPage {
		http.NotFound(w, r)
		return
	}
	site := s.pages()
	if on.chapter == nil {
		text, err := site.Mistaken(on.name, on.own.File, on.own.Text, on.own.Mistakes)
		s.html(w, text, err)
		return
	}
	l, err := on.chapter.Lesson(on.name + "/" + slug)
	switch {
	case err == nil:
		s.lessonPage(w, r, site, on, l)
	case on.own != nil: // what it was called may have been changed, or it had mistakes
		to := url.URL{Path: "/" + page.LessonPath(on.chapter.Lessons[0])}
		http.Redirect(w, r, to.String(), http.StatusFound)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) lessonPage(w http.ResponseWriter, r *http.Request, site page.Site, on *shelved, l *course.Lesson) {
	run, err := s.runOf(r.Context(), on, l)
	if err != nil {
		return // nobody is there any more
	}
	recorded := page.Recorded{Run: run}
	if s.options.Others != nil && run != nil {
		if recorded.Others, err = s.options.Others(l, run); err != nil {
			fail(w, err)
			return
		}
	}
	text, err := site.Lesson(on.chapter, l, recorded)
	s.html(w, text, err)
}

// runOf is what comes of a lesson on the embedded broker; nil if that does not come to its end in time. It is played
// once. The error is that of the context.
func (s *Server) runOf(ctx context.Context, on *shelved, l *course.Lesson) (*lab.Run, error) {
	kept := on.runOf(l)
	if err := kept.turn.take(ctx, func() {}); err != nil {
		return nil, err
	}
	defer kept.turn.give()
	if kept.played {
		return kept.run, nil
	}
	if err := s.pageTurns.take(ctx, func() {}); err != nil {
		return nil, err
	}
	defer s.pageTurns.give()
	run, _ := lab.Once(ctx, s.embedded, l, lab.Limits{Time: s.options.PageTime}) // the page says that there is none
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	kept.played, kept.run = true, run
	return run, nil
}

// asset answers with a style sheet or a module, and nothing else: there are no directories.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	text, ok := s.assets[strings.TrimPrefix(r.URL.Path, "/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	kind := "text/javascript; charset=utf-8"
	if path.Ext(r.URL.Path) == ".css" {
		kind = "text/css; charset=utf-8"
	}
	write(w, http.StatusOK, kind, text)
}

func (s *Server) html(w http.ResponseWriter, text []byte, err error) {
	if err != nil {
		fail(w, err)
		return
	}
	write(w, http.StatusOK, "text/html; charset=utf-8", text)
}

func fail(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), http.StatusInternalServerError)
}

// write answers. The time for that begins when there is an answer.
func write(w http.ResponseWriter, code int, kind string, text []byte) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writing))
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(code)
	_, _ = w.Write(text) // nobody could be told that nobody listens
}
