package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// typeText names the type of a value, with links to the sections about it.
func (f *format) typeText(s *jsonschema.Schema) string {
	if name, ok := f.asMapping(s); ok {
		return fmt.Sprintf("[mapping](#%s-as-a-mapping)", strings.ToLower(mappings()[name]))
	}
	switch {
	case s.Not != nil && s.Type == "":
		return "any value"
	case s.Ref != "":
		name := strings.TrimPrefix(s.Ref, "#/$defs/")
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	case s.Const != nil:
		return fmt.Sprintf("`%v`", s.Const)
	case s.Enum != nil:
		var words []string
		for _, w := range s.Enum {
			words = append(words, fmt.Sprintf("`%v`", w))
		}
		return strings.Join(words, ", ")
	case s.Type == "array":
		return strings.Replace("list of "+f.typeText(s.Items), "list of text", "list of texts", 1)
	case s.Type == "object" && s.Properties != nil:
		return "mapping from [fates](#fate) to [Messages](#messages)"
	case s.Type == "object" && s.AdditionalProperties.Ref == "" && s.AdditionalProperties.Type == "":
		return "free mapping"
	case s.Type == "object" && s.AdditionalProperties.Type == "integer":
		return "mapping from texts to numbers"
	case s.Type == "object":
		return "mapping from names to " + f.typeText(s.AdditionalProperties)
	case s.Type == "integer":
		return "number" + span(s)
	case s.Type == "boolean":
		return "true or false"
	default:
		return "text"
	}
}

// span is what a number may be, unless it is just as large as can be handled.
func span(s *jsonschema.Schema) string {
	if s.Maximum == "2147483647" {
		return ""
	}
	return fmt.Sprintf(" from %s to %s", s.Minimum, s.Maximum)
}

var (
	marked = regexp.MustCompile(`"?([^\s"]+)"? \(default\)`)
	stated = regexp.MustCompile(`\bDefault:? (.+?)[.,:;]( |$)`)
)

// defaultText is what a key stands for where it is not given: as its comment says, else the zero of
// its type.
func (f *format) defaultText(s *jsonschema.Schema, key string) string {
	p := s.Properties.Value(key)
	switch {
	case slices.Contains(s.Required, key):
		return "required"
	case s.MinProperties != nil:
		return ""
	}
	for _, pattern := range []*regexp.Regexp{marked, stated} {
		if m := pattern.FindStringSubmatch(p.Description); m != nil {
			return cell(strings.Trim(m[1], `"`))
		}
	}
	switch {
	case p.Type == "boolean" || p.Ref == "#/$defs/Bind":
		return "false"
	case p.Type == "integer":
		return "0"
	case p.Ref == "#/$defs/Duration":
		return "0s"
	}
	return ""
}
