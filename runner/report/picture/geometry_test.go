package picture

import (
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

type box struct{ left, top, right, bottom float64 }

func (a box) meets(b box) bool {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

func (l label) box() box { return box{l.x, l.y - 11, l.x + l.w, l.y + 3.5} }

// geometry returns what is wrong with the places of a scene's texts.
func geometry(s *scene) (wrong []string) {
	texts := append(append(append([]label{}, s.labels...), s.chips...), s.heads...)
	for _, item := range s.legend {
		texts = append(texts, item.label)
	}
	for i, l := range texts {
		b := l.box()
		if b.left < timeWidth && l.class != "small" || b.left < 0 || b.top < 0 || b.right > s.width || b.bottom > s.height {
			wrong = append(wrong, fmt.Sprintf("%q %s is outside of %v × %v: %v", l.body, l.words, s.width, s.height, b))
		}
		for _, other := range texts[i+1:] {
			if b.meets(other.box()) {
				wrong = append(wrong, fmt.Sprintf("%q %s meets %q %s", l.body, l.words, other.body, other.words))
			}
		}
		for lane, x := range s.xs {
			if l.row != none && !l.note && b.left < x && x < b.right {
				wrong = append(wrong, fmt.Sprintf("%q %s is on the lane of %s", l.body, l.words, s.lanes[lane].name))
			}
		}
	}
	return wrong
}

// played are the acts of the course, and one with twelve lanes, as the embedded broker plays them.
func played(t *testing.T) map[string]*outcome.Act {
	t.Helper()
	texts := map[string][]byte{}
	for _, name := range scenarios.Names() {
		text, err := fs.ReadFile(scenarios.FS(), name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = text
	}
	text, err := os.ReadFile("testdata/twelve.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts["twelve"] = text
	target := embedded.New()
	t.Cleanup(func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	all := map[string]*outcome.Act{}
	for name, text := range texts {
		s, err := scenario.Decode(name+".yaml", text)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range runner.Run(t.Context(), s, target).Acts {
			all[name+": "+a.Act.Name] = a
		}
	}
	return all
}

// In the pictures of all acts no two texts meet, none is on a lane that it is not about, and all are inside; and
// they are XML.
func TestGeometry(t *testing.T) {
	for name, a := range played(t) {
		s := newScene(a, name)
		if len(s.lanes) == 0 {
			t.Errorf("%s: no lanes", name)
		}
		left := 0
		for e := range a.Books.Events {
			if e.N > Events-1 && !s.tells(e) {
				left++
			} else if !s.tells(e) {
				t.Errorf("%s: no row for event %d, %s", name, e.N, e.Kind)
			}
		}
		if left > s.more {
			t.Errorf("%s: %d events are not drawn, and the picture says %d", name, left, s.more)
		}
		for _, w := range geometry(s) {
			t.Errorf("%s: %s", name, w)
		}
		wellFormed(t, SVG(a, name))
	}
}

// tells reports whether there is a row for an event. Of hops of the timeline that no clock shows there is none.
func (s *sequence) tells(e outcome.Event) bool {
	return e.Kind == outcome.Time || slices.ContainsFunc(s.rows, func(r row) bool { return r.first <= e.N && e.N <= r.last })
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}

// harmful is an act with names and messages of all sorts, and more events than are drawn.
func harmful() *outcome.Act {
	long := strings.Repeat("all work and no play ", 20)
	names := []string{"\x1b[2J</svg><script>alert(1)</script>\x00\xff", "世界世界世界世界世界世界世界世界", "😀\u202eevil\ufffe", long, ""}
	var cast []*scenario.Actor
	var events []outcome.Event
	for _, name := range names {
		cast = append(cast, &scenario.Actor{Consumer: &scenario.Consumer{Name: name}}, &scenario.Actor{Publisher: &scenario.Publisher{Name: "p" + name}})
	}
	for i := range 300 {
		e := outcome.Event{N: i + 1, Kind: outcome.EventKind(1 + i%int(outcome.Time)), Vhost: "/", Message: i + 1, Copy: i + 1}
		e.Actor, e.Queue, e.Exchange, e.Body, e.Text = names[i%5], names[(i/2)%5], names[(i/3)%5], names[(i/4)%5], names[(i/5)%5]
		e.Inferred, e.Learned = i%7 == 0, i%3 == 0
		events = append(events, e)
	}
	return &outcome.Act{Act: &scenario.Act{Name: long, Cast: cast}, Books: &outcome.Books{Events: func(yield func(outcome.Event) bool) {
		for _, e := range events {
			if !yield(e) {
				return
			}
		}
	}}}
}

// Whatever names and messages are, they stay at their places, and say nothing in XML.
func TestHarmfulTexts(t *testing.T) {
	a := harmful()
	s := newScene(a, a.Act.Name)
	for _, w := range geometry(s) {
		t.Error(w)
	}
	text := SVG(a, a.Act.Name)
	wellFormed(t, text)
	for _, harm := range []string{"<script", "\x1b", "\x00", "\u202e", "\ufffe"} {
		if strings.Contains(text, harm) {
			t.Errorf("%q is in the picture", harm)
		}
	}
	if !strings.Contains(text, "100 more events are not drawn") {
		t.Errorf("what is left out is not counted: %d", s.more)
	}
}
