package scenario

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// WrittenOut is the text of a file that says the same as the scenario's: acts that are like others are written out,
// and so is what stands for something else (aliases, merge keys). Of its acts there are those to be kept.
func (s *Scenario) WrittenOut(keep func(*Act) bool) ([]byte, error) {
	w := &decoder{file: s.Pos.File}
	root := w.out(s.file)
	root.Content = slices.Clone(root.Content)
	for at := 0; at+1 < len(root.Content); {
		if strings.HasPrefix(root.Content[at].Value, anchorsPrefix) {
			root.Content = slices.Delete(root.Content, at, at+2)
			continue
		}
		at += 2
	}
	_, acts := keyOf(root, actsKey)
	var kept []*yaml.Node
	for i, act := range s.Acts {
		if keep(act) {
			kept = append(kept, actWrittenOut(acts.Content[i]))
		}
	}
	acts.Content = kept
	if len(w.errs) > 0 {
		return nil, sorted(w.errs)
	}
	var text strings.Builder
	enc := yaml.NewEncoder(&text)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("writing %s out: %w", s.Title, err)
	}
	return []byte(text.String()), enc.Close()
}

// anchorsPrefix is that of keys of a file that are only a place for anchors.
const anchorsPrefix = "x-"

// actWrittenOut is an act without what it has been written out from, its keys in the order of the reference.
func actWrittenOut(act *yaml.Node) *yaml.Node {
	order := keys(fieldsOf(reflect.TypeFor[Act]()))
	var entries []entry
	for i := 0; i+1 < len(act.Content); i += 2 {
		if key := act.Content[i].Value; key != likeKey && key != changeKey {
			entries = append(entries, entry{act.Content[i], act.Content[i+1]})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Compare(slices.Index(order, a.key.Value), slices.Index(order, b.key.Value))
	})
	act.Content = nil
	for _, e := range entries {
		act.Content = append(act.Content, e.key, e.value)
	}
	return act
}

// out is a copy of a node in which nothing stands for something else.
func (d *decoder) out(n *yaml.Node) *yaml.Node {
	copied := &yaml.Node{Kind: yaml.ScalarNode, Tag: nullTag}
	d.within(n, func(n *yaml.Node) {
		n = d.flat(n)
		d.spell(n, len(n.Value))
		own := *n
		own.Anchor, own.HeadComment, own.LineComment, own.FootComment = "", "", "", ""
		own.Content = nil
		for _, child := range n.Content {
			own.Content = append(own.Content, d.out(child))
		}
		copied = &own
	})
	return copied
}
