package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"tutor/runner/fate"
)

// How expectations are written as YAML.

// lineWidth is how long a line may become before a list in brackets is broken into lines.
const lineWidth = 100

// value is what stands behind a key: a text in its line, and lines below it.
type value struct {
	head string
	body []string
}

// entry writes a key and its value; before is what stands in front of the key.
func (s *source) entry(before, key string, v value) []string {
	head := before + key + ":"
	if v.head != "" {
		head += " " + v.head
	}
	lines := []string{head}
	for _, l := range v.body {
		lines = append(lines, indented(blank(before)+s.step, l))
	}
	return lines
}

func indented(margin, line string) string {
	if line == "" {
		return ""
	}
	return margin + line
}

// expectation writes an expectation whole. The node is where it stands, or its key.
func (s *source) expectation(o Observed, at *yaml.Node) value {
	var body []string
	if o.Expect.On.Product != "" {
		body = s.entry("", "on", value{head: scalar(o.Expect.On.String(), "a: %s")})
	}
	if len(o.transcript()) > 0 {
		body = append(body, s.entry("", "transcript", s.transcript(o))...)
	}
	m := s.expectationNode(at, o)
	if o.Expect.Fates != nil {
		fates := pair{}
		if m != nil {
			fates, _ = lookUp(m, "fates")
		}
		body = append(body, s.entry("", "fates", s.fates(o, fates))...)
	}
	return value{body: append(body, s.parts(o, m)...)}
}

// expectationNode is the mapping of an expectation, which at is the key of, or the mapping itself.
func (s *source) expectationNode(at *yaml.Node, o Observed) *yaml.Node {
	if at.Kind == yaml.MappingNode {
		return at
	}
	siblings := s.parent[at].Content
	return siblings[slices.Index(siblings, at)+1]
}

// transcript writes the lines of all actors of whom lines are expected.
func (s *source) transcript(o Observed) value {
	var body []string
	for _, name := range o.transcript() {
		want := o.Expect.Transcript[name]
		lines := want.respelled(o.Lines[name])
		v := s.written(lines, want != nil && want.Unordered || o.Unordered[name], false)
		body = append(body, s.entry("", scalar(name, "%s: a"), v)...)
	}
	return value{body: body}
}

// written writes the lines of one actor.
func (s *source) written(lines []string, unordered, list bool) value {
	v := value{head: `""`}
	switch {
	case len(lines) == 0:
	case isLiteral(lines) && !list:
		v = value{"|", lines}
	default:
		v = value{}
		for _, l := range lines {
			v.body = append(v.body, "- "+scalar(l, "- %s"))
		}
	}
	if unordered {
		inner := s.entry("", "lines", v)
		v = value{body: append(inner, "unordered: true")}
	}
	return v
}

// isLiteral reports whether lines can stand below a "|" as they are.
func isLiteral(lines []string) bool {
	if len(lines) == 0 || lines[0] == "" || strings.TrimLeft(lines[0], " \t") != lines[0] || isBlank(lines[len(lines)-1]) {
		return false
	}
	return !slices.ContainsFunc(lines, needsEscapes)
}

// needsEscapes reports whether a text has characters that a person would not see, or that YAML takes
// for the end of a line.
func needsEscapes(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r != '\t' && !unicode.IsPrint(r) })
}

// fates writes all fates, each in the form in which it was expected.
func (s *source) fates(o Observed, fates pair) value {
	var body []string
	for _, f := range o.expectedFates() {
		var old *yaml.Node
		if fates.value != nil {
			if p, ok := lookUp(resolved(fates.value), string(f)); ok {
				old = p.value
			}
		}
		room := lineWidth
		if fates.key != nil {
			room -= fates.key.Column + len(s.step) + len(f)
		}
		body = append(body, s.entry("", string(f), o.copies(f, old, room))...)
	}
	if len(body) == 0 {
		return value{head: "{}"}
	}
	return value{body: body}
}

// copies writes the copies that met a fate in the form of the old node, if there is one: just their
// number, bodies with their numbers, or bodies. room is the number of columns behind the key.
func (o Observed) copies(f fate.Fate, old *yaml.Node, room int) value {
	bodies := o.respelledBodies(f)
	many := old == nil && len(bodies) > len(slices.Compact(slices.Clone(bodies)))
	inLines := false
	if old != nil {
		old = resolved(old)
		inLines = old.Kind != yaml.ScalarNode && !isFlow(old)
	}
	switch {
	case old != nil && old.Kind == yaml.ScalarNode:
		return value{head: strconv.Itoa(len(bodies))}
	case many || old != nil && old.Kind == yaml.MappingNode:
		return tallied(bodies, room, inLines)
	}
	inline := make([]string, len(bodies))
	v := value{}
	for i, body := range bodies {
		inline[i] = scalar(body, "[%s]")
		v.body = append(v.body, "- "+scalar(body, "- %s"))
	}
	return v.orInline("["+strings.Join(inline, ", ")+"]", room, inLines)
}

// tallied writes bodies with their numbers.
func tallied(bodies []string, room int, inLines bool) value {
	var v value
	var inline []string
	for len(bodies) > 0 {
		body, n := bodies[0], 1
		for n < len(bodies) && bodies[n] == body {
			n++
		}
		bodies = bodies[n:]
		inline = append(inline, fmt.Sprintf("%s: %d", scalar(body, "{%s: 0}"), n))
		v.body = append(v.body, fmt.Sprintf("%s: %d", scalar(body, "%s: 0"), n))
	}
	return v.orInline("{"+strings.Join(inline, ", ")+"}", room, inLines)
}

// orInline takes the form in one line, if it is wanted and there is room for it.
func (v value) orInline(inline string, room int, inLines bool) value {
	if len(v.body) == 0 || !inLines && len([]rune(inline)) <= room {
		return value{head: inline}
	}
	return v
}

// scalar writes a text as it can stand in a place: plain, where YAML reads back the same text, else
// in quotes. The place is a piece of YAML with %s where the text goes. A colon in a key is hard on
// readers, so that such a key in braces is quoted too.
func scalar(text, place string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if hard := strings.HasPrefix(place, "{") && strings.Contains(text, ":"); !hard && !needsEscapes(text) {
		var doc yaml.Node
		if yaml.Unmarshal([]byte(strings.Replace(place, "%s", text, 1)), &doc) == nil && isPlain(&doc, text, place) {
			return text
		}
	}
	return quoted(text, yaml.DoubleQuotedStyle)
}

// isPlain reports whether a piece of YAML has the text, unquoted, in the place where it was put.
func isPlain(doc *yaml.Node, text, place string) bool {
	if len(doc.Content) != 1 {
		return false
	}
	in := doc.Content[0]
	size, at := 1, 0
	if in.Kind == yaml.MappingNode {
		size = 2
		if strings.HasSuffix(place, "%s") {
			at = 1
		}
	}
	if len(in.Content) != size {
		return false
	}
	n := in.Content[at]
	commented := doc.HeadComment + doc.FootComment + in.HeadComment + in.FootComment + n.HeadComment + n.LineComment + n.FootComment
	return n.Kind == yaml.ScalarNode && n.Style == 0 && n.Tag == "!!str" && n.Anchor == "" &&
		n.Value == text && commented == ""
}

func quoted(text string, style yaml.Style) string {
	// A scalar can always be encoded.
	out, err := yaml.Marshal(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: style})
	if err != nil {
		panic(err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// keyText writes a key as it stands in the file.
func keyText(key *yaml.Node) string {
	if style := key.Style & (yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle); style != 0 {
		return quoted(key.Value, style)
	}
	return key.Value
}

// encoded writes a node of the file that stays as it is, in lines.
func (s *source) encoded(n *yaml.Node) []string {
	var out strings.Builder
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(len(s.step))
	// What was decoded can be encoded.
	if err := enc.Encode(n); err != nil {
		panic(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// resolved follows aliases.
func resolved(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
