package scenario

import "gopkg.in/yaml.v3"

// textAt is the text of a key of a mapping, or empty.
func (d *decoder) textAt(n *yaml.Node, key string) string {
	_, value := keyOf(d.flat(n), key)
	if value = dealiased(value); value == nil || value.Kind != yaml.ScalarNode {
		return ""
	}
	return value.Value
}

// flat is a mapping with what its merge keys merge; other nodes are as they are. The mistakes in it are left for
// those who decode it.
func (d *decoder) flat(n *yaml.Node) *yaml.Node {
	n = dealiased(n)
	if n == nil || n.Kind != yaml.MappingNode || mergeKey(n) == nil {
		return n
	}
	before := len(d.errs)
	flat := *n
	flat.Content = nil
	for _, e := range d.entries(n) {
		flat.Content = append(flat.Content, e.key, e.value)
	}
	if !d.exhausted() {
		d.errs = d.errs[:before]
	}
	return &flat
}

func dealiased(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// keyOf is a key of a mapping with its value, or nil.
func keyOf(n *yaml.Node, key string) (k, v *yaml.Node) {
	if at := keyAt(n, key); at >= 0 {
		return n.Content[at], n.Content[at+1]
	}
	return nil, nil
}

// keyAt is where a mapping has a key among its nodes, or -1.
func keyAt(n *yaml.Node, key string) int {
	if n == nil || n.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Kind == yaml.ScalarNode && n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// lastLine is the line of the last node in one, aliases not followed.
func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, child := range n.Content {
		last = max(last, lastLine(child))
	}
	return last
}
