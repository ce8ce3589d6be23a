package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
	"gopkg.in/yaml.v3"
)

// examples are taken from a scenario.
type examples struct {
	// keys have the first example of each key ("Act.name"), blocks that of a whole mapping with the
	// most keys, by type.
	keys   map[string]string
	blocks map[string]string
	sizes  map[string]int
}

// longest is how long an example in a table may be.
const longest = 60

func (f *format) examples(text []byte) (*examples, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("the example of the reference page: %w", err)
	}
	e := &examples{keys: map[string]string{}, blocks: map[string]string{}, sizes: map[string]int{}}
	return e, f.collect(e, "Scenario", f.types["Scenario"], doc.Content[0])
}

// text is the example of a key, or empty where there is none that fits into a table.
func (e *examples) text(of, key string) string { return e.keys[of+"."+key] }

// collect takes the examples in a node, of which the schema is known.
func (f *format) collect(e *examples, name string, s *jsonschema.Schema, n *yaml.Node) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if to, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		return f.collect(e, to, f.types[to], n)
	}
	if (s.OneOf != nil || s.AnyOf != nil) && s.Properties == nil {
		name, s = f.chosen(name, s, n)
		return f.collect(e, name, s, n)
	}
	if n.Kind == yaml.SequenceNode && s.Items != nil {
		for _, item := range n.Content {
			if err := f.collect(e, name, s.Items, item); err != nil {
				return err
			}
		}
	}
	if n.Kind == yaml.MappingNode && s.Type == "object" {
		return f.collectMapping(e, name, s, n)
	}
	return nil
}

// chosen is the alternative that a node takes.
func (f *format) chosen(name string, s *jsonschema.Schema, n *yaml.Node) (string, *jsonschema.Schema) {
	if name == "Actor" {
		role := n.Content[0].Value
		name = strings.ToUpper(role[:1]) + role[1:]
		return name, f.types[name]
	}
	kinds := map[yaml.Kind]string{yaml.MappingNode: "object", yaml.SequenceNode: "array"}
	for _, choice := range append(s.OneOf, s.AnyOf...) {
		to := strings.TrimPrefix(choice.Ref, "#/$defs/")
		if choice.Type == kinds[n.Kind] || to != "" && f.types[to].Type == kinds[n.Kind] && hasKeys(f.types[to], n) {
			if mapping, ok := f.asMapping(choice); ok {
				name = mapping
			}
			return name, choice
		}
	}
	return name, &jsonschema.Schema{}
}

// hasKeys reports whether a mapping's first key is one of a type's.
func hasKeys(s *jsonschema.Schema, n *yaml.Node) bool {
	return n.Kind != yaml.MappingNode || s.Properties == nil || len(n.Content) == 0 || s.Properties.Value(n.Content[0].Value) != nil
}

func (f *format) collectMapping(e *examples, name string, s *jsonschema.Schema, n *yaml.Node) error {
	if s.Properties != nil && len(n.Content) > e.sizes[name] && f.types[name] == s {
		block, err := inLines(n)
		if err != nil {
			return fmt.Errorf("the example of %s: %w", name, err)
		}
		e.sizes[name], e.blocks[name] = len(n.Content), block
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		inner := s.AdditionalProperties
		if s.Properties != nil {
			inner = s.Properties.Value(key)
		}
		if inner == nil { // a place for anchors
			continue
		}
		if err := e.add(name, key, value); err != nil {
			return err
		}
		if err := f.collect(e, name+"."+key, inner, value); err != nil {
			return err
		}
	}
	return nil
}

// add notes the first example of a key, in one line.
func (e *examples) add(name, key string, value *yaml.Node) error {
	if e.keys[name+"."+key] != "" {
		return nil
	}
	line, err := yaml.Marshal(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		{Kind: yaml.ScalarNode, Value: key}, inline(value),
	}})
	if err != nil {
		return fmt.Errorf("the example of %s.%s: %w", name, key, err)
	}
	text := strings.TrimSuffix(string(line), "\n")
	switch {
	case len(text) > longest || strings.Contains(text, "\n"):
		text = "[below](#every-key)"
	default:
		text = "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
	}
	for _, of := range []string{name, actorOf(name)} {
		if of != "" && e.keys[of+"."+key] == "" {
			e.keys[of+"."+key] = text
		}
	}
	return nil
}

// inLines is a mapping as YAML, each of its keys in a line.
func inLines(n *yaml.Node) (string, error) {
	c := *n
	c.Style, c.Anchor, c.Content = 0, "", slices.Clone(n.Content)
	for i, child := range c.Content {
		if child.Kind == yaml.AliasNode {
			c.Content[i] = inline(child)
		}
	}
	var out strings.Builder
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&c); err != nil {
		return "", err
	}
	return out.String(), enc.Close()
}

// actorOf is the type of which consumers and publishers have the keys in common.
func actorOf(name string) string {
	if name == "Consumer" || name == "Publisher" || name == "Client" {
		return "Actor"
	}
	return ""
}

// inline is a node without aliases, in one line.
func inline(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	c := *n
	c.Anchor, c.Content, c.Style = "", nil, n.Style&^(yaml.LiteralStyle|yaml.FoldedStyle)
	if n.Kind != yaml.ScalarNode {
		c.Style = yaml.FlowStyle
	}
	for _, child := range n.Content {
		c.Content = append(c.Content, inline(child))
	}
	return &c
}
