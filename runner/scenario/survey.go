package scenario

import "strings"

// survey is what a first look at a file finds of what people stumble over in YAML. It knows just enough of
// its syntax to tell quotes, comments, brackets and the beginnings of values apart, and is asked only when
// the parser, which does not say where in a line it stopped, has refused the file.
type survey struct {
	// aliases and anchors are the names behind * and &, which are empty where none can stand.
	aliases, anchors []mark
	// reserved are values that start with a character which no value may start with.
	reserved []mark
	// swallowed are the comments inside of brackets that have taken a closing one with them.
	swallowed []mark
	// tabs are those in indentations, junk what stands behind a closing quote.
	tabs, junk []mark
	// colons are those that end a key, outside of brackets.
	colons []mark
	// open are the brackets that are not closed, and the quote if there is one.
	open []mark
	// brackets are all opening ones.
	brackets []mark
}

// mark is a place in a text, counted from 1 as in a [Position], and what stands there.
type mark struct {
	line, column int
	text         string
}

// surveyor walks over the lines of a file.
type surveyor struct {
	survey
	line  int
	runes []rune
	// quote is the open quote, or 0.
	quote rune
	// fresh is set where a value may begin; quoted is set behind a closing quote.
	fresh, quoted bool
	// key is the column of the line's first key, and block that of the key whose literal or folded text the
	// lines below are; 0 if they are none.
	key, block int
}

func surveyed(text string) survey {
	s := &surveyor{}
	for line := range strings.Lines(text) {
		s.line++
		s.runes = []rune(strings.TrimRight(line, "\r\n"))
		s.walk()
	}
	return s.survey
}

func (s *surveyor) walk() {
	indent := 0
	for indent < len(s.runes) && s.runes[indent] == ' ' {
		indent++
	}
	blank := strings.TrimSpace(string(s.runes)) == ""
	if s.block > 0 && (blank || indent >= s.block) {
		return
	}
	s.block, s.key = 0, 0
	if !s.inside() {
		s.fresh, s.quoted = true, false
		if indent < len(s.runes) && s.runes[indent] == '\t' && !blank {
			s.tabs = append(s.tabs, s.at(indent, ""))
		}
	}
	for i := 0; i < len(s.runes); {
		i = s.step(i)
	}
}

// inside reports whether a quote or a bracket is open.
func (s *surveyor) inside() bool { return s.quote != 0 || len(s.open) > 0 }

func (s *surveyor) at(i int, text string) mark { return mark{s.line, i + 1, text} }

// step looks at a character, and returns where to go on.
func (s *surveyor) step(i int) int {
	r := s.runes[i]
	switch {
	case s.quote != 0:
		return s.inQuote(i)
	case r == ' ' || r == '\t':
		return i + 1
	case r == '#' && (s.fresh || i == 0 || s.runes[i-1] == ' ' || s.runes[i-1] == '\t'):
		if rest := string(s.runes[i:]); len(s.open) > 0 && strings.ContainsAny(rest, "]}") {
			s.swallowed = append(s.swallowed, s.at(i, s.value(i)))
		}
		return len(s.runes)
	case s.flow(i, r):
		return i + 1
	case r == ':' && s.ends(i+1):
		if len(s.open) == 0 {
			s.colons = append(s.colons, s.at(i, ""))
		}
		s.fresh, s.quoted = true, false
		return i + 1
	case s.quoted:
		s.junk = append(s.junk, s.at(i, ""))
		s.quoted = false
		return i + 1
	case s.fresh:
		return s.begin(i)
	}
	return i + 1
}

// inQuote goes on inside of a quoted text.
func (s *surveyor) inQuote(i int) int {
	switch r := s.runes[i]; {
	case s.quote == '"' && r == '\\', r == '\'' && s.quote == r && i+1 < len(s.runes) && s.runes[i+1] == r:
		return i + 2
	case r == s.quote:
		s.quote, s.quoted = 0, true
		s.open = s.open[:len(s.open)-1]
	}
	return i + 1
}

// flow deals with the brackets, and with the commas inside of them.
func (s *surveyor) flow(i int, r rune) bool {
	inside := len(s.open) > 0
	switch {
	case (r == '[' || r == '{') && (s.fresh || inside):
		s.open = append(s.open, s.at(i, string(r)))
		s.brackets = append(s.brackets, s.at(i, string(r)))
		s.fresh = true
	case (r == ']' || r == '}') && inside:
		s.open = s.open[:len(s.open)-1]
		s.fresh = false
	case r == ',' && inside:
		s.fresh = true
	default:
		return false
	}
	s.quoted = false
	return true
}

// begin looks at the first character of a value.
func (s *surveyor) begin(i int) int {
	r := s.runes[i]
	if s.key == 0 {
		s.key = i + 1
	}
	if (r == '-' || r == '?') && s.ends(i+1) {
		s.key = 0
		return i + 1
	}
	s.fresh = false
	switch r {
	case '"', '\'':
		s.quote = r
		s.open = append(s.open, s.at(i, string(r)))
	case '*', '&':
		name := s.name(i + 1)
		m := s.at(i, name)
		if name == "" {
			m.text = s.value(i)
			s.reserved = append(s.reserved, m)
		} else if r == '*' {
			s.aliases = append(s.aliases, m)
		} else {
			s.anchors = append(s.anchors, m)
			s.fresh = true
		}
		return i + 1 + len(name)
	case '%', '@', '`':
		s.reserved = append(s.reserved, s.at(i, s.value(i)))
	case '|', '>':
		if len(s.open) == 0 {
			s.block = s.key + 1
			return len(s.runes)
		}
	}
	return i + 1
}

// ends reports whether a word ends before a character.
func (s *surveyor) ends(i int) bool {
	return i >= len(s.runes) || strings.ContainsRune(" \t", s.runes[i]) || len(s.open) > 0 && strings.ContainsRune(",]}", s.runes[i])
}

// name is what can be the name of an anchor, from a character on.
func (s *surveyor) name(i int) string {
	start := i
	for i < len(s.runes) && strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", s.runes[i]) {
		i++
	}
	return string(s.runes[start:i])
}

// value is what the writer took for a value, from a character on.
func (s *surveyor) value(i int) string {
	rest := string(s.runes[i:])
	if end := strings.IndexAny(rest, ",]}"); len(s.open) > 0 && end >= 0 {
		rest = rest[:end]
	}
	if head, _, found := strings.Cut(rest, " #"); found && head != "" {
		rest = head
	}
	return strings.TrimSpace(rest)
}
