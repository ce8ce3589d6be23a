// Package schema describes the format of scenarios from the Go types that they are decoded into: as
// a JSON Schema, by which editors complete and check a scenario while it is written, and as the
// reference page of the format.
//
// Both need the comments in the source of package scenario, so they are generated into files, which
// the program carries. The test of this package fails when the files are behind the types; make
// schema writes them anew.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"tutor/runner/scenario"
)

// JSON is the JSON Schema of scenarios. The source of this module is read for the comments in it;
// root is the directory with its go.mod.
func JSON(root string) ([]byte, error) {
	f, err := newFormat(root)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(f.whole(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the schema: %w", err)
	}
	for escaped, char := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} { // it is for people, too
		text = bytes.ReplaceAll(text, []byte(escaped), []byte(char))
	}
	return append(text, '\n'), nil
}

// format is the description of all types of the format.
type format struct {
	comments *comments
	// types are the schemas by the names of the Go types.
	types jsonschema.Definitions
}

func newFormat(root string) (*format, error) {
	c, err := readComments(root)
	if err != nil {
		return nil, err
	}
	f := &format{comments: c, types: jsonschema.Definitions{}}
	f.reflect(scenario.Scenario{}, scenario.Consumer{}, scenario.Publisher{}, scenario.Client{}, scenario.Expectation{}, transcript{},
		scenario.AckEvery{}, scenario.Envelope{}, scenario.Rule{}, scenario.Refusal{}, scenario.Republishing{}, scenario.Answering{}, scenario.Addition{},
		scenario.DocumentPart{}, scenario.BodySource{}, deliveries{}, delivery{}, queueState{}, queueBinding{}, topologyQueue{}, scenario.ExpectedProperties{}, scenario.ConfirmHow{}, scenario.KnobPosition{})
	f.shape()
	return f, nil
}

// transcript is [scenario.Transcript] where it is a mapping.
type transcript struct {
	Lines     lines `yaml:"lines" jsonschema:"required"`
	Unordered bool  `yaml:"unordered"`
}

// deliveries, delivery, queueState and topologyQueue are those of package scenario where they are mappings.
type (
	deliveries scenario.Deliveries
	delivery   scenario.Delivery
	queueState scenario.QueueState
	// queueBinding is likewise one of the forms.
	queueBinding scenario.QueueBinding

	topologyQueue scenario.TopologyQueue
)

// mappings are the types that are the mappings among the forms of others.
func mappings() map[string]string {
	return map[string]string{
		"transcript": "Transcript", "deliveries": "Deliveries", "delivery": "Delivery", "queueState": "QueueState",
		"queueBinding": "QueueBinding", "topologyQueue": "TopologyQueue",
	}
}

// mappingOf is the name of a type's mapping, if that is one of its forms.
func mappingOf(name string) (mapping string, ok bool) {
	for mapping, of := range mappings() {
		if of == name {
			return mapping, true
		}
	}
	return "", false
}

// asMapping is the name of the mapping that a schema is of, if it is one of those among the forms of others.
func (f *format) asMapping(s *jsonschema.Schema) (name string, ok bool) {
	for name := range mappings() {
		if f.types[name] == s {
			return name, true
		}
	}
	return "", false
}

// lines are a text or a list.
type lines []string

// reflect describes types, and the ones they are made of.
func (f *format) reflect(values ...any) {
	for _, v := range values {
		r := &jsonschema.Reflector{
			Anonymous:                  true,
			FieldNameTag:               "yaml",
			RequiredFromJSONSchemaTags: true,
			Mapper:                     f.mapped,
			LookupComment:              f.comments.of,
		}
		for name, s := range r.Reflect(v).Definitions {
			f.types[name] = s
		}
	}
}

// whole is the schema of a file.
func (f *format) whole() *jsonschema.Schema {
	root := *f.types["Scenario"]
	root.Version = jsonschema.Version
	root.Title = "tutor scenario"
	root.Comments = "Generated from runner/scenario/scenario.go by make schema. Do not edit."
	root.PatternProperties = map[string]*jsonschema.Schema{"^x-": {
		Description: "A place for anchors: what is below it is only used through aliases and merge keys.",
	}}
	root.Definitions = jsonschema.Definitions{}
	for name, s := range f.types {
		if _, inPlace := mappings()[name]; name != "Scenario" && !inPlace {
			root.Definitions[name] = s
		}
	}
	return &root
}

func ref(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: "#/$defs/" + name} }

// typeName names a type of package scenario, or is empty.
func typeName(t reflect.Type) string {
	if t.PkgPath() != reflect.TypeFor[scenario.Scenario]().PkgPath() {
		return ""
	}
	return t.Name()
}
