package page

import (
	"fmt"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/lab"
)

// mistakenPage is what the template of the page of a file with mistakes gets.
type mistakenPage struct {
	common
	File, Sum string
	Mistakes  []lab.Mistake
	Lines     []mistakenLine
}

// mistakenLine is a line of the file, and what is wrong with it.
type mistakenLine struct {
	Number   int
	Text     string
	Mistakes []string
}

// Broken is a chapter that has no lessons, since its file has mistakes.
type Broken struct {
	// Chapter is its name in paths.
	Chapter, File string
	// Mistakes is how many there are.
	Mistakes int
}

// MistakenPath is the path of the page of a chapter that has no lessons, since its file has mistakes.
func MistakenPath(chapter string) string { return "lesson/" + chapter + "/index.html" }

// Mistaken is the page of a chapter whose file has mistakes: they are told at their lines. A mistake in line 0 is one of
// the file as a whole.
func (s *Site) Mistaken(chapter, file, text string, mistakes []lab.Mistake) ([]byte, error) {
	p := mistakenPage{File: escape.Text(file), Sum: sum(len(mistakes)), Mistakes: mistakes}
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		l := mistakenLine{Number: i + 1, Text: line}
		for _, m := range mistakes {
			if m.Line == l.Number {
				l.Mistakes = append(l.Mistakes, m.Text)
			}
		}
		p.Lines = append(p.Lines, l)
	}
	var err error
	data := struct {
		Watched string `json:"watched"`
		Root    string `json:"root"`
	}{chapter, lessonRoot}
	if p.common, err = s.common(p.Sum+" in "+p.File, lessonRoot, "mistaken.js", data); err != nil {
		return nil, err
	}
	return write("mistaken.html", p)
}

func sum(mistakes int) string {
	if mistakes == 1 {
		return "1 mistake"
	}
	return fmt.Sprintf("%d mistakes", mistakes)
}
