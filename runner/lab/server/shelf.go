package server

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/page"
	"tutor/runner/suggest"
)

// Own is a file of the reader's: a chapter, or what is wrong with it. It is not changed; one that is saved again is
// another one.
type Own struct {
	// Name is the chapter's in paths.
	Name string
	// Chapter is nil where there are mistakes.
	Chapter *course.Chapter
	// File is what the file is called, and Text what is in it.
	File, Text string
	Mistakes   []lab.Mistake
}

// shelf has the chapters that are served: the reader's own, and those of the course.
type shelf struct {
	mu          sync.Mutex
	own, course []*shelved
}

// shelved is a chapter, and what has come of its lessons.
type shelved struct {
	name string
	// chapter is nil where its file has mistakes; own is nil in the course.
	chapter *course.Chapter
	own     *Own

	mu   sync.Mutex
	runs map[*course.Lesson]*keptRun
}

// keptRun is what has come of a lesson, once it was played. Who looks at it takes turns.
type keptRun struct {
	turn   turns
	played bool
	run    *lab.Run
}

func newShelf(chapters []*course.Chapter) *shelf {
	s := &shelf{}
	for _, c := range chapters {
		s.course = append(s.course, &shelved{name: c.Name, chapter: c})
	}
	return s
}

// save puts files in the place of those that were there, and tells which are not the same, or are gone.
func (s *shelf) save(own []*Own) (changed []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := map[*Own]*shelved{}
	names := map[string]bool{}
	for _, each := range s.own {
		before[each.own], names[each.name] = each, true
	}
	s.own = nil
	for _, o := range own {
		each := before[o]
		if each == nil {
			each = &shelved{name: o.Name, chapter: o.Chapter, own: o}
			names[o.Name] = true
		} else {
			delete(names, o.Name)
		}
		s.own = append(s.own, each)
	}
	return slices.Sorted(maps.Keys(names))
}

// all are the reader's own chapters first.
func (s *shelf) all() []*shelved {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Concat(s.own, s.course)
}

// chapters are those that have lessons, and those whose files have mistakes.
func (s *shelf) chapters() (chapters []*course.Chapter, broken []page.Broken) {
	for _, each := range s.all() {
		if each.chapter != nil {
			chapters = append(chapters, each.chapter)
		} else {
			broken = append(broken, page.Broken{Chapter: each.name, File: each.own.File, Mistakes: len(each.own.Mistakes)})
		}
	}
	return chapters, broken
}

// find finds a chapter by its name, or nil.
func (s *shelf) find(name string) *shelved {
	all := s.all()
	if i := slices.IndexFunc(all, func(each *shelved) bool { return each.name == name }); i >= 0 {
		return all[i]
	}
	return nil
}

// lesson finds a lesson by its path.
func (s *shelf) lesson(path string) (*course.Lesson, error) {
	name, _, _ := strings.Cut(path, "/")
	switch on := s.find(name); {
	case on == nil:
		var names []string
		for _, each := range s.all() {
			names = append(names, each.name)
		}
		return nil, fmt.Errorf("there is no chapter %s%s", name, suggest.DidYouMean(name, names))
	case on.chapter == nil:
		return nil, errors.New(on.own.File + " has mistakes: load the page again")
	default:
		return on.chapter.Lesson(path)
	}
}

// runOf is what has come of a lesson.
func (s *shelved) runOf(l *course.Lesson) *keptRun {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs == nil {
		s.runs = map[*course.Lesson]*keptRun{}
	}
	if s.runs[l] == nil {
		s.runs[l] = &keptRun{turn: make(turns, 1)}
	}
	return s.runs[l]
}
