package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"tutor/runner/suggest"
)

var (
	yamlLine      = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntaxError says where a text is no YAML, and why as far as a person can do something about it. All that
// the parser offers is a sentence with a line, which is not always the right one.
func syntaxError(file string, text []byte, err error) Error {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return Error{Pos: Position{File: file, Line: 1, Column: 1}, Msg: "not YAML: " + err.Error()}
	}
	line, _ := strconv.Atoi(m[1]) // 0 if none is given
	said := strings.TrimPrefix(err.Error(), m[0])
	d := diagnosis{text: text, survey: surveyed(string(text)), said: said, line: line}
	at, why := d.find()
	return Error{Pos: Position{File: file, Line: max(1, at.line), Column: max(1, at.column)}, Msg: "not YAML: " + why}
}

// diagnosis looks in a file for what the parser has stumbled over.
type diagnosis struct {
	survey
	text []byte
	said string
	line int
}

func (d *diagnosis) find() (at mark, why string) {
	if m := unknownAnchor.FindStringSubmatch(d.said); m != nil {
		return d.alias(m[1])
	}
	switch d.said {
	case "found a tab character that violates indentation", "found character that cannot start any token",
		"did not find expected alphabetic or numeric character":
		return d.badStart()
	case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
		return d.brackets()
	case "did not find expected key", "did not find expected '-' indicator", "did not find expected node content",
		"did not find expected <document start>":
		return d.outOfPlace()
	case "mapping values are not allowed in this context":
		return d.secondColon()
	case "found unexpected end of stream":
		if n := len(d.open); n > 0 {
			return d.open[n-1], "this quote is never closed"
		}
	case "found unknown escape character":
		if i := strings.IndexByte(d.lineText(d.line), '\\'); i >= 0 {
			return mark{line: d.line, column: column(d.lineText(d.line), i)}, d.said + `: write \\, or put the text in single quotes`
		}
	case "control characters are not allowed":
		return d.control()
	}
	return d.firstOf(d.line), d.said
}

// alias finds an alias that refers to nothing before it.
func (d *diagnosis) alias(name string) (mark, string) {
	why := fmt.Sprintf("there is no anchor &%s before the alias *%s", name, name)
	var known []string
	for _, a := range d.aliases {
		if a.text != name {
			continue
		}
		known = nil
		for _, anchor := range d.anchors {
			if anchor.line < a.line || anchor.line == a.line && anchor.column < a.column {
				known = append(known, anchor.text)
			}
		}
		if !slices.Contains(known, name) {
			return a, why + suggest.DidYouMean(name, known)
		}
	}
	return mark{line: d.line, column: 1}, why
}

// badStart explains a character that nothing may start with.
func (d *diagnosis) badStart() (mark, string) {
	for _, t := range d.tabs {
		// The parser names the line of the value that the tab stands below.
		if t.line == d.line || t.line > d.line && strings.Contains(d.said, "tab") {
			return t, "this is a tab: YAML is indented with blanks only"
		}
	}
	for _, r := range d.reserved {
		if r.line == d.line {
			return r, needsQuotes(r.text, map[byte]string{'*': "is an alias", '&': "is an anchor"}[r.text[0]])
		}
	}
	return d.firstOf(d.line), d.said
}

// needsQuotes says how a value has to be written.
func needsQuotes(value, otherwise string) string {
	if otherwise == "" {
		otherwise = "is reserved"
	}
	return fmt.Sprintf("a value that starts with %c %s: write %s", []rune(value)[0], otherwise, strconv.Quote(value))
}

// brackets explains a list or mapping in brackets that does not end where it should. The parser names the
// line above the one where it begins.
func (d *diagnosis) brackets() (mark, string) {
	begins := d.line + 1
	if !slices.ContainsFunc(d.survey.brackets, func(b mark) bool { return b.line == begins }) {
		begins = 1
	}
	for _, s := range d.swallowed {
		if s.line >= begins {
			return s, fmt.Sprintf("# begins a comment here, with all that stands behind it: write %s", strconv.Quote(s.text))
		}
	}
	for _, j := range d.junk {
		if j.line >= begins {
			return j, behindQuote
		}
	}
	for _, b := range d.open {
		if b.line >= begins {
			return b, fmt.Sprintf("this %s is never closed", b.text)
		}
	}
	return d.firstOf(begins), d.said
}

const behindQuote = "nothing can stand behind a closing quote (a quote inside of quotes is written twice: '')"

// outOfPlace finds the line at which the blocks no longer fit into each other. The parser names where the
// block begins; the first line without which it would not complain is the one.
func (d *diagnosis) outOfPlace() (mark, string) {
	lines := bytes.SplitAfter(d.text, []byte("\n"))
	n := sort.Search(len(lines), func(n int) bool {
		return d.complains(bytes.Join(lines[:n+1], nil))
	})
	line := min(n+1, len(lines))
	for _, j := range d.junk {
		if j.line == line {
			return j, behindQuote
		}
	}
	if len(d.open) > 0 {
		d.line = d.open[0].line - 1
		return d.brackets()
	}
	return d.firstOf(line), d.said + " (is it indented like its neighbours?)"
}

// complains reports whether the parser has the same to say of a part of the file.
func (d *diagnosis) complains(part []byte) bool {
	parser := yaml.NewDecoder(bytes.NewReader(part))
	for {
		var n yaml.Node
		err := parser.Decode(&n)
		if err != nil {
			return !errors.Is(err, io.EOF) && strings.HasSuffix(err.Error(), d.said)
		}
	}
}

// secondColon explains a key where none can be: a value with a colon in it, or a line that is indented
// below a value.
func (d *diagnosis) secondColon() (mark, string) {
	var colons []mark
	for _, c := range d.colons {
		if c.line == d.line {
			colons = append(colons, c)
		}
	}
	if len(colons) < 2 {
		return d.firstOf(d.line), d.said + " (is it indented like its neighbours?)"
	}
	value := strings.TrimSpace(string([]rune(d.lineText(d.line))[colons[0].column:]))
	return colons[1], fmt.Sprintf("a value with a colon and a blank in it needs quotes: write %s", strconv.Quote(value))
}

// control finds the first character that YAML does not permit.
func (d *diagnosis) control() (mark, string) {
	line := 0
	for text := range strings.Lines(string(d.text)) {
		line++
		i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n\u0085", r) })
		if i >= 0 {
			return mark{line: line, column: column(text, i)}, fmt.Sprintf("%s: %+q", d.said, text[i:i+1])
		}
	}
	return mark{}, d.said
}

// firstOf is the place of the first thing in a line.
func (d *diagnosis) firstOf(line int) mark {
	text := d.lineText(line)
	return mark{line: line, column: 1 + len(text) - len(strings.TrimLeft(text, " "))}
}

func (d *diagnosis) lineText(line int) string {
	lines := strings.Split(string(d.text), "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[line-1], "\r")
}

// column counts the characters before a byte of a line, from 1.
func column(line string, i int) int { return 1 + len([]rune(line[:i])) }
