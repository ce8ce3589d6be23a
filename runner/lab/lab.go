// Package lab answers what the pages of the laboratory ask: it plays a lesson, a lesson with a knob turned, or a
// scenario of one's own, and gives what came of it as data that a page can show.
//
// It is the same behind a server and in a browser: there it is compiled to WebAssembly, so it reaches nothing but the
// engine, a target, and the pictures. The pages themselves are in package page, the lessons in package course.
package lab

import (
	"context"
	"errors"

	"tutor/runner/lab/course"
	"tutor/runner/mistake"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// Lab plays what pages ask for.
type Lab struct {
	Target stage.Target
	// Lessons finds a lesson by its path, such as workqueue/a-lazy-worker.
	Lessons func(path string) (*course.Lesson, error)
	// Limits of what is played.
	Limits Limits
}

// Request is what a page asks for: a lesson, with a knob in a position or without, or the text of a scenario.
type Request struct {
	Lesson   string `json:"lesson,omitempty"`
	Knob     string `json:"knob,omitempty"`
	Position string `json:"position,omitempty"`
	Scenario string `json:"scenario,omitempty"`
}

// Reply is what came of it: runs, or why there are none.
type Reply struct {
	Runs []Run `json:"runs"`
	// Mistakes are those in the scenario.
	Mistakes []Mistake `json:"mistakes"`
	// Error says why nothing could be played.
	Error string `json:"error,omitempty"`
}

// Mistake is what is wrong with a scenario, and where.
type Mistake struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Text   string `json:"text"`
}

// Play plays what a request asks for. When the context ends, what is played is broken off.
func (l *Lab) Play(ctx context.Context, r Request) Reply {
	limits := l.Limits.of(r)
	s, acts, err := l.asked(r)
	if err != nil {
		return failed(err)
	}
	if err := limits.check(s, acts); err != nil {
		return failed(err)
	}
	report := limits.runner(acts).Run(ctx, s, limits.on(l.Target))
	reply := Reply{Mistakes: []Mistake{}, Runs: []Run{}}
	for _, a := range report.Acts {
		if a.Product == "" && a.Err != nil { // there was no broker to play it on
			return failed(a.Err)
		}
		reply.Runs = append(reply.Runs, RunOf(report, a))
	}
	return reply
}

// Once plays a lesson as it is written, on a target. The error says why nothing came of it.
func Once(ctx context.Context, target stage.Target, l *course.Lesson, limits Limits) (*Run, error) {
	lab := &Lab{Target: target, Lessons: func(string) (*course.Lesson, error) { return l, nil }, Limits: limits}
	reply := lab.Play(ctx, Request{Lesson: l.Path})
	switch {
	case reply.Error != "":
		return nil, errors.New(reply.Error)
	case len(reply.Runs) != 1:
		return nil, errors.New("it was not played")
	case reply.Runs[0].Error != "":
		return nil, errors.New(reply.Runs[0].Error)
	}
	return &reply.Runs[0], nil
}

// asked is the scenario that a request asks for, and which of its acts.
func (l *Lab) asked(r Request) (s *scenario.Scenario, acts func(*scenario.Act) bool, err error) {
	if r.Lesson == "" {
		if err := l.Limits.checkText(r.Scenario); err != nil {
			return nil, nil, err
		}
		s, err := scenario.Decode(ownScenario, []byte(r.Scenario))
		return s, func(*scenario.Act) bool { return true }, err
	}
	lesson, err := l.Lessons(r.Lesson)
	if err != nil {
		return nil, nil, err
	}
	if r.Knob == "" {
		return lesson.Scenario, func(a *scenario.Act) bool { return a == lesson.Act }, nil
	}
	turned, err := lesson.Turned(r.Knob, r.Position)
	if err != nil {
		return nil, nil, err
	}
	return turned, func(*scenario.Act) bool { return true }, nil
}

// ownScenario is what places in a scenario of a reader's own are told by.
const ownScenario = "scenario"

// failed is the reply where nothing could be played.
func failed(err error) Reply {
	if errors.As(err, new(mistake.Errors)) {
		return Reply{Runs: []Run{}, Mistakes: Mistakes(ownScenario, err)}
	}
	return Reply{Runs: []Run{}, Mistakes: []Mistake{}, Error: err.Error()}
}

// Mistakes are those in a file. What has no place in it, since it is the whole file that is wrong or another one that
// it refers to, is in line 0.
func Mistakes(file string, err error) (all []Mistake) {
	var mistakes mistake.Errors
	if !errors.As(err, &mistakes) {
		return []Mistake{{Text: err.Error()}}
	}
	for _, m := range mistakes {
		if m.Pos.File == file {
			all = append(all, Mistake{m.Pos.Line, m.Pos.Column, m.Msg})
		} else {
			all = append(all, Mistake{Text: m.Error()})
		}
	}
	return all
}
