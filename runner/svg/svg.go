// Package svg has what all pictures in SVG share: how wide texts are, how they are made harmless, the colours for
// light and dark, and how several pictures become one.
package svg

import (
	"cmp"
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"tutor/runner/escape"
)

// Palette is the style sheet of what pictures have in common: the colours, for light, dark and print, and the
// letters. They are for elements of the class tutor, and what is in them.
//
//go:embed palette.css
var Palette string

// Margin is what is around a picture.
const Margin = 14.0

// TitleSize is the size of a picture's title.
const TitleSize = 16.0

// Picture is one whose parts have their places.
type Picture struct {
	// Name is what it is; Title is drawn above it, if it has one, and Desc is for those who do not see it.
	Name, Title, Desc string
	// Class is what style sheets tell its kind by, beside tutor; empty if there is no need.
	Class         string
	Width, Height float64
	// Body is what it is made of.
	Body string
}

// Num writes a length, to a tenth of a pixel.
func Num(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }

// Text makes a text harmless in an element or an attribute. Characters that XML does not permit are escaped as
// everywhere, and those that no text has are replaced.
func Text(s string) string {
	s = strings.Map(func(r rune) rune {
		if r&0xfffe == 0xfffe {
			return utf8.RuneError
		}
		return r
	}, escape.Text(s))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(s)
}

// Tooltip is the text that is shown of an element that the pointer is at; empty if there is none.
func Tooltip(text string) string {
	if text == "" {
		return ""
	}
	return "<title>" + Text(text) + "</title>"
}

// Heading is the title of a picture, drawn.
func (p *Picture) Heading() string {
	if p.Title == "" {
		return ""
	}
	text := Fit(escape.Text(p.Title), TitleSize, (p.Width-2*Margin)/Bold)
	return fmt.Sprintf("<text class=\"title\" x=\"%s\" y=\"%s\">%s</text>\n", Num(Margin), Num(Margin+TitleSize-2), Text(text))
}

// TitleWidth is how wide a picture has to be for its title, unless that is very long.
func TitleWidth(title string) float64 {
	return min(Width(escape.Text(title), TitleSize)*Bold+2*Margin, 900)
}

// Element is the picture as an element in a page, which has the style sheet.
func (p *Picture) Element() string { return p.element("") }

// Document is the picture as a file of its own.
func (p *Picture) Document(style string) string { return p.element("<style>\n" + style + "</style>\n") }

func (p *Picture) element(style string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" class="%[8]s" role="img" xml:space="preserve" viewBox="0 0 %[1]s %[2]s" width="%[1]s" height="%[2]s">`+
		"\n<title>%[3]s</title>\n<desc>%[4]s</desc>\n%[5]s"+`<rect class="paper" width="%[1]s" height="%[2]s"/>`+"\n%[6]s%[7]s</svg>\n",
		Num(p.Width), Num(p.Height), Text(cmp.Or(p.Title, p.Name)), Text(p.Desc), style, p.Heading(), p.Body, strings.TrimSuffix("tutor "+p.Class, " "))
}

// Stack is several pictures as a file, one below the other; a single one stands for itself.
func Stack(all []*Picture, style string) string {
	if len(all) == 1 {
		return all[0].Document(style)
	}
	whole := &Picture{Name: "Pictures, one below the other", Width: 320}
	var body, desc strings.Builder
	for _, p := range all {
		whole.Class = p.Class
		whole.Width = max(whole.Width, p.Width)
	}
	fmt.Fprintf(&desc, "%d pictures, one below the other.", len(all))
	for _, p := range all {
		p.Width = whole.Width
		fmt.Fprintf(&body, "<svg y=\"%s\" width=\"%s\" height=\"%s\"><title>%s</title><desc>%s</desc>\n%s%s</svg>\n",
			Num(whole.Height), Num(p.Width), Num(p.Height), Text(p.Title), Text(p.Desc), p.Heading(), p.Body)
		fmt.Fprintf(&desc, " %s: %s", p.Title, p.Desc)
		whole.Height += p.Height
	}
	whole.Body, whole.Desc = body.String(), desc.String()
	return whole.Document(style)
}
