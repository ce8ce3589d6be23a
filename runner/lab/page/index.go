package page

import (
	_ "embed"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/lab/course"
)

// indexPage is what the template of the course's page gets.
type indexPage struct {
	common
	Broken   []link
	Chapters []indexChapter
	Lessons  int
}

type indexChapter struct {
	Name, Title string
	About       []string
	Lessons     []indexLesson
}

type indexLesson struct{ Path, To, Name, Claim string }

// Index is the page of the course: what there is to learn, and what has been learned.
func (s *Site) Index() ([]byte, error) {
	var p indexPage
	for _, b := range s.Broken {
		p.Broken = append(p.Broken, link{MistakenPath(b.Chapter), sum(b.Mistakes) + " in " + escape.Text(b.File)})
	}
	for _, c := range s.Chapters {
		chapter := indexChapter{Name: c.Name, Title: escape.Text(c.Scenario.Title), About: paragraphs(c.Scenario.About)}
		for _, l := range c.Lessons {
			chapter.Lessons = append(chapter.Lessons, indexLesson{l.Path, LessonPath(l), escape.Text(l.Act.Name), claim(l)})
		}
		p.Chapters = append(p.Chapters, chapter)
		p.Lessons += len(c.Lessons)
	}
	var err error
	if p.common, err = s.common("tutor: what RabbitMQ does with my message", "", "index.js", struct{}{}); err != nil {
		return nil, err
	}
	return write("index.html", p)
}

// claim is the first sentence of what a lesson says.
func claim(l *course.Lesson) string {
	text := strings.Join(paragraphs(l.Act.About), " ")
	first, _, more := strings.Cut(text, ". ")
	if more {
		return first + "."
	}
	return first
}

// ownPage is what the template of the page for scenarios of one's own gets.
type ownPage struct {
	common
	Example string
}

// Own is the page on which a scenario can be written, and played.
func (s *Site) Own() ([]byte, error) {
	data := struct {
		Backend Backend `json:"backend"`
		Root    string  `json:"root"`
	}{s.Backend, ""}
	p := ownPage{Example: example}
	var err error
	if p.common, err = s.common("A scenario of your own", "", "own.js", data); err != nil {
		return nil, err
	}
	return write("own.html", p)
}

//go:embed example.yaml
var example string
