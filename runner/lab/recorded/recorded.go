// Package recorded is what came of lessons on other brokers than the one that a page plays them on: of the course on
// RabbitMQ, which the program carries, and of whatever a document of runs has.
//
// What is carried was played by the tests, which see each time that it is still so. Where a lesson came out on RabbitMQ
// as on the embedded broker there is no more than that to say; where not, there is all of it, and a page can show both
// runs side by side.
package recorded

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/outcome"
	"tutor/runner/report/compare"
	"tutor/runner/report/document"
)

// Of is what came of a lesson on one broker.
type Of struct {
	// Broker is its name and version.
	Broker  string          `json:"broker"`
	Verdict outcome.Verdict `json:"verdict"`
	// Alike is set where the same was seen as on the embedded broker, as package compare has it.
	Alike bool `json:"alike"`
	// Run is what came of it, where that is not alike.
	Run *lab.Run `json:"run,omitempty"`
}

// Set is what was recorded on some brokers.
type Set struct{ brokers []broker }

// broker finds what is kept of an act on one broker by its key, or nothing.
type broker func(key string) (*Act, error)

// Act is what is kept of an act on one broker.
type Act struct {
	Product string          `json:"product"`
	Version string          `json:"version"`
	Verdict outcome.Verdict `json:"verdict"`
	// Run is absent where it came out as on the embedded broker.
	Run *document.Act `json:"run,omitempty"`
}

//go:embed data/*.json
var data embed.FS

// Course is what came of the course on RabbitMQ, the oldest version first.
func Course() (*Set, error) {
	files, err := data.ReadDir("data")
	if err != nil {
		return nil, fmt.Errorf("reading what was recorded of the course: %w", err)
	}
	set := &Set{}
	for _, entry := range files {
		text, err := data.ReadFile("data/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("reading what was recorded of the course: %w", err)
		}
		file, err := parse(entry.Name(), text)
		if err != nil {
			return nil, err
		}
		set.brokers = append(set.brokers, file.Act)
	}
	return set, nil
}

// For is what came of a lesson on each broker on which it was recorded. Embedded is what came of it on the embedded one.
func (s *Set) For(l *course.Lesson, embedded *lab.Run) ([]Of, error) {
	var all []Of
	for _, act := range s.brokers {
		a, err := act(keyOf(l))
		if err != nil {
			return nil, err
		}
		if a == nil || a.Product == embedded.Product && a.Version == embedded.Version {
			continue
		}
		of := Of{Broker: strings.TrimSpace(a.Product + " " + a.Version), Verdict: a.Verdict, Alike: a.Run == nil || alike(l, embedded.Act, *a.Run)}
		if !of.Alike {
			run := lab.Recalled(l, *a.Run)
			of.Run = &run
		}
		all = append(all, of)
	}
	return all, nil
}

func alike(l *course.Lesson, embedded, other document.Act) bool {
	return compare.Alike(l.Act, compare.OfDocument(embedded), compare.OfDocument(other))
}

// Key is what an act is found by: its chapter, a slash, and its name.
func Key(chapter, act string) string { return chapter + "/" + act }

func keyOf(l *course.Lesson) string {
	chapter, _, _ := strings.Cut(l.Path, "/")
	return Key(chapter, l.Act.Name)
}

// chapterOf is the chapter that a scenario's file is.
func chapterOf(file string) string {
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(file, `\`, "/")), ".yaml")
}
