package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/definitions"
	"tutor/runner/suggest"
)

// Decode reads a scenario from the text of a file. The error, if any, is of type [Errors] and lists
// every mistake in the file; name is what it calls the file.
//
// The scenario is in no directory, so that it can refer to no file beside it; see [DecodeFile].
func Decode(name string, text []byte) (*Scenario, error) { return DecodeIn(nil, name, text) }

// DecodeFile is [Decode] of a file at a path, which may refer to others in its directory.
func DecodeFile(path string, text []byte) (*Scenario, error) {
	return DecodeIn(Directory(filepath.Dir(path)), path, text)
}

// DecodeIn is [Decode] of a file that may refer to others in a file system.
func DecodeIn(files fs.FS, name string, text []byte) (*Scenario, error) {
	d := &decoder{file: name, where: map[string]Position{}, files: files, bodies: map[string]Body{}, ends: map[Position]int{}}
	s := d.document(text)
	if s != nil && !d.exhausted() {
		(&checker{decoder: d}).scenario(s)
	}
	if len(d.errs) == 0 {
		d.turnKnobs(s)
	}
	if len(d.errs) > 0 {
		return nil, sorted(d.errs)
	}
	s.Reads = d.reads
	return s, nil
}

// decoder fills the types of this package from YAML nodes and collects mistakes on the way.
type decoder struct {
	file string
	errs Errors
	// files are those of the scenario's directory, if it is in one. Exports are the definitions that were read there, and
	// bodies those of messages, by their names; reads are all that were read.
	files   fs.FS
	exports map[string]*definitions.Definitions
	bodies  map[string]Body
	reads   []string
	// where remembers the place of each key by its path, as in acts[0].cast[1].queue, for the
	// checks that follow.
	where map[string]Position
	// ends are the last lines of the acts, by their places.
	ends map[Position]int
	// nodes counts what was visited, each alias and merge key with all that it stands for, since they let
	// a small file describe a huge tree; depth is how far down in it the decoder is.
	nodes, depth int
	// spelled counts the bytes that were written out of nodes as texts, which aliases make of few.
	spelled int
	// compared counts the words that mistakes were compared with to suggest one, which takes time.
	compared int
}

// The bounds on what a file may describe.
const (
	// maxNodes is the number of keys, values and items, aliases and merge keys written out.
	maxNodes = 1 << 18
	maxDepth = 100
	// maxKey is the length in bytes of a key that has more than one value below it: it is a part of the
	// path to each of them.
	maxKey = 4096
	// maxCompared bounds the words that are looked at to suggest some.
	maxCompared = 50_000
)

// custom is implemented by types whose YAML is more than a mapping of their fields.
type custom interface {
	decodeNode(d *decoder, n *yaml.Node, path string)
}

// worded is implemented by strings of which only some are allowed.
type worded interface {
	words() []string
}

// place is where a node is, and how it is reached; it travels down the recursion.
func (d *decoder) pos(n *yaml.Node) Position {
	return Position{File: d.file, Line: n.Line, Column: n.Column}
}

func (d *decoder) errorf(n *yaml.Node, format string, args ...any) {
	d.errs = append(d.errs, Error{Pos: d.pos(n), Msg: fmt.Sprintf(format, args...)})
}

func (d *decoder) document(text []byte) *Scenario {
	start := Position{File: d.file, Line: 1, Column: 1}
	parser := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := parser.Decode(&doc); errors.Is(err, io.EOF) {
		d.errs = Errors{{Pos: start, Msg: "the file is empty"}}
		return nil
	} else if err != nil {
		d.errs = Errors{syntaxError(d.file, text, err)}
		return nil
	}
	d.writeOut(doc.Content[0])
	s := &Scenario{file: doc.Content[0]}
	d.value(doc.Content[0], reflect.ValueOf(s).Elem(), "")
	var second yaml.Node
	if err := parser.Decode(&second); err == nil {
		d.errorf(&second, "a file holds one scenario: this is a second document")
	} else if !errors.Is(err, io.EOF) {
		d.errs = append(d.errs, syntaxError(d.file, text, err))
	}
	return s
}

// didYouMean suggests one of some words, as long as there are not too many mistakes in the file.
func (d *decoder) didYouMean(written string, words []string) string {
	if !d.affords(words) {
		return ""
	}
	return suggest.DidYouMean(written, words)
}

// affords reports whether there is time to compare a mistake with some words.
func (d *decoder) affords(words []string) bool {
	d.compared += len(words)
	return d.compared <= maxCompared
}

// value decodes a node into v, whatever it is.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	d.within(n, func(n *yaml.Node) { d.resolved(n, v, path) })
}

func (d *decoder) resolved(n *yaml.Node, v reflect.Value, path string) {
	if c, ok := v.Addr().Interface().(custom); ok {
		c.decodeNode(d, n, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path)
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.Map:
		d.mapping(n, v, path)
	default:
		d.scalar(n, v)
	}
}

// within visits a node, or what it is an alias of, unless the file describes too much.
func (d *decoder) within(n *yaml.Node, visit func(n *yaml.Node)) {
	d.depth++
	defer func() { d.depth-- }()
	if d.depth > maxDepth {
		d.spend(n, maxNodes)
		return
	}
	if !d.spend(n, 1) {
		return
	}
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	visit(n)
}

// spend counts nodes, and says whether there may be so many. That there are too many is reported once.
func (d *decoder) spend(n *yaml.Node, nodes int) bool {
	if d.exhausted() {
		return false
	}
	d.nodes += nodes
	if d.exhausted() {
		d.errorf(n, "the file describes too much, or refers to itself")
	}
	return !d.exhausted()
}

// spell counts bytes that are written out of a node. More than one message can have is too much.
func (d *decoder) spell(n *yaml.Node, bytes int) {
	if d.spelled += bytes; d.spelled > MaxMessageSize {
		d.spend(n, maxNodes)
	}
}

func (d *decoder) exhausted() bool { return d.nodes > maxNodes }

// entry is a key and its value in a mapping.
type entry struct{ key, value *yaml.Node }

// entries lists a mapping's entries with those of merge keys behind its own, which win.
func (d *decoder) entries(n *yaml.Node) []entry {
	if !d.spend(n, len(n.Content)/2) {
		return nil
	}
	var own, merged []entry
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			d.errorf(key, "a key must be a word")
		case seen[key.Value] && key.Tag == mergeTag:
			d.errorf(key, "<< is given twice: merge several mappings with <<: [*one, *another]")
		case seen[key.Value]:
			d.errorf(key, "%s is given twice", key.Value)
		case len(key.Value) > maxKey && !isScalar(value):
			d.errorf(key, "a key of %d bytes: at most %d are allowed", len(key.Value), maxKey)
		case key.Tag == mergeTag:
			seen[key.Value] = true
			merged = d.merge(value)
		default:
			seen[key.Value] = true
			own = append(own, entry{key, value})
		}
	}
	for _, e := range merged {
		if !seen[e.key.Value] {
			seen[e.key.Value] = true
			own = append(own, e)
		}
	}
	return own
}

const mergeTag = "!!merge"

func isScalar(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode || n.Kind == yaml.AliasNode && isScalar(n.Alias)
}

// merge lists the entries of a merge key's value: a mapping, or a list of mappings of which the
// first wins.
func (d *decoder) merge(n *yaml.Node) (all []entry) {
	d.within(n, func(n *yaml.Node) {
		switch n.Kind {
		case yaml.MappingNode:
			all = d.entries(n)
		case yaml.SequenceNode:
			for _, item := range n.Content {
				all = append(all, d.merge(item)...)
			}
		default:
			d.errorf(n, "<< merges a mapping, not %s", kindOf(n))
		}
	})
	return all
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.errorf(n, "%swant a mapping, not %s", lead(path), kindOf(n))
		return
	}
	fields := fieldsOf(v.Type())
	if pos := v.FieldByName("Pos"); pos.IsValid() {
		pos.Set(reflect.ValueOf(d.pos(n)))
	}
	d.where[path] = d.pos(n)
	given := map[string]bool{}
	for _, e := range d.entries(n) {
		key := e.key.Value
		at := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
		if at < 0 {
			if path == "" && strings.HasPrefix(key, anchorsPrefix) { // a place for anchors
				continue
			}
			d.errorf(e.key, "unknown key %s%s", key, d.didYouMean(key, keys(fields)))
			continue
		}
		given[key] = true
		d.where[join(path, key)] = d.pos(e.key)
		d.value(e.value, v.FieldByIndex(fields[at].index), join(path, key))
	}
	for _, f := range fields {
		if f.required && !given[f.key] {
			d.errorf(n, "%s is missing", f.key)
		}
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.errorf(n, "%swant a list, not %s", lead(path), kindOf(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.where[at] = d.pos(item)
		d.value(item, v.Index(i), at)
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.errorf(n, "%swant a mapping, not %s", lead(path), kindOf(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range d.entries(n) {
		at := join(path, e.key.Value)
		d.where[at] = d.pos(e.key)
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(e.value, item, at)
		key := reflect.New(v.Type().Key()).Elem()
		d.scalar(e.key, key)
		v.SetMapIndex(key, item)
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		d.errorf(n, "want %s, not %s", want(v), kindOf(n))
		return
	}
	switch v.Kind() {
	case reflect.String:
		if n.Tag == "!!null" {
			d.errorf(n, "the value is missing")
			return
		}
		if w, ok := v.Interface().(worded); ok && !slices.Contains(w.words(), n.Value) {
			d.errorf(n, "%s is none of %s%s", n.Value, strings.Join(w.words(), ", "), d.didYouMean(n.Value, w.words()))
			return
		}
		v.SetString(n.Value)
	case reflect.Bool:
		if n.Tag != "!!bool" {
			d.errorf(n, "want true or false, not %s", show(n))
			return
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	case reflect.Int:
		i, err := strconv.ParseInt(n.Value, 0, 32)
		if err != nil {
			d.errorf(n, "want a whole number, not %s", show(n))
			return
		}
		v.SetInt(i)
	case reflect.Uint8:
		u, err := strconv.ParseUint(n.Value, 0, 8)
		if err != nil {
			d.errorf(n, "want a number from 0 to 255, not %s", show(n))
			return
		}
		v.SetUint(u)
	default:
		panic("scenario: no way to decode into " + v.Type().String())
	}
}

// field is a key of a mapping and the struct field it goes to.
type field struct {
	key      string
	index    []int
	required bool
}

// fieldsOf lists the keys that a struct type takes, those of inlined structs included.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for f := range t.Fields() {
		key, inline, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case inline == "inline":
			for _, in := range fieldsOf(f.Type) {
				in.index = append(slices.Clone(f.Index), in.index...)
				fields = append(fields, in)
			}
		case key != "" && key != "-":
			required := strings.Contains(f.Tag.Get("jsonschema"), "required")
			fields = append(fields, field{key, f.Index, required})
		}
	}
	return fields
}

func keys(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.key
	}
	return names
}

// want names what a scalar's type takes.
func want(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text"
	default:
		return "a number"
	}
}

// kindOf names what a node is, for people who do not know YAML's own words.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "nothing"
	default:
		return show(n)
	}
}

func show(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return kindOfEmpty(n)
	}
	return strconv.Quote(n.Value)
}

func kindOfEmpty(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return "nothing"
	}
	return kindOf(n)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// lead names the last key of a path in front of what is wrong with its value.
func lead(path string) string {
	if path == "" {
		return ""
	}
	name := path[strings.LastIndexByte(path, '.')+1:]
	if at := strings.IndexByte(name, '['); at >= 0 {
		name = name[:at]
	}
	return name + ": "
}
