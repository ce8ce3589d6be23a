package page

import (
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tutor/runner/diagram"
	"tutor/runner/escape"
	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/recorded"
	"tutor/runner/report/picture"
	"tutor/runner/scenario"
)

// Recorded is what came of a lesson: on the embedded broker, and on others.
type Recorded struct {
	Run    *lab.Run
	Others []recorded.Of
}

// lessonData is what the module of a lesson's page reads.
type lessonData struct {
	Lesson  string        `json:"lesson"`
	Backend Backend       `json:"backend"`
	Root    string        `json:"root"`
	Run     *lab.Run      `json:"run"`
	Knobs   []knob        `json:"knobs"`
	Others  []recorded.Of `json:"others"`
	// Watched is the chapter whose file may be saved again; empty if it is none of the reader\'s.
	Watched string `json:"watched,omitempty"`
}

type knob struct {
	Name string `json:"name"`
	// Of says whose key it is that is turned.
	Of        string     `json:"of"`
	Positions []position `json:"positions"`
}

type position struct {
	Text string `json:"text"`
	// Written is set on the position in which the act is written.
	Written bool `json:"written"`
}

// lessonPage is what the template of a lesson's page gets.
type lessonPage struct {
	common
	Chapter        *course.Chapter
	Number, Of     int
	Name           string
	About          []string
	ChapterAbout   []string
	Source         *course.Source
	Than           *link
	Topology       template.HTML
	Previous, Next *link
	Run            *lab.Run
	Picture        template.HTML
	Others         []recorded.Of
	Knobs          []knob
}

type link struct{ To, Text string }

// lessonRoot leads from a lesson's page to the root.
const lessonRoot = "../../"

// LessonPath is the path of a lesson's page.
func LessonPath(l *course.Lesson) string { return "lesson/" + l.Path + ".html" }

// Lesson is the page of a lesson of a chapter.
func (s *Site) Lesson(c *course.Chapter, l *course.Lesson, r Recorded) ([]byte, error) {
	p := lessonPage{Chapter: c, Name: escape.Text(l.Act.Name), About: paragraphs(l.Act.About), Others: r.Others, Knobs: knobsOf(l.Act)}
	var err error
	if p.Source, err = c.SourceOf(l); err != nil {
		return nil, fmt.Errorf("making the page of lesson %s: %w", l.Path, err)
	}
	if p.Source.Than != nil {
		p.Than = &link{lessonRoot + LessonPath(p.Source.Than), escape.Text(p.Source.Than.Act.Name)}
	}
	if p.Number, p.Of = slices.Index(c.Lessons, l)+1, len(c.Lessons); p.Number == 1 {
		p.ChapterAbout = paragraphs(c.Scenario.About)
	}
	p.Topology = template.HTML(diagram.Inline(diagram.Of(l.Act)))
	p.Previous, p.Next = s.beside(l)
	data := lessonData{Lesson: l.Path, Backend: s.Backend, Root: lessonRoot, Run: r.Run, Knobs: p.Knobs, Others: []recorded.Of{}}
	for _, of := range r.Others {
		if of.Run != nil {
			of.Run = needed(of.Run)
		}
		data.Others = append(data.Others, of)
	}
	if c.Own {
		data.Watched = c.Name
	}
	if r.Run != nil {
		p.Run, p.Picture = r.Run, template.HTML(r.Run.Picture)
		data.Run = needed(r.Run)
		data.Run.Picture, data.Run.Sentences = "", beyond(r.Run) // the page has the picture already
	}
	if p.common, err = s.common(p.Name, lessonRoot, "lesson.js", data); err != nil {
		return nil, err
	}
	return write("lesson.html", p)
}

// row finds in a picture of which events a row tells.
var row = regexp.MustCompile(`data-first="(\d+)" data-last="(\d+)"`)

// beyond are the sentences of a run without those that its picture has: they are empty.
func beyond(r *lab.Run) []string {
	sentences := slices.Clone(r.Sentences)
	for _, numbers := range row.FindAllStringSubmatch(r.Picture, -1) {
		first, _ := strconv.Atoi(numbers[1])
		last, _ := strconv.Atoi(numbers[2])
		clear(sentences[min(first-1, len(sentences)):min(last, len(sentences))])
	}
	return sentences
}

// needed is a run with what the module of a page reads of it.
func needed(r *lab.Run) *lab.Run {
	own := *r
	own.Fates, own.Deliveries, own.Queues, own.Confirms, own.Tries = nil, nil, nil, nil, nil
	return &own
}

// beside are the lessons before and after one, across chapters.
func (s *Site) beside(l *course.Lesson) (previous, next *link) {
	var last *course.Lesson
	for _, c := range s.Chapters {
		for _, other := range c.Lessons {
			if other == l && last != nil {
				previous = &link{lessonRoot + LessonPath(last), escape.Text(last.Act.Name)}
			}
			if last == l {
				return previous, &link{lessonRoot + LessonPath(other), escape.Text(other.Act.Name)}
			}
			last = other
		}
	}
	return previous, nil
}

func knobsOf(a *scenario.Act) []knob {
	knobs := []knob{}
	for _, name := range a.KnobNames() {
		k := knob{Name: name, Of: a.Knobs[name].Key, Positions: []position{}}
		if whose := a.Knobs[name].Whose(); whose != "" {
			k.Of += " of " + whose
		}
		for _, v := range a.Knobs[name].Values {
			k.Positions = append(k.Positions, position{v.Text, v.AsWritten})
		}
		knobs = append(knobs, k)
	}
	return knobs
}

// paragraphs are those of a running text.
func paragraphs(text string) (all []string) {
	for _, p := range strings.Split(strings.TrimSpace(escape.Lines(text)), "\n") {
		if p != "" {
			all = append(all, p)
		}
	}
	return all
}

// harmless makes a text from outside fit to be shown, as lines.
func harmless(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = escape.Text(line)
	}
	return strings.Join(lines, "\n")
}

// moment is a time on an act's timeline, from milliseconds.
func moment(ms float64) string { return picture.Moment(time.Duration(ms * float64(time.Millisecond))) }
