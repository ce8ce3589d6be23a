package schema

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// comments are what the source of the format's types says about them.
type comments struct {
	// types and fields have the comments by type, and by type and field ("Act.Name").
	types, fields map[string]string
	// words are the values that the constants of a type name, in their order.
	words map[string][]word
}

// word is a value of a type that has only some.
type word struct{ value, meaning string }

// sources are the files that define the format.
var sources = []string{
	"runner/scenario/scenario.go", "runner/scenario/document.go", "runner/scenario/bodies.go", "runner/scenario/ack.go", "runner/scenario/answers.go", "runner/scenario/messages.go", "runner/scenario/pattern.go",
	"runner/scenario/condition.go", "runner/fate/fate.go", "runner/scenario/until.go", "runner/scenario/moment.go", "runner/scenario/publishing.go", "runner/scenario/topology.go",
	"runner/scenario/deliveries.go", "runner/scenario/deaths.go", "runner/scenario/queues.go", "runner/scenario/operations.go",
	"runner/scenario/confirm.go", "runner/scenario/confirms.go", "runner/scenario/bindings.go",
	"runner/scenario/like.go", "runner/scenario/knobs.go", "runner/scenario/ask.go",
}

func readComments(root string) (*comments, error) {
	c := &comments{types: map[string]string{}, fields: map[string]string{}, words: map[string][]word{}}
	for _, name := range sources {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("reading the comments of the format's types: %w", err)
		}
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok {
				c.declaration(d)
			}
		}
	}
	return c, nil
}

func (c *comments) declaration(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			doc := s.Doc
			if doc == nil {
				doc = d.Doc
			}
			c.types[s.Name.Name] = textOf(doc)
			if fields, ok := s.Type.(*ast.StructType); ok {
				c.structure(s.Name.Name, fields)
			}
		case *ast.ValueSpec:
			c.constant(s)
		}
	}
}

func (c *comments) structure(name string, s *ast.StructType) {
	for _, f := range s.Fields.List {
		for _, n := range f.Names {
			c.fields[name+"."+n.Name] = textOf(f.Doc)
		}
	}
}

// constant notes a word: a constant with a type of its own and a text.
func (c *comments) constant(s *ast.ValueSpec) {
	of, ok := s.Type.(*ast.Ident)
	if !ok || len(s.Values) != 1 {
		return
	}
	literal, ok := s.Values[0].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return
	}
	if value, err := strconv.Unquote(literal.Value); err == nil {
		c.words[of.Name] = append(c.words[of.Name], word{value, spelled(textOf(s.Doc), s.Names[0].Name, value)})
	}
}

// textOf is the first paragraph of a comment. What follows it is about Go, not about the format.
func textOf(doc *ast.CommentGroup) string {
	first, _, _ := strings.Cut(doc.Text(), "\n\n")
	return strings.Join(strings.Fields(first), " ")
}

// spelled is a comment that begins with the name that Go has for something, where it is not
// the word that the format has for it: as in "MaxQueues limits ...", which is max_queues there.
func spelled(comment, inGo, word string) string {
	rest, ok := strings.CutPrefix(comment, inGo+" ")
	if !ok || strings.EqualFold(inGo, word) {
		return comment
	}
	return word + " " + rest
}

// of is the comment of a type, or of a field if one is named.
func (c *comments) of(t reflect.Type, field string) string {
	name := t.Name()
	if of, ok := mappings()[name]; ok {
		name = of
	}
	if field == "" {
		return c.types[name]
	}
	f, ok := t.FieldByName(field)
	if !ok {
		return ""
	}
	return spelled(c.fields[name+"."+field], field, f.Tag.Get("yaml"))
}

// meaning is the comment of a word.
func (c *comments) meaning(of, value string) string {
	for _, w := range c.words[of] {
		if w.value == value {
			return w.meaning
		}
	}
	return ""
}
