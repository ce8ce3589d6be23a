package scenario

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Change is what is different in an act that is like another one: what actors have, by their names, and
// topology and steps as a whole. What is null is taken away.
//
// It is a part of the file only: the act is decoded as if it were written out.
type Change struct{}

// decodeNode has nothing left to do: what is changed is decoded where it is changed.
func (*Change) decodeNode(*decoder, *yaml.Node, string) {}

// The keys of an act that matter to one that is like it.
const (
	nameKey, likeKey, changeKey    = "name", "like", "change"
	castKey, topologyKey, stepsKey = "cast", "topology", "steps"
	aboutKey, expectKey            = "about", "expect"
	knobsKey, askKey               = "knobs", "ask"
	actsKey, nullTag               = "acts", "!!null"
)

// ownKeys are those of an act that one that is like it does not take over: it has a name of its own, and what
// it proves is its own.
func ownKeys() []string {
	return []string{nameKey, aboutKey, likeKey, changeKey, expectKey, knobsKey, askKey}
}

// likes writes out the acts of a file that are like others. Nodes keep their places, so that mistakes are
// told where they are written.
type likes struct {
	*decoder
	names []string
	acts  map[string]*yaml.Node
	// out are the acts that were written out, by their nodes; nil where that was not possible. In under are those
	// that are being written out.
	out   map[*yaml.Node]*yaml.Node
	under []*yaml.Node
}

// writeOut puts acts that are written out in the place of those that are like others.
func (d *decoder) writeOut(root *yaml.Node) {
	list := d.actsOf(root)
	if list == nil {
		return
	}
	l := &likes{decoder: d, acts: map[string]*yaml.Node{}, out: map[*yaml.Node]*yaml.Node{}}
	for _, item := range list.Content {
		item = dealiased(item)
		if name := d.textAt(item, nameKey); name != "" && l.acts[name] == nil {
			l.names = append(l.names, name)
			l.acts[name] = item
		}
	}
	for i, item := range list.Content {
		d.ends[d.pos(dealiased(item))] = lastLine(dealiased(item))
		if full := l.full(dealiased(item)); full != nil {
			list.Content[i] = full
		}
	}
}

// actsOf is the list of a file's acts, if it has one.
func (d *decoder) actsOf(root *yaml.Node) *yaml.Node {
	_, list := keyOf(d.flat(root), actsKey)
	if list = dealiased(list); list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	return list
}

// full is an act as it is written out, or nil if there is a mistake in what it is like.
func (l *likes) full(act *yaml.Node) *yaml.Node {
	if done, ok := l.out[act]; ok {
		return done
	}
	own := l.flat(act)
	_, like := keyOf(own, likeKey)
	if like = dealiased(like); like == nil {
		if key, _ := keyOf(own, changeKey); key != nil {
			l.errorf(key, "change has no effect without like")
		}
		l.out[act] = act
		return act
	}
	l.out[act] = nil
	l.under = append(l.under, act)
	defer func() { l.under = l.under[:len(l.under)-1] }()
	if base := l.base(like); base != nil && l.fits(own) && !l.exhausted() {
		l.out[act] = l.changed(act, own, l.flat(base))
	}
	return l.out[act]
}

// base is the act that another one is like, written out.
func (l *likes) base(like *yaml.Node) *yaml.Node {
	if like.Kind != yaml.ScalarNode || like.Tag == nullTag {
		return nil // as who decodes it will say
	}
	other := l.acts[like.Value]
	switch {
	case other == nil:
		l.errorf(like, "there is no act %s%s", like.Value, l.didYouMean(like.Value, l.names))
		return nil
	case slices.Contains(l.under, other):
		l.errorf(like, "the act is like itself%s", l.around(other))
		return nil
	case len(l.under) > maxDepth:
		l.errorf(like, "more than %d acts are like one another", maxDepth)
		return nil
	}
	return l.full(other)
}

// around names the acts by way of which one is like itself.
func (l *likes) around(other *yaml.Node) string {
	var names []string
	for _, act := range l.under[slices.Index(l.under, other)+1:] {
		names = append(names, l.textAt(act, nameKey))
	}
	if len(names) == 0 {
		return ""
	}
	return ", by way of " + strings.Join(names, ", ")
}

// fits reports whether an act that is like another one leaves to change what is for it to say.
func (l *likes) fits(own *yaml.Node) bool {
	ok := true
	for _, of := range []string{castKey, topologyKey, stepsKey} {
		if key, _ := keyOf(own, of); key != nil {
			l.errorf(key, "the act is like another one: write what is different in its %s below change", of)
			ok = false
		}
	}
	return ok
}

// changed is an act with what it has from another one.
func (l *likes) changed(act, own, base *yaml.Node) *yaml.Node {
	full := *act
	full.Content = slices.Clone(act.Content)
	changes, has := l.changes(own, base), map[string]bool{}
	for _, key := range ownKeys() {
		has[key] = true
	}
	for i := 0; i+1 < len(own.Content); i += 2 {
		has[own.Content[i].Value] = true
	}
	l.spend(act, len(base.Content)/2)
	for i := 0; i+1 < len(base.Content); i += 2 {
		key, value := base.Content[i], base.Content[i+1]
		if has[key.Value] {
			continue
		}
		if to, ok := changes[key.Value]; ok {
			delete(changes, key.Value)
			if key, value = to.key, to.value; value.Tag == nullTag {
				continue
			}
		}
		full.Content = append(full.Content, key, value)
	}
	for _, of := range []string{topologyKey, stepsKey} { // that the other one has not
		to, ok := changes[of]
		switch {
		case !ok:
		case to.value.Tag == nullTag:
			l.errorf(to.key, "there is no %s to be taken away", of)
		default:
			full.Content = append(full.Content, to.key, to.value)
		}
	}
	return &full
}

// changes are the keys of an act that another one has otherwise: with the cast, if an actor is changed.
func (l *likes) changes(own, base *yaml.Node) map[string]entry {
	_, change := keyOf(own, changeKey)
	if change = dealiased(change); change == nil {
		return nil
	}
	if change.Kind != yaml.MappingNode {
		l.errorf(change, "change: want a mapping, not %s", kindOf(change))
		return nil
	}
	all := map[string]entry{}
	key, cast := keyOf(base, castKey)
	cast = dealiased(cast)
	for _, e := range l.entries(change) {
		switch {
		case e.key.Value == topologyKey || e.key.Value == stepsKey:
			all[e.key.Value] = entry{e.key, dealiased(e.value)}
		case cast != nil && cast.Kind == yaml.SequenceNode:
			cast = l.recast(cast, e)
			all[castKey] = entry{key, cast}
		}
	}
	return all
}

// recast is a cast of which one actor is changed, or gone.
func (l *likes) recast(cast *yaml.Node, change entry) *yaml.Node {
	to := dealiased(change.value)
	var names []string
	l.spend(change.key, len(cast.Content))
	for i, item := range cast.Content {
		actor := l.flat(item)
		name := l.actorName(actor)
		if names = append(names, name); name != change.key.Value {
			continue
		}
		other := *cast
		switch {
		case to.Tag == nullTag:
			other.Content = slices.Delete(slices.Clone(cast.Content), i, i+1)
		case to.Kind == yaml.MappingNode:
			other.Content = slices.Clone(cast.Content)
			other.Content[i] = l.actor(actor, change.key.Value, to)
		default:
			l.errorf(to, "%s: want a mapping, or nothing to take the actor away, not %s", name, kindOf(to))
		}
		return &other
	}
	l.errorf(change.key, "there is no actor %s in the cast, and %s is not topology or steps%s", change.key.Value, change.key.Value,
		l.didYouMean(change.key.Value, append(names, topologyKey, stepsKey)))
	return cast
}

// actor is an actor with other keys.
func (l *likes) actor(actor *yaml.Node, name string, change *yaml.Node) *yaml.Node {
	other := *actor
	other.Content = slices.Clone(actor.Content)
	for _, e := range l.entries(change) {
		if !l.spend(e.key, len(other.Content)/2) {
			break
		}
		at := keyAt(&other, e.key.Value)
		switch gone := dealiased(e.value).Tag == nullTag; {
		case slices.Contains(roles(), e.key.Value):
			l.errorf(e.key, "an actor stays what it is: take %s away, and write another cast", name)
		case gone && at < 0:
			l.errorf(e.key, "%s has no %s to be taken away", name, e.key.Value)
		case gone:
			other.Content = slices.Delete(other.Content, at, at+2)
		case at < 0:
			other.Content = append(other.Content, e.key, e.value)
		default:
			other.Content[at], other.Content[at+1] = e.key, e.value
		}
	}
	return &other
}

// actorName is what an actor is called, by its node.
func (d *decoder) actorName(actor *yaml.Node) string {
	for _, role := range roles() {
		if name := d.textAt(actor, role); name != "" {
			return name
		}
	}
	return ""
}
