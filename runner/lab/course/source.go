package course

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/scenario"
	"tutor/runner/transcript"
)

// Line is one of a lesson's source.
type Line struct {
	Text string
	// Changed is set where the line is not in the lesson that this one is compared with.
	Changed bool
}

// Source is what a lesson is played from, as YAML.
type Source struct {
	// Lines are who and what takes part; Gone are those of the other lesson that are not there.
	Lines []Line
	Gone  []string
	// Than is the lesson that it is compared with: the one it is like, or the one before if most of it is the same.
	// Nil if there is none.
	Than *Lesson
	// Expected is what must be observed, which gives away what comes of it.
	Expected string
}

// Keys of an act that are told elsewhere on a page.
var toldElsewhere = []string{"name", "about", "ask", "knobs", "expect"}

// SourceOf is the source of a lesson of the chapter.
func (c *Chapter) SourceOf(l *Lesson) (*Source, error) {
	own, expected, err := l.source()
	if err != nil {
		return nil, err
	}
	s := &Source{Expected: expected}
	if s.Than = c.before(l); s.Than != nil {
		other, _, err := s.Than.source()
		if err != nil {
			return nil, err
		}
		s.compare(other, own)
	}
	if s.Lines == nil {
		for line := range strings.Lines(own) {
			s.Lines = append(s.Lines, Line{Text: strings.TrimRight(line, "\n")})
		}
	}
	return s, nil
}

// before is the lesson that one is like, or the one before it.
func (c *Chapter) before(l *Lesson) *Lesson {
	at := slices.Index(c.Lessons, l)
	for _, other := range c.Lessons {
		if other.Act.Name == l.Act.Like {
			return other
		}
	}
	if at <= 0 {
		return nil
	}
	return c.Lessons[at-1]
}

// compare marks what is not in the other source. Where less than two thirds are the same there is nothing to learn from
// that.
func (s *Source) compare(other, own string) {
	same := 0
	diff := transcript.Compare(strings.Split(strings.TrimSpace(other), "\n"), strings.Split(strings.TrimSpace(own), "\n"), false)
	for _, d := range diff {
		switch d.Op {
		case transcript.Same:
			same++
			s.Lines = append(s.Lines, Line{Text: d.Text})
		case transcript.Extra:
			s.Lines = append(s.Lines, Line{Text: d.Text, Changed: true})
		case transcript.Missing:
			s.Gone = append(s.Gone, d.Text)
		}
	}
	if 3*same < 2*max(len(s.Lines), same+len(s.Gone)) {
		s.Lines, s.Gone, s.Than = nil, nil, nil
	}
}

// source is what the lesson is played from, and what is expected.
func (l *Lesson) source() (text, expected string, err error) {
	whole, err := l.Scenario.WrittenOut(func(a *scenario.Act) bool { return a == l.Act })
	if err != nil {
		return "", "", err
	}
	var file yaml.Node
	if err := yaml.Unmarshal(whole, &file); err != nil {
		return "", "", fmt.Errorf("reading lesson %s: %w", l.Path, err)
	}
	own, expect := &yaml.Node{Kind: yaml.MappingNode}, &yaml.Node{Kind: yaml.MappingNode}
	root := file.Content[0]
	for i := 0; i+1 < len(root.Content); i += 2 {
		switch key := root.Content[i]; key.Value {
		case "title", "about":
		case "acts":
			act := root.Content[i+1].Content[0]
			for j := 0; j+1 < len(act.Content); j += 2 {
				switch key := act.Content[j]; {
				case key.Value == "expect":
					expect.Content = append(expect.Content, key, act.Content[j+1])
				case !slices.Contains(toldElsewhere, key.Value):
					own.Content = append(own.Content, key, act.Content[j+1])
				}
			}
		default: // what counts for all acts
			own.Content = append(own.Content, key, root.Content[i+1])
		}
	}
	if text, err = written(own); err != nil {
		return "", "", err
	}
	expected, err = written(expect)
	return text, expected, err
}

func written(n *yaml.Node) (string, error) {
	var text strings.Builder
	enc := yaml.NewEncoder(&text)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return "", fmt.Errorf("writing a lesson: %w", err)
	}
	return text.String(), enc.Close()
}
