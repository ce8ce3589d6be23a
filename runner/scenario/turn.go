package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxPositions is how many positions the knobs of a file may have in all: each is decoded as an act of its own.
const maxPositions = 200

// KnobNames are the act's knobs in the order in which they are written.
func (a *Act) KnobNames() []string {
	return slices.SortedFunc(maps.Keys(a.Knobs), func(one, other string) int {
		p, q := a.Knobs[one].Pos, a.Knobs[other].Pos
		return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
	})
}

// Positions is the scenario with all positions of the knobs of some acts in place of its acts. There may be none.
func (s *Scenario) Positions(of func(*Act) bool) *Scenario {
	turned := *s
	turned.Acts = nil
	for _, a := range s.Acts {
		if !of(a) {
			continue
		}
		for _, name := range a.KnobNames() {
			for _, v := range a.Knobs[name].Values {
				turned.Acts = append(turned.Acts, v.Act)
			}
		}
	}
	return &turned
}

// turning makes the acts that come of the positions of an act's knobs.
type turning struct {
	*decoder
	s     *Scenario
	index int
	// root is the file, act the node of the act.
	root, act *yaml.Node
	// path is where the act is, positions how many there have been in the file.
	path      string
	positions int
}

// turnKnobs decodes and checks the act for each position of each knob. The scenario itself is without mistakes.
func (d *decoder) turnKnobs(s *Scenario) {
	t := &turning{decoder: d, s: s, root: d.flat(s.file)}
	acts := d.actsOf(s.file)
	for i, a := range s.Acts {
		t.index, t.act, t.path = i, d.flat(acts.Content[i]), fmt.Sprintf("acts[%d].%s", i, knobsKey)
		for _, name := range a.KnobNames() {
			if t.turn(name, a.Knobs[name]); t.exhausted() {
				return
			}
		}
	}
}

// turn decodes the act for each position of a knob.
func (t *turning) turn(name string, k *Knob) {
	path, way, c := join(t.path, name), strings.Split(k.Key, "."), &checker{decoder: t.decoder}
	switch t.positions += len(k.Values); {
	case len(k.Values) == 0:
		c.at(path+".values", "a knob needs positions")
		return
	case t.positions > maxPositions:
		if t.positions-len(k.Values) <= maxPositions {
			c.at(path, "the knobs of a file have more than %d positions", maxPositions)
		}
		return
	case slices.Contains(way, ""):
		c.at(path+".key", "want a key, or the way to it such as queue.durable")
		return
	case slices.Contains(roles(), way[0]):
		c.at(path+".key", "an actor stays what it is")
		return
	}
	places := t.places(c, path, k, way)
	if len(places) == 0 {
		return
	}
	before := len(t.errs)
	for _, v := range k.Values {
		if t.position(name, v, turn{places, way}); t.exhausted() {
			return
		}
	}
	t.atKey(before, len(k.Values), t.where[path+".key"])
}

// atKey tells of mistakes that there are in all positions of a knob where its key is named.
func (t *turning) atKey(before, positions int, key Position) {
	often, told := map[string]int{}, map[Error]bool{}
	for _, e := range t.errs[before:] {
		if !told[e] {
			told[e] = true
			often[e.Msg]++
		}
	}
	for i, e := range t.errs[before:] {
		if positions > 1 && often[e.Msg] == positions {
			t.errs[before+i].Pos = key
		}
	}
}

// at is what a way leads to, or nil.
func (t *turning) at(n *yaml.Node, way []string) *yaml.Node {
	for _, key := range way {
		_, n = keyOf(t.flat(n), key)
	}
	return dealiased(n)
}

// position decodes the act with a knob in a position.
func (t *turning) position(name string, v *KnobValue, of turn) {
	turned, file, asWritten := t.turned(v, of)
	v.AsWritten = asWritten
	act := *turned
	act.Line, act.Column, act.Content = v.Pos.Line, v.Pos.Column, nil
	for i := 0; i+1 < len(turned.Content); i += 2 {
		key, value := turned.Content[i], turned.Content[i+1]
		switch key.Value {
		case aboutKey, likeKey, changeKey, knobsKey, askKey: // they speak of the act as it is written
			continue
		case expectKey:
			if value = v.expect; value == nil && asWritten {
				value = turned.Content[i+1]
			}
			if value == nil {
				value = nothing(v.Pos)
			}
		}
		act.Content = append(act.Content, key, value)
	}
	v.Act = t.decode(name, v, &act, file)
	if v.Act != nil {
		v.Act.Name = fmt.Sprintf("%s (%s: %s)", v.Act.Name, name, v.Text)
		v.Act.open = v.expect == nil && !asWritten
	}
}

// nothing is an expectation of no messages, in the place of one that is not given.
func nothing(pos Position) *yaml.Node {
	at := func(kind yaml.Kind, tag, text string, content ...*yaml.Node) *yaml.Node {
		return &yaml.Node{Kind: kind, Tag: tag, Value: text, Line: pos.Line, Column: pos.Column, Content: content}
	}
	return at(yaml.MappingNode, "!!map", "", at(yaml.ScalarNode, "!!str", "fates"), at(yaml.MappingNode, "!!map", ""))
}

// same reports whether a value says the same as what is written, if that is anything.
func (t *turning) same(value, written *yaml.Node) bool {
	if written == nil {
		return value.Tag == nullTag
	}
	return alike(value, t.out(written))
}

func alike(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Value == b.Value && a.ShortTag() == b.ShortTag() && slices.EqualFunc(a.Content, b.Content, alike)
}

// set is a mapping in which a way leads to the value of a position. What is empty then goes, too.
func (t *turning) set(n *yaml.Node, way []string, v *KnobValue) *yaml.Node {
	own, value := *t.flat(n), v.value
	own.Content = slices.Clone(own.Content)
	at := keyAt(&own, way[0])
	if len(way) > 1 {
		inner := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: v.Pos.Line, Column: v.Pos.Column}
		if at >= 0 && dealiased(own.Content[at+1]).Kind == yaml.MappingNode {
			inner = own.Content[at+1]
		}
		value = t.set(inner, way[1:], v)
	}
	key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: way[0], Line: v.Pos.Line, Column: v.Pos.Column}
	gone := value.Tag == nullTag || len(way) > 1 && len(value.Content) == 0
	switch {
	case gone && at >= 0:
		own.Content = slices.Delete(own.Content, at, at+2)
	case gone:
	case at < 0:
		own.Content = append(own.Content, key, value)
	default:
		own.Content[at], own.Content[at+1] = key, value
	}
	return &own
}

// decode decodes and checks a file with an act as its only one. Mistakes are told at the position of the knob,
// unless they are in it.
func (t *turning) decode(name string, v *KnobValue, act, file *yaml.Node) *Act {
	root := *file
	root.Content = nil
	for i := 0; i+1 < len(file.Content); i += 2 {
		key, value := file.Content[i], file.Content[i+1]
		if key.Value == actsKey {
			list := *dealiased(value)
			list.Content = []*yaml.Node{act}
			value = &list
		}
		root.Content = append(root.Content, key, value)
	}
	d := &decoder{
		file: t.file, files: t.files, exports: t.exports, bodies: t.bodies, reads: t.reads, nodes: t.nodes, compared: t.compared,
		where: map[string]Position{}, ends: map[Position]int{},
	}
	s := &Scenario{}
	d.value(&root, reflect.ValueOf(s).Elem(), "")
	if !d.exhausted() {
		(&checker{decoder: d}).scenario(s)
	}
	t.nodes, t.compared, t.reads, t.exports = d.nodes, d.compared, d.reads, d.exports
	within := map[Position]bool{}
	t.inside(v.node, within)
	for _, e := range d.errs {
		if !within[e.Pos] {
			e = Error{Pos: v.Pos, Msg: fmt.Sprintf("with %s at %s: %s", name, v.Text, e.Msg)}
		}
		t.errs = append(t.errs, e)
	}
	if len(d.errs) > 0 {
		return nil
	}
	return s.Acts[0]
}

// inside collects the places of the nodes in one.
func (d *decoder) inside(n *yaml.Node, places map[Position]bool) {
	places[d.pos(n)] = true
	for _, child := range n.Content {
		d.inside(child, places)
	}
}
