package svg_test

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"tutor/runner/svg"
)

// A text that is too wide is cut; the table's widths are those of the wider one of two usual fonts.
func TestFit(t *testing.T) {
	for _, c := range []struct {
		text  string
		width float64
		want  string
	}{{"Hello!", 100, "Hello!"}, {"Hello, world", 40, "Hell…"}, {"世界世界", 30, "世…"}, {"", 0, ""}, {"x", 1, "…"}} {
		if got := svg.Fit(c.text, 12, c.width); got != c.want {
			t.Errorf("%q in %v: %q, want %q", c.text, c.width, got, c.want)
		}
	}
	if iiii, mmmm := svg.Width("iiii", 10), svg.Width("MMMM", 10); iiii >= mmmm {
		t.Errorf("iiii is %v wide, MMMM %v", iiii, mmmm)
	}
}

// Whatever a text is, it is a text in XML.
func TestText(t *testing.T) {
	const harm = "</svg><script>&\"'\x00\x1b\xff\ufffe\u202e\U0001ffff\U0010ffff"
	p := &svg.Picture{Title: harm, Desc: harm, Width: 10, Height: 10, Body: svg.Tooltip(harm)}
	for _, text := range []string{p.Document(svg.Palette), p.Element(), svg.Stack([]*svg.Picture{p, p}, svg.Palette)} {
		decoder := xml.NewDecoder(strings.NewReader(text))
		for {
			token, err := decoder.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "script" {
				t.Error("a text begins an element")
			}
		}
	}
}
