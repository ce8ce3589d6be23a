package scenario

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// turn is what a knob turns: a key, or the way to it, of what is written in some places.
type turn struct {
	places []place
	way    []string
}

// place is where something is written of which a knob turns a key: an entry of a list of the act, or of the file.
type place struct {
	inFile bool
	// list is the way to the list.
	list  string
	index int
}

// The ways to the lists with entries of which knobs turn keys.
const (
	castList     = castKey
	queueList    = topologyKey + ".queues"
	exchangeList = topologyKey + ".exchanges"
	stepList     = stepsKey
)

func wayTo(list string) []string { return strings.Split(list, ".") }

// given are the things of which a knob says that one's key is turned.
func (k *Knob) given() (all []string) {
	for key, is := range map[string]bool{"actor": k.Actor != "", "queue": k.Queue != "", "exchange": k.Exchange != "", "step": k.Step != nil} {
		if is {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}

// Whose says what has the key that is turned; nothing where it is all of the cast that have it written.
func (k *Knob) Whose() string {
	switch {
	case k.Queue != "":
		return "the queue " + k.Queue
	case k.Exchange != "":
		return "the exchange " + k.Exchange
	case k.Step != nil:
		return fmt.Sprintf("step %d", *k.Step)
	}
	return k.Actor
}

// places are where that is written whose key is turned. If there are none it says so.
func (t *turning) places(c *checker, path string, k *Knob, way []string) []place {
	if given := k.given(); len(given) > 1 {
		c.at(path, "a knob turns a key of one thing: actor, queue, exchange or step%s", instead(given))
		return nil
	}
	switch {
	case k.Queue != "":
		return t.declared(c, path+".queue", "queue", k.Queue, queueList)
	case k.Exchange != "":
		return t.declared(c, path+".exchange", "exchange", k.Exchange, exchangeList)
	case k.Step != nil:
		if steps := len(t.entries(false, stepList)); *k.Step < 1 || *k.Step > steps {
			c.at(path+".step", "there is no step %d in the act, which has %d", *k.Step, steps)
			return nil
		}
		return []place{{list: stepList, index: *k.Step - 1}}
	}
	return t.cast(c, path, k, way)
}

// cast are the places of those in the cast whose key is turned.
func (t *turning) cast(c *checker, path string, k *Knob, way []string) (all []place) {
	var names []string
	for i, actor := range t.entries(false, castList) {
		names = append(names, t.actorName(t.flat(actor)))
		if k.Actor == names[i] || k.Actor == "" && t.at(actor, way) != nil {
			all = append(all, place{list: castList, index: i})
		}
	}
	switch {
	case len(all) > 0:
	case k.Actor != "":
		c.at(path+".actor", "there is no actor %s in the cast%s", k.Actor, c.didYouMean(k.Actor, names))
	default:
		c.at(path+".key", "nobody in the cast has %s written: say whose it is (actor, queue, exchange or step)", k.Key)
	}
	return all
}

// declared is the place of a queue or an exchange of the act's topology, or of the scenario's.
func (t *turning) declared(c *checker, path, what, name, list string) []place {
	var names []string
	for _, inFile := range []bool{false, true} {
		for i, entry := range t.entries(inFile, list) {
			is := t.textAt(entry, nameKey)
			if is == name {
				return []place{{inFile, list, i}}
			}
			names = append(names, is)
		}
	}
	c.at(path, "there is no %s %s written in the topology%s", what, name, c.didYouMean(name, names))
	return nil
}

// entries are those of a list of the act, or of the file.
func (t *turning) entries(inFile bool, list string) []*yaml.Node {
	if n := t.at(t.holder(inFile), wayTo(list)); n != nil && n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return nil
}

func (t *turning) holder(inFile bool) *yaml.Node {
	if inFile {
		return t.root
	}
	return t.act
}

// turned are the act and the file with a knob in a position, and whether that is as they are written.
func (t *turning) turned(v *KnobValue, of turn) (act, file *yaml.Node, asWritten bool) {
	act, file, asWritten = t.act, t.root, true
	for _, p := range of.places {
		entry := t.entries(p.inFile, p.list)[p.index]
		asWritten = asWritten && t.same(t.out(v.value), t.at(entry, of.way))
		in := &act
		if p.inFile {
			in = &file
		}
		*in = t.with(*in, p, t.set(entry, of.way, v))
	}
	return act, file, asWritten
}

// with is the act, or the file, with another entry in a place.
func (t *turning) with(holder *yaml.Node, p place, entry *yaml.Node) *yaml.Node {
	list := *t.at(holder, wayTo(p.list))
	list.Content = slices.Clone(list.Content)
	list.Content[p.index] = entry
	return t.replaced(holder, wayTo(p.list), &list)
}

// replaced is a mapping in which a way that is there leads to another node.
func (t *turning) replaced(n *yaml.Node, way []string, to *yaml.Node) *yaml.Node {
	own := *t.flat(n)
	own.Content = slices.Clone(own.Content)
	at := keyAt(&own, way[0])
	if len(way) > 1 {
		to = t.replaced(own.Content[at+1], way[1:], to)
	}
	own.Content[at+1] = to
	return &own
}
