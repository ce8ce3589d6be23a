// Package site writes the laboratory as a directory that any web server can serve: the pages of the course, each with the
// run of its lesson, and the player, which is the laboratory as WebAssembly. Without a player the pages are complete, but
// nobody plays.
//
// A directory is written beside the one that it is to become and then takes its place, so that who breaks it off has the
// old one. What it takes the place of must be a site, or nothing.
package site

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/page"
	"tutor/runner/lab/recorded"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// Site is what is written.
type Site struct {
	// Course are the chapters whose lessons the player has, too: it plays them, but for those that take TLS. Own are
	// others, which it does not know: their pages show what came of them.
	Course, Own []*course.Chapter
	// Target plays the runs that are in the pages.
	Target stage.Target
	// Others, if not nil, is what came of lessons on other brokers, beside what came of them on the embedded one.
	Others func(*course.Lesson, *lab.Run) ([]recorded.Of, error)
	// Player is who plays; nil where nobody does.
	Player *Player
}

// Written is what was written.
type Written struct {
	// Lessons is how many have a page.
	Lessons int
	// Bytes is the size of all files.
	Bytes int64
	// Unplayed are the lessons that could not be played, each with why. Their pages have no run.
	Unplayed []string
}

// writing is a site that is being written.
type writing struct {
	*Site
	dir *staged
	mu  sync.Mutex
	Written
}

// Write writes the site in place of a directory. When the context ends, or anything fails, the directory is as it was.
func (s *Site) Write(ctx context.Context, dir string) (w Written, err error) {
	d, err := stageFor(dir)
	if err != nil {
		return w, err
	}
	defer func() { err = d.clear(err) }()
	writing := &writing{Site: s, dir: d}
	if err := writing.all(ctx); err != nil {
		return w, err
	}
	slices.Sort(writing.Unplayed)
	writing.Bytes, err = d.commit()
	return writing.Written, err
}

// all writes what all pages need, and then the pages.
func (w *writing) all(ctx context.Context) error {
	assets, err := page.Assets()
	if err != nil {
		return err
	}
	if w.Player != nil {
		assets[packedName], assets[scriptName] = w.Player.Packed, w.Player.Script
	}
	site := w.pages(w.backend())
	if assets["index.html"], err = site.Index(); err != nil {
		return err
	}
	if assets["own.html"], err = site.Own(); err != nil {
		return err
	}
	for path, text := range assets {
		if err := w.dir.put(path, text); err != nil {
			return err
		}
	}
	return w.lessons(ctx)
}

// backend is who plays the lessons of the course.
func (w *writing) backend() page.Backend {
	if w.Player == nil {
		return page.Nobody
	}
	return page.Wasm
}

func (w *writing) pages(b page.Backend) *page.Site {
	return &page.Site{
		Chapters: slices.Concat(w.Own, w.Course), Backend: b,
		PlaysOn: "the embedded broker, in your browser", PolicyInside: true,
	}
}

// lessons writes the pages of all lessons, some at a time.
func (w *writing) lessons(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	played, unplayed := w.pages(w.backend()), w.pages(page.Nobody)
	for _, c := range played.Chapters {
		for _, l := range c.Lessons {
			site := played
			if slices.Contains(w.Own, c) || takesTLS(l.Act) {
				site = unplayed
			}
			group.Go(func() error { return w.lesson(ctx, site, c, l) })
		}
	}
	return group.Wait()
}

// takesTLS reports whether an act has somebody connect over TLS, which the player lacks.
func takesTLS(a *scenario.Act) bool {
	return slices.ContainsFunc(a.Cast, func(actor *scenario.Actor) bool { return actor.Common().Connect.TLS != nil })
}

func (w *writing) lesson(ctx context.Context, site *page.Site, c *course.Chapter, l *course.Lesson) error {
	run, why := lab.Once(ctx, w.Target, l, lab.UsualLimits())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	came := page.Recorded{Run: run}
	if w.Others != nil && run != nil {
		others, err := w.Others(l, run)
		if err != nil {
			return err
		}
		came.Others = others
	}
	text, err := site.Lesson(c, l, came)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.Lessons++
	if run == nil {
		w.Unplayed = append(w.Unplayed, fmt.Sprintf("%s: %v", l.Path, why))
	}
	w.mu.Unlock()
	return w.dir.put(page.LessonPath(l), text)
}
