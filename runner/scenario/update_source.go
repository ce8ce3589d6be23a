package scenario

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/fate"
)

// source is the text of a file in lines, with the tree that YAML sees in it and the edits to come.
// The YAML parser tells where a node starts but not where it ends: that follows from where the next
// one starts, and from the lines between them.
type source struct {
	doc *yaml.Node
	// lines with their ends.
	lines []string
	// eol is the end of the file's lines, step its indentation.
	eol, step string
	// order lists all nodes in the order of the text; index and parent are places in it.
	order  []*yaml.Node
	index  map[*yaml.Node]int
	parent map[*yaml.Node]*yaml.Node

	edits []edit
	// changed are the nodes whose meaning changes, gone those that are no more; followed are the
	// aliases that may go on referring to a changed node.
	changed, gone, followed map[*yaml.Node]bool
}

// edit puts text in the place of some lines, or of none.
type edit struct {
	from, to int
	text     []string
}

// pair is a key of a mapping with its value.
type pair struct{ key, value *yaml.Node }

// anyLine matches a line as the YAML parser counts them.
var anyLine = regexp.MustCompile("[^\r\n\u0085\u2028\u2029]*(\r\n|[\r\n\u0085\u2028\u2029])|[^\r\n\u0085\u2028\u2029]+$")

func newSource(text []byte, doc *yaml.Node) *source {
	s := &source{
		doc: doc, lines: anyLine.FindAllString(string(text), -1), eol: "\n", step: "  ",
		index: map[*yaml.Node]int{}, parent: map[*yaml.Node]*yaml.Node{},
		changed: map[*yaml.Node]bool{}, gone: map[*yaml.Node]bool{}, followed: map[*yaml.Node]bool{},
	}
	if strings.HasSuffix(s.lines[0], "\r\n") {
		s.eol = "\r\n"
	}
	s.visit(doc)
	s.findStep()
	return s
}

func (s *source) visit(n *yaml.Node) {
	s.index[n] = len(s.order)
	s.order = append(s.order, n)
	for _, child := range n.Content {
		s.parent[child] = n
		s.visit(child)
	}
}

// findStep takes the indentation of the first mapping in a mapping for that of the file.
func (s *source) findStep() {
	for _, n := range s.order {
		if n.Kind != yaml.MappingNode || isFlow(n) {
			continue
		}
		for i := 1; i < len(n.Content); i += 2 {
			key, value := n.Content[i-1], n.Content[i]
			if value.Kind == yaml.MappingNode && !isFlow(value) && value.Content[0].Column > key.Column {
				s.step = strings.Repeat(" ", value.Content[0].Column-key.Column)
				return
			}
		}
	}
}

// edited is the text with all edits.
func (s *source) edited() []byte {
	slices.SortStableFunc(s.edits, func(a, b edit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return a.to - b.to
	})
	var out strings.Builder
	at := 0
	for _, e := range s.edits {
		out.WriteString(strings.Join(s.lines[at:e.from], ""))
		if e.from == len(s.lines) && !endsLine(out.String()) {
			out.WriteString(s.eol)
		}
		for _, l := range e.text {
			out.WriteString(l + s.eol)
		}
		at = e.to
	}
	out.WriteString(strings.Join(s.lines[at:], ""))
	text := out.String()
	if len(s.edits) > 0 && !endsLine(s.lines[len(s.lines)-1]) {
		text = strings.TrimSuffix(text, s.eol)
	}
	return []byte(text)
}

func endsLine(line string) bool { return strings.TrimRight(line, "\r\n\u0085\u2028\u2029") != line }

// replace puts a value in the place of a key's.
func (s *source) replace(p pair, v value) {
	lines := s.entry(s.before(p.key), keyText(p.key), v)
	if comment := trailing(p); comment != "" {
		lines[0] += " " + comment
	}
	s.edits = append(s.edits, edit{p.key.Line - 1, s.end(p.key, p.value), lines})
	s.leave(p.value)
}

// replaceItem puts entries in the place of a list's item.
func (s *source) replaceItem(item *yaml.Node, v value) {
	first := item
	if item.Kind == yaml.MappingNode && !isFlow(item) {
		first = item.Content[0]
	}
	before := s.before(first)
	lines := []string{before + v.body[0]}
	for _, l := range v.body[1:] {
		lines = append(lines, indented(blank(before), l))
	}
	s.edits = append(s.edits, edit{first.Line - 1, s.end(first, item), lines})
	s.leave(item)
}

// besideDash reports whether a key shares its line with the dash of a list's item.
func (s *source) besideDash(key *yaml.Node) bool {
	return key != nil && strings.TrimSpace(s.before(key)) != ""
}

var (
	literalHead = regexp.MustCompile(`\|-?[ \t]*(#.*)?$`)
	bareDash    = regexp.MustCompile(`^[ \t]*-?[ \t]*(#.*)?$`)
	documentEnd = regexp.MustCompile(`^(---|\.\.\.)([ \t]|$)`)
)

// replaceLiteral puts lines in the place of those below a "|", which stays as it is.
func (s *source) replaceLiteral(p pair, lines []string) bool {
	v := p.value
	if v.Kind != yaml.ScalarNode || v.Style&yaml.LiteralStyle == 0 || !literalHead.MatchString(s.line(v.Line-1)) {
		return false
	}
	end := s.end(p.key, v)
	margin := blank(s.before(p.key)) + s.step
	if end > v.Line {
		first := v.Line
		for isBlank(s.line(first)) {
			first++
		}
		margin = s.line(first)[:indentation(s.line(first))]
	}
	text := make([]string, len(lines))
	for i, l := range lines {
		text[i] = indented(margin, l)
	}
	s.edits = append(s.edits, edit{v.Line, end, text})
	s.change(v)
	return true
}

// insert adds an entry to a mapping.
func (s *source) insert(m *yaml.Node, at int, margin, key string, v value) {
	s.edits = append(s.edits, edit{at, at, s.entry(margin, key, v)})
	s.change(m)
}

// remove takes an entry out of a mapping, with the comments above it.
func (s *source) remove(m *yaml.Node, p pair) {
	s.edits = append(s.edits, edit{s.gap(m, p.key), s.end(p.key, p.value), nil})
	s.leave(p.value)
	s.change(m)
}

// place is the line in a mapping of fates where a new one goes: in the order of reports.
func (s *source) place(m *yaml.Node, f fate.Fate) int {
	rank := func(name string) int { return slices.Index(fate.All(), fate.Fate(name)) }
	for i := 0; i < len(m.Content); i += 2 {
		if rank(m.Content[i].Value) > rank(string(f)) {
			return s.gap(m, m.Content[i])
		}
	}
	return s.gap(m, nil)
}

// gap is the line in a mapping where the entry before a key ends (or the last one, without a key):
// between the two there are only blank lines and comments.
func (s *source) gap(m, key *yaml.Node) int {
	at := len(m.Content)
	if key != nil {
		at = slices.Index(m.Content, key)
	}
	if at > 0 {
		return s.end(m.Content[at-2], m.Content[at-1])
	}
	line := key.Line - 1
	for line > 0 && isBlankOrComment(s.line(line-1)) {
		line--
	}
	return line
}

// end is the line behind an entry that starts with a key (or an item, which is its own key).
func (s *source) end(key, v *yaml.Node) int {
	last := v
	for len(last.Content) > 0 {
		last = last.Content[len(last.Content)-1]
	}
	bound := s.bound(last)
	if last.Kind == yaml.ScalarNode && last.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return s.endOfBlock(last, key.Column, bound)
	}
	for bound > last.Line && bareDash.MatchString(s.line(bound-1)) {
		bound--
	}
	return bound
}

// bound is the line of the next node behind a leaf, or of the end of the document.
func (s *source) bound(leaf *yaml.Node) int {
	if next := s.index[leaf] + 1; next < len(s.order) {
		return s.order[next].Line - 1
	}
	for i := leaf.Line; i < len(s.lines); i++ {
		if documentEnd.MatchString(s.line(i)) {
			return i
		}
	}
	return len(s.lines)
}

// endOfBlock is the line behind the content of a literal or folded text: its first line sets the
// indentation, which all others must have, unless the head gives a number.
func (s *source) endOfBlock(text *yaml.Node, column, bound int) int {
	least := 0
	if regexp.MustCompile(`[|>][-+]?[1-9]`).MatchString(s.line(text.Line - 1)) {
		least = column
	}
	end := text.Line
	for i := text.Line; i < bound; i++ {
		line := s.line(i)
		if isBlank(line) {
			continue
		}
		if least == 0 {
			least = max(indentation(line), column)
		}
		if indentation(line) < least {
			break
		}
		end = i + 1
	}
	return end
}

// leave marks a node, and all in it, as no more in the text.
func (s *source) leave(n *yaml.Node) {
	s.gone[n] = true
	for _, child := range n.Content {
		s.leave(child)
	}
	s.change(s.parent[n])
}

// change marks a node, and all around it, as changed in meaning.
func (s *source) change(n *yaml.Node) {
	for ; n != nil; n = s.parent[n] {
		s.changed[n] = true
	}
}

// follow lets an alias refer to a changed node.
func (s *source) follow(alias *yaml.Node) {
	s.followed[alias] = true
	s.change(alias)
}

// sharing lists the aliases that stay and lead to something that changes or goes.
func (s *source) sharing() []*yaml.Node {
	var aliases []*yaml.Node
	for _, n := range s.order {
		if n.Kind == yaml.AliasNode && !s.gone[n] && !s.followed[n] && (s.changed[n.Alias] || s.gone[n.Alias]) {
			aliases = append(aliases, n)
		}
	}
	return aliases
}

// line is a line without its end.
func (s *source) line(i int) string { return strings.TrimRight(s.lines[i], "\r\n\u0085\u2028\u2029") }

// before is what stands in front of a node in its line.
func (s *source) before(n *yaml.Node) string {
	line := []rune(s.line(n.Line - 1))
	return string(line[:min(n.Column-1, len(line))])
}

// margin is the indentation of a mapping's entries.
func (s *source) margin(m *yaml.Node) string { return strings.Repeat(" ", m.Content[0].Column-1) }

// room is the number of columns for a value behind its key.
func (s *source) room(key *yaml.Node) int { return lineWidth - key.Column - len(keyText(key)) - 1 }

// lookUp finds a key in a mapping itself; merge keys do not count.
func lookUp(m *yaml.Node, key string) (p pair, ok bool) {
	for i := 0; m.Kind == yaml.MappingNode && i+1 < len(m.Content); i += 2 {
		if m.Content[i].Tag != "!!merge" && m.Content[i].Value == key {
			return pair{m.Content[i], m.Content[i+1]}, true
		}
	}
	return pair{}, false
}

// mergeKey finds the << in a mapping, if there is one.
func mergeKey(m *yaml.Node) *yaml.Node {
	for i := 0; i < len(m.Content); i += 2 {
		if m.Content[i].Tag == "!!merge" {
			return m.Content[i]
		}
	}
	return nil
}

// isFlow reports whether a mapping or list is written in braces or brackets.
func isFlow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

func isAt(n *yaml.Node, pos Position) bool { return n.Line == pos.Line && n.Column == pos.Column }

func isBlank(line string) bool { return strings.TrimSpace(line) == "" }

func isBlankOrComment(line string) bool {
	text := strings.TrimSpace(line)
	return text == "" || text[0] == '#'
}

// indentation counts the blanks in front of a line.
func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// blank has a blank for each character of a text.
func blank(text string) string { return strings.Repeat(" ", len([]rune(text))) }

// trailing is the comment behind a key or its value, in the key's line.
func trailing(p pair) string {
	comment, _, _ := strings.Cut(p.key.LineComment, "\n")
	if comment == "" {
		comment, _, _ = strings.Cut(p.value.LineComment, "\n")
	}
	return comment
}
