package scenario

import (
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// Knob is a key that readers may turn, to see what would become of the act: one of its actors', of its topology's or
// of a step's.
type Knob struct {
	// Pos is where the knob starts.
	Pos Position `yaml:"-"`
	// Actor whose key is turned. Default: all of the cast that have it written.
	Actor string `yaml:"actor"`
	// Queue of the topology whose key is turned.
	Queue string `yaml:"queue"`
	// Exchange of the topology whose key is turned.
	Exchange string `yaml:"exchange"`
	// Step whose key is turned, by its number: the first is 1.
	Step *int `yaml:"step" jsonschema:"minimum=1"`
	// Key that is turned, or the way to it, as in queue.arguments.x-max-length.
	Key string `yaml:"key" jsonschema:"required"`
	// Values are the positions of the knob: what the key is in each.
	Values []*KnobValue `yaml:"values" jsonschema:"required"`
}

// KnobValue is a position of a knob: the value that the key has there, nothing to take it away, or a mapping with
// what must be observed. Where nothing is said of that, the act must only come to its end; where the key is as
// the act has it, it must come out as the act does.
type KnobValue struct {
	// Pos is where it is written.
	Pos Position
	// Text is the value in one line.
	Text string
	// Act is the act with the knob in this position.
	Act *Act
	// AsWritten is set where the key is as the act has it.
	AsWritten bool

	node, value, expect *yaml.Node
}

// KnobPosition is a position of a knob with what must be observed there.
type KnobPosition struct {
	// Value of the key.
	Value Setting `yaml:"value" jsonschema:"required"`
	// Expect says what must be observed.
	Expect Expectations `yaml:"expect" jsonschema:"required"`
}

// Setting is any value that a key may have.
type Setting struct{}

// decodeNode has nothing to do: the value is decoded as that of the key.
func (*Setting) decodeNode(*decoder, *yaml.Node, string) {}

// valueKey is the key of a position that is a mapping with more than a value.
const valueKey = "value"

func (v *KnobValue) decodeNode(d *decoder, n *yaml.Node, path string) {
	v.Pos, v.node, v.value = d.pos(n), n, n
	if flat := d.flat(n); keyAt(flat, valueKey) >= 0 {
		var position KnobPosition
		d.structure(n, reflect.ValueOf(&position).Elem(), path)
		_, v.value = keyOf(flat, valueKey)
		_, v.expect = keyOf(flat, expectKey)
		v.value, v.expect = dealiased(v.value), dealiased(v.expect)
	}
	v.Text = d.inOneLine(v.value)
}

// inOneLine is a value as it is written, in one line.
func (d *decoder) inOneLine(n *yaml.Node) string {
	switch {
	case n.Tag == nullTag:
		return "none"
	case n.Kind == yaml.ScalarNode:
		return n.Value
	}
	text, err := yaml.Marshal(inBraces(d.out(n)))
	if err != nil {
		d.errorf(n, "the value cannot be written: %v", err)
	}
	return strings.TrimSpace(string(text))
}

// inBraces has all lists and mappings in a node written in brackets and braces.
func inBraces(n *yaml.Node) *yaml.Node {
	if n.Style &^= yaml.LiteralStyle | yaml.FoldedStyle; n.Kind != yaml.ScalarNode {
		n.Style = yaml.FlowStyle
	}
	for _, child := range n.Content {
		inBraces(child)
	}
	return n
}
