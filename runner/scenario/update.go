package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"tutor/runner/fate"
)

// Observed is what an act showed on a broker, to be written down as what is expected from now on.
type Observed struct {
	// Act as it was decoded from the text that is updated.
	Act *Act
	// Expect is the one of the act's expectations that counted on the broker.
	Expect *Expectation
	// On, if set, is the broker that this was observed on, where Expect is another's: what was observed
	// is written down beside it, not in its place.
	On Condition
	// Lines that each actor printed, by its name.
	Lines map[string][]string
	// Unordered are the actors whose lines came in different orders when the act was played again.
	Unordered map[string]bool
	// Fates of the messages: the number of copies by body.
	Fates map[fate.Fate]map[string]int
	// Deliveries are what came to each actor, Deaths the ways of the copies of each message, Queues what there
	// was in each queue, and Confirms what the broker told each publisher, of those of which the act expects something.
	Deliveries map[string][]Delivered
	Deaths     map[string][][]Death
	Queues     map[string]QueueSeen
	Confirms   map[string]ConfirmsSeen
}

// Update rewrites in the text of a scenario file what was expected into what was observed, and
// nothing else: expected lines and fates that fit the observation keep every byte, and so does all
// that is outside of the acts' expect blocks.
//
// Where an act has no expected transcript, it gets one of every actor that printed something;
// where it has one, only the actors that it names are compared. An expected line with <any> that
// fits keeps its spelling, and names that the broker made up are written as amq.gen-<any>. Fates
// keep their form: bodies, bodies with their numbers, or just a number.
//
// The error, if any, is of type [Errors], and nothing is rewritten: for expectations that come
// from an alias or a merge key, or that such refer to, and for acts written in braces.
func Update(text []byte, observed ...Observed) ([]byte, error) {
	if len(observed) == 0 {
		return text, nil
	}
	start := Position{File: observed[0].Act.Pos.File, Line: 1, Column: 1}
	if !utf8.Valid(text) {
		return nil, Errors{{Pos: start, Msg: "the file is not UTF-8"}}
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc); err != nil {
		return nil, Errors{syntaxError(start.File, text, err)}
	}
	u := &updater{file: start.File, source: newSource(text, &doc), written: map[*yaml.Node][]string{}}
	for _, o := range observed {
		u.act(o)
	}
	u.checkShared()
	if len(u.errs) > 0 {
		return nil, sorted(u.errs)
	}
	updated := u.source.edited()
	if err := verify(updated, observed); err != nil {
		return nil, err
	}
	return updated, nil
}

// updater collects the edits of a file.
type updater struct {
	file   string
	source *source
	errs   Errors
	// written are the lines that were put in the place of a node's, for the aliases that follow it.
	written map[*yaml.Node][]string
}

func (u *updater) errorf(n *yaml.Node, format string, args ...any) {
	u.errs = append(u.errs, Error{Pos: Position{File: u.file, Line: n.Line, Column: n.Column}, Msg: fmt.Sprintf(format, args...)})
}

// act updates the expectation that counted.
func (u *updater) act(o Observed) {
	if o.fits() {
		return
	}
	expect, ok := u.find(o)
	if !ok {
		return
	}
	value := expect.value
	switch {
	case o.On.Product != "":
		u.beside(o, expect)
	case value.Kind == yaml.AliasNode:
		u.errorf(value, "act %s: what is expected comes from an alias: update it by hand", o.Act.Name)
	case value.Kind == yaml.MappingNode && isFlow(value):
		u.source.replace(expect, u.source.expectation(o, expect.key))
	case value.Kind == yaml.MappingNode:
		u.expectation(o, value)
	case isFlow(value):
		u.inlineList(o, expect)
	default:
		u.item(o, value)
	}
}

// find leads to the expect key of an act.
func (u *updater) find(o Observed) (expect pair, ok bool) {
	root := u.source.doc.Content[0]
	if isFlow(root) {
		u.errorf(root, "a scenario in braces cannot be updated: write it in lines")
		return pair{}, false
	}
	acts, ok := lookUp(root, "acts")
	if !ok || acts.value.Kind != yaml.SequenceNode || isFlow(acts.value) {
		u.errorf(root, "the acts are not a list in lines of their own: update them by hand")
		return pair{}, false
	}
	for _, act := range acts.value.Content {
		if act.Kind == yaml.AliasNode && isAt(act.Alias, o.Act.Pos) {
			u.errorf(act, "act %s comes from an alias: update it by hand", o.Act.Name)
			return pair{}, false
		}
		if isAt(act, o.Act.Pos) {
			return u.expectOf(act, o)
		}
	}
	u.errorf(root, "act %s is not where it was: the file has changed", o.Act.Name)
	return pair{}, false
}

func (u *updater) expectOf(act *yaml.Node, o Observed) (expect pair, ok bool) {
	if isFlow(act) {
		u.errorf(act, "act %s is written in braces: write it in lines to have it updated", o.Act.Name)
		return pair{}, false
	}
	expect, ok = lookUp(act, "expect")
	if !ok {
		u.errorf(act, "act %s: what is expected comes from a merge key: update it by hand", o.Act.Name)
	}
	return expect, ok
}

// item updates the item of a list of expectations that counted.
func (u *updater) item(o Observed, list *yaml.Node) {
	for _, item := range list.Content {
		switch {
		case item.Kind == yaml.AliasNode && isAt(item.Alias, o.Expect.Pos):
			u.errorf(item, "act %s: what is expected comes from an alias: update it by hand", o.Act.Name)
			return
		case !isAt(item, o.Expect.Pos):
		case isFlow(item):
			u.source.replaceItem(item, u.source.expectation(o, item))
			return
		default:
			u.expectation(o, item)
			return
		}
	}
	u.errorf(list, "act %s: what is expected is not where it was: the file has changed", o.Act.Name)
}

// beside writes an expectation of its own for the broker, ahead of the one that has counted so far. Both
// become items of a list.
func (u *updater) beside(o Observed, expect pair) {
	items := []*yaml.Node{expect.value}
	if expect.value.Kind == yaml.SequenceNode {
		items = expect.value.Content
	}
	own := *o.Expect
	own.On = o.On
	fresh := o
	fresh.Expect = &own
	var body []string
	add := func(lines []string) {
		body = append(body, "- "+lines[0])
		for _, l := range lines[1:] {
			body = append(body, indented("  ", l))
		}
	}
	for _, item := range items {
		if item.Kind == yaml.AliasNode {
			u.errorf(item, "act %s: what is expected comes from an alias: update it by hand", o.Act.Name)
			return
		}
		if isAt(item, o.Expect.Pos) {
			add(u.source.expectation(fresh, item).body)
		}
		add(u.source.encoded(item))
	}
	u.source.replace(expect, value{body: body})
}

// inlineList turns a list of expectations in brackets into one in lines.
func (u *updater) inlineList(o Observed, expect pair) {
	var body []string
	for _, item := range expect.value.Content {
		lines := u.source.encoded(item)
		if isAt(item, o.Expect.Pos) {
			lines = u.source.expectation(o, item).body
		}
		body = append(body, "- "+lines[0])
		for _, l := range lines[1:] {
			body = append(body, indented("  ", l))
		}
	}
	u.source.replace(expect, value{body: body})
}

// expectation updates an expectation that is written in lines.
func (u *updater) expectation(o Observed, m *yaml.Node) {
	if key := mergeKey(m); key != nil {
		u.errorf(key, "act %s: what is expected comes from a merge key: update it by hand", o.Act.Name)
		return
	}
	transcript, ok := lookUp(m, "transcript")
	fates, _ := lookUp(m, "fates")
	switch {
	case ok:
		u.transcript(o, transcript)
	case len(o.transcript()) == 0:
	case u.source.besideDash(fates.key) && fates.key == m.Content[0]:
		u.source.replaceItem(m, u.source.expectation(o, m))
		return
	default:
		at := u.source.gap(m, fates.key)
		u.source.insert(m, at, u.source.margin(m), "transcript", u.source.transcript(o))
	}
	u.fates(o, fates)
	u.parts(o, m)
}

// transcript updates the lines of the actors that an expectation names.
func (u *updater) transcript(o Observed, transcript pair) {
	m := transcript.value
	if m.Kind == yaml.AliasNode || isFlow(m) {
		if len(o.differing()) > 0 {
			u.source.replace(transcript, u.source.transcript(o))
		}
		return
	}
	for _, name := range o.differing() {
		actor, ok := lookUp(m, name)
		if !ok {
			u.errorf(m, "act %s: the lines of %s come from a merge key: update them by hand", o.Act.Name, name)
			continue
		}
		want := o.Expect.Transcript[name]
		u.lines(actor, want.respelled(o.Lines[name]), want.Unordered || o.Unordered[name], o.Unordered[name] && !want.Unordered)
	}
}

// lines puts other lines in the place of an actor's. Those that were ordered so far are written anew.
func (u *updater) lines(actor pair, lines []string, unordered, anew bool) {
	v := actor.value
	if anew {
		u.source.replace(actor, u.source.written(lines, true, false))
		return
	}
	if v.Kind == yaml.AliasNode && u.written[v.Alias] != nil && slices.Equal(u.written[v.Alias], lines) {
		u.source.follow(v)
		return
	}
	if v.Kind == yaml.MappingNode && !isFlow(v) {
		inner, ok := lookUp(v, "lines")
		if !ok {
			u.errorf(v, "the lines of %s come from a merge key: update them by hand", actor.key.Value)
			return
		}
		u.lines(inner, lines, false, false)
		return
	}
	if isLiteral(lines) && u.source.replaceLiteral(actor, lines) {
		u.written[v] = lines
		return
	}
	u.source.replace(actor, u.source.written(lines, unordered, v.Kind == yaml.SequenceNode))
}

// fates updates the fates, if the expectation has any.
func (u *updater) fates(o Observed, fates pair) {
	changed := o.changedFates()
	if fates.key == nil || len(changed) == 0 {
		return
	}
	m := fates.value
	left := o.expectedFates()
	if m.Kind == yaml.AliasNode || isFlow(m) || len(left) == 0 {
		u.source.replace(fates, u.source.fates(o, fates))
		return
	}
	if key := mergeKey(m); key != nil {
		u.errorf(key, "act %s: the fates come from a merge key: update them by hand", o.Act.Name)
		return
	}
	for _, f := range changed {
		old, ok := lookUp(m, string(f))
		switch {
		case !slices.Contains(left, f):
			u.source.remove(m, old)
		case ok:
			u.source.replace(old, o.copies(f, old.value, u.source.room(old.key)))
		default:
			at, margin := u.source.place(m, f), u.source.margin(m)
			u.source.insert(m, at, margin, string(f), o.copies(f, nil, lineWidth-len(margin)-len(f)-2))
		}
	}
}

// checkShared reports aliases that lead to what is rewritten: it would change in two places.
func (u *updater) checkShared() {
	for _, alias := range u.source.sharing() {
		u.errorf(alias, "*%s refers to what is expected of an act that would be updated: update it by hand", alias.Value)
	}
}

// verify decodes an updated file: whatever YAML has in store, a file that does not say what was
// observed is not written.
func verify(updated []byte, observed []Observed) error {
	file := observed[0].Act.Pos.File
	s, err := DecodeIn(observed[0].Act.places.files, file, updated)
	if err != nil {
		return Errors{{Pos: Position{File: file, Line: 1, Column: 1}, Msg: fmt.Sprintf("the file cannot be updated: it would not decode any more: %v", firstOf(err))}}
	}
	for _, o := range observed {
		at := slices.IndexFunc(s.Acts, func(a *Act) bool { return a.Name == o.Act.Name })
		which := slices.Index(o.Act.Expect, o.Expect)
		if at < 0 || which < 0 || which >= len(s.Acts[at].Expect) {
			return Errors{{Pos: o.Act.Pos, Msg: "the act cannot be updated: its expectation is not in the file"}}
		}
		now := o
		now.Expect = s.Acts[at].Expect[which]
		if o.On.Product != "" && now.Expect.On.String() != o.On.String() || !now.fits() {
			return Errors{{Pos: o.Expect.Pos, Msg: "the act cannot be updated: what was observed cannot be written down as an expectation"}}
		}
	}
	return nil
}

// firstOf is the first mistake of a file.
func firstOf(err error) error {
	var all Errors
	if errors.As(err, &all) && len(all) > 0 {
		return all[0]
	}
	return err
}
