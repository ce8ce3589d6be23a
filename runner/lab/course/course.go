// Package course is the scenarios as lessons: chapters in the order in which they are best learned, each of their acts
// a lesson with a path that links can name.
package course

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"

	"tutor/runner/scenario"
	"tutor/runner/suggest"
)

// Chapter is a scenario with its lessons.
type Chapter struct {
	// Name is the chapter's in paths, such as workqueue.
	Name     string
	Scenario *scenario.Scenario
	Lessons  []*Lesson
	// Own is set on a file of the reader's, which may be saved again while its pages are looked at.
	Own bool
}

// Lesson is an act of a chapter.
type Lesson struct {
	// Path names it in links: the chapter's name, a slash, and the act's.
	Path     string
	Scenario *scenario.Scenario
	Act      *scenario.Act
}

// Read decodes a chapter, the scenario NAME.yaml of a file system.
func Read(files fs.FS, name string) (*Chapter, error) {
	text, err := fs.ReadFile(files, name+".yaml")
	if err != nil {
		return nil, fmt.Errorf("reading chapter %s: %w", name, err)
	}
	s, err := scenario.DecodeIn(files, name+".yaml", text)
	if err != nil {
		return nil, err
	}
	return Of(name, s), nil
}

// Find reads the chapter of a lesson from a file system, and finds the lesson in it.
func Find(files fs.FS, path string) (*Lesson, error) {
	name, _, _ := strings.Cut(path, "/")
	c, err := Read(files, name)
	if err != nil {
		if _, there := fs.Stat(files, name+".yaml"); there != nil {
			return nil, fmt.Errorf("there is no chapter %s", name)
		}
		return nil, err
	}
	return c.Lesson(path)
}

// Of makes a chapter of a scenario.
func Of(name string, s *scenario.Scenario) *Chapter {
	c := &Chapter{Name: name, Scenario: s}
	var slugs []string
	for i, a := range s.Acts {
		slug := Slug(a.Name)
		if slug == "" || slices.Contains(slugs, slug) {
			slug = strings.Trim(fmt.Sprintf("%s-%d", slug, i+1), "-")
		}
		slugs = append(slugs, slug)
		c.Lessons = append(c.Lessons, &Lesson{Path: name + "/" + slug, Scenario: s, Act: a})
	}
	return c
}

// Slug is a name as it stands in paths: its letters and digits, in lower case, with dashes for what is between them.
func Slug(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), "-")
}

// Lesson finds a lesson by its path.
func (c *Chapter) Lesson(path string) (*Lesson, error) {
	var paths []string
	for _, l := range c.Lessons {
		if l.Path == path {
			return l, nil
		}
		paths = append(paths, l.Path)
	}
	return nil, fmt.Errorf("there is no lesson %s%s", path, suggest.DidYouMean(path, paths))
}

// Turned is the lesson with one of its knobs in a position, as a scenario with that as its only act.
func (l *Lesson) Turned(knob, position string) (*scenario.Scenario, error) {
	k := l.Act.Knobs[knob]
	if k == nil {
		return nil, fmt.Errorf("lesson %s has no knob %s", l.Path, knob)
	}
	for _, v := range k.Values {
		if v.Text == position {
			turned := *l.Scenario
			turned.Acts = []*scenario.Act{v.Act}
			return &turned, nil
		}
	}
	return nil, fmt.Errorf("knob %s has no position %s", knob, position)
}
