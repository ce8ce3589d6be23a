package schema

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/invopop/jsonschema"
)

//go:embed format.md.tmpl
var page string

// example is a scenario with every key of the format.
//
//go:embed example.yaml
var example []byte

// Markdown is the reference page of the format. The source of this module is read for the comments
// in it; root is the directory with its go.mod.
func Markdown(root string) ([]byte, error) {
	f, err := newFormat(root)
	if err != nil {
		return nil, err
	}
	examples, err := f.examples(example)
	if err != nil {
		return nil, err
	}
	t, err := template.New("format.md").Parse(page)
	if err != nil {
		return nil, fmt.Errorf("the template of the reference page: %w", err)
	}
	var out bytes.Buffer
	data := struct {
		Sections []section
		Example  string
	}{f.sections(examples), string(example)}
	if err := t.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("writing the reference page: %w", err)
	}
	return out.Bytes(), nil
}

// section is the part of the page about one type.
type section struct {
	Title, About string
	// Forms are the ways to write a value; Keys those of a mapping; Words the values of a word.
	Forms []string
	Keys  []key
	Words []term
	// Block is an example of the whole.
	Block string
}

// key is a line in the table of a mapping's keys.
type key struct{ Name, Type, Default, Meaning, Example string }

// term is a line in a table of words.
type term struct{ Value, Meaning string }

// sections follow the format from the scenario inwards.
func (f *format) sections(examples *examples) []section {
	var all []section
	for _, name := range f.reading() {
		s := f.types[name]
		sec := section{Title: name, About: cell(s.Description), Block: examples.blocks[name]}
		switch {
		case name == "Actor":
			sec.Keys = f.keys(name, f.shared(), examples)
		case s.Properties != nil:
			sec.Keys = f.keys(name, f.own(name), examples)
		default:
			sec.Block = ""
			sec.Forms = f.forms(s)
		}
		if name == "Scenario" || name == "Act" || name == "Step" { // the whole example shows them best
			sec.Block = ""
		}
		if name == "Consumer" || name == "Publisher" || name == "Client" {
			sec.About += " It has the keys of every [Actor](#actor), and:"
		}
		all = append(all, sec)
		if mapping, ok := mappingOf(name); ok {
			about := "With more to say."
			if name == "Transcript" {
				about = "The lines, and more to say about them."
			}
			all = append(all, section{Title: name + " as a mapping", About: about, Keys: f.keys(mapping, f.own(mapping), examples)})
		}
	}
	return append(all, f.vocabulary()...)
}

// vocabulary explains the words that values are made of.
func (f *format) vocabulary() []section {
	var all []section
	for _, of := range []string{"Clock", "AckMode", "Response", "Disposal", "Fate", "Death"} {
		sec := section{Title: of, About: cell(f.comments.types[of])}
		for _, w := range f.comments.words[of] {
			sec.Words = append(sec.Words, term{w.value, cell(w.meaning)})
		}
		all = append(all, sec)
	}
	return all
}

// reading lists the types in the order in which a reader comes upon them.
func (f *format) reading() []string {
	order := []string{"Scenario"}
	for i := 0; i < len(order); i++ {
		walk(f.types[order[i]], func(s *jsonschema.Schema) {
			name, ok := strings.CutPrefix(s.Ref, "#/$defs/")
			if ok && !slices.Contains(order, name) {
				order = append(order, name)
			}
		})
	}
	return order
}

// walk visits a schema and all in it.
func walk(s *jsonschema.Schema, visit func(*jsonschema.Schema)) {
	if s == nil {
		return
	}
	visit(s)
	if s.Properties != nil {
		for p := range s.Properties.ValuesFromOldest() {
			walk(p, visit)
		}
	}
	walk(s.Items, visit)
	walk(s.AdditionalProperties, visit)
	for _, choice := range s.OneOf {
		walk(choice, visit)
	}
}

// shared are the keys that consumers and publishers have in common.
func (f *format) shared() []string {
	publisher := f.types["Publisher"].Properties
	return slices.DeleteFunc(slices.Collect(f.types["Consumer"].Properties.KeysFromOldest()), func(key string) bool {
		_, both := publisher.Get(key)
		return !both
	})
}

// own are the keys of a type itself.
func (f *format) own(name string) []string {
	all := slices.Collect(f.types[name].Properties.KeysFromOldest())
	if name != "Consumer" && name != "Publisher" && name != "Client" {
		return all
	}
	shared := f.shared()
	return slices.DeleteFunc(all, func(key string) bool { return slices.Contains(shared, key) })
}

func (f *format) keys(name string, names []string, examples *examples) []key {
	s := f.types[name]
	if name == "Actor" {
		s = f.types["Consumer"]
	}
	var all []key
	for _, n := range names {
		p := s.Properties.Value(n)
		k := key{
			Name: n, Type: f.typeText(p), Meaning: cell(p.Description), Default: f.defaultText(s, n),
			Example: examples.text(name, n),
		}
		all = append(all, k)
	}
	return all
}

// forms are the ways to write a value, if there are several.
func (f *format) forms(s *jsonschema.Schema) []string {
	var all []string
	for _, choice := range s.OneOf {
		all = append(all, f.typeText(choice))
	}
	return all
}

// cell is a text as it can stand in a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(text)
}
