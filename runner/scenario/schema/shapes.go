package schema

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"

	"github.com/invopop/jsonschema"

	"tutor/runner/fate"
	"tutor/runner/scenario"
)

// What the decoder makes of values that are more than their Go types say: the counterpart of
// shapes.go in package scenario.

const (
	duration = `^(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`
	// condition is written as people do: any case, and blanks around the comparison.
	condition = `^ *([Rr][Aa][Bb][Bb][Ii][Tt][Mm][Qq]|[Ee][Mm][Bb][Ee][Dd][Dd][Ee][Dd])( +((=|!=|<|<=|>|>=) *[0-9]+(\.[0-9]+)*)?)? *$`
	moment    = `^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2}))?$`
	// numbers are a number as a text, or a range.
	numbers = `^([0-9]+|[0-9]+\.\.[0-9]*|\.\.[0-9]+)$`
	// visible texts have something else than blanks in them.
	visible = `\S`
)

// mapped describes the types that do not speak for themselves.
func (f *format) mapped(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[scenario.Actor](), reflect.TypeFor[scenario.Duration](), reflect.TypeFor[scenario.Condition](),
		reflect.TypeFor[scenario.Bind](), reflect.TypeFor[scenario.Expectations](), reflect.TypeFor[scenario.Transcript](),
		reflect.TypeFor[scenario.Messages](), reflect.TypeFor[scenario.Arguments](),
		reflect.TypeFor[scenario.Deliveries](), reflect.TypeFor[scenario.Delivery](), reflect.TypeFor[scenario.Deaths](),
		reflect.TypeFor[scenario.QueueState](), reflect.TypeFor[scenario.Number](), reflect.TypeFor[scenario.Pattern](),
		reflect.TypeFor[scenario.Ack](), reflect.TypeFor[scenario.Answers](), reflect.TypeFor[scenario.Answer](),
		reflect.TypeFor[scenario.Reply](), reflect.TypeFor[scenario.Replies](), reflect.TypeFor[scenario.HeaderChange](),
		reflect.TypeFor[scenario.Message](), reflect.TypeFor[scenario.Confirm](), reflect.TypeFor[scenario.QueueBinding](), reflect.TypeFor[scenario.Told](), reflect.TypeFor[scenario.ExpectedBody](), reflect.TypeFor[scenario.Body](), reflect.TypeFor[scenario.Document](), reflect.TypeFor[scenario.Timestamp](),
		reflect.TypeFor[scenario.TopologyQueue](), reflect.TypeFor[scenario.Change](),
		reflect.TypeFor[scenario.KnobValue](), reflect.TypeFor[scenario.Setting]():
		return ref(typeName(t))
	case reflect.TypeFor[scenario.ExchangeType]():
		return &jsonschema.Schema{Type: "string", Examples: examplesOf(f.comments.words["ExchangeType"])}
	case reflect.TypeFor[lines]():
		return ref("Lines")
	case reflect.TypeFor[map[fate.Fate]*scenario.Messages]():
		return f.fates()
	}
	switch t.Kind() {
	case reflect.String:
		if words := f.comments.words[typeName(t)]; len(words) > 0 {
			return enum(words)
		}
		return &jsonschema.Schema{Type: "string"}
	case reflect.Int:
		return whole(math.MaxInt32)
	case reflect.Uint8:
		return whole(math.MaxUint8)
	}
	return nil
}

func whole(most int) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: "0", Maximum: json.Number(strconv.Itoa(most))}
}

func enum(words []word) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, w := range words {
		s.Enum = append(s.Enum, w.value)
	}
	return s
}

func examplesOf(words []word) (all []any) {
	for _, w := range words {
		all = append(all, w.value)
	}
	return all
}

// fates are the keys of a mapping.
func (f *format) fates() *jsonschema.Schema {
	s := &jsonschema.Schema{
		Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema,
	}
	for _, name := range fate.All() {
		m := ref("Messages")
		m.Description = f.comments.meaning("Fate", string(name))
		s.Properties.Set(string(name), m)
	}
	return s
}

// shape adds the types whose shape is not that of a Go type, and what the checks of package scenario
// demand of a value by itself.
func (f *format) shape() {
	list := func(item *jsonschema.Schema) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "array", Items: item}
	}
	text := func() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }
	oneOf := func(name string, choices ...*jsonschema.Schema) {
		f.types[name] = &jsonschema.Schema{OneOf: choices}
	}
	one := uint64(1)

	oneOf("Actor", ref("Consumer"), ref("Publisher"), ref("Client"))
	oneOf("Duration", &jsonschema.Schema{Type: "string", Pattern: duration}, &jsonschema.Schema{Const: 0})
	f.types["Condition"] = &jsonschema.Schema{Type: "string", Pattern: condition, Examples: []any{"rabbitmq >=4.0", "embedded"}}
	key := &jsonschema.Schema{Extras: map[string]any{"type": []string{"string", "number"}}}
	oneOf("Bind", &jsonschema.Schema{Type: "boolean"}, key, &jsonschema.Schema{Type: "array", Items: ref("QueueBinding"), MinItems: &one})
	oneOf("QueueBinding", text(), f.types["queueBinding"])
	f.types["queueBinding"].MinProperties = &one
	oneOf("Expectations", ref("Expectation"), &jsonschema.Schema{Type: "array", Items: ref("Expectation"), MinItems: &one})
	oneOf("Lines", text(), list(text()))
	oneOf("Transcript", text(), list(text()), f.types["transcript"])
	oneOf("Messages", whole(math.MaxInt32), list(text()),
		&jsonschema.Schema{Type: "object", AdditionalProperties: whole(math.MaxInt32)})
	oneOf("Message", text(), ref("Envelope"))
	oneOf("Body", text(), ref("BodySource"))
	f.types["Document"] = &jsonschema.Schema{}
	oneOf("ExpectedBody", text(), ref("DocumentPart"))
	f.types["Timestamp"] = &jsonschema.Schema{Type: "string", Pattern: moment}
	oneOf("Ack", enum(f.comments.words["AckMode"]), ref("AckEvery"))
	oneOf("Confirm", &jsonschema.Schema{Type: "boolean"}, enum(f.comments.words["ConfirmMode"]), ref("ConfirmHow"))
	oneOf("Answers", list(ref("Rule")), &jsonschema.Schema{Type: "object", AdditionalProperties: ref("Answer")})
	oneOf("Answer", enum(f.comments.words["Response"]), ref("Refusal"), ref("Republishing"))
	oneOf("Reply", text(), ref("Answering"))
	oneOf("Replies", &jsonschema.Schema{Const: scenario.DirectReplyTo}, &jsonschema.Schema{Const: true}, ref("Queue"))
	f.types["HeaderChange"] = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{ref("Addition"), {}}}
	f.types["Arguments"] = &jsonschema.Schema{Type: "object", AdditionalProperties: jsonschema.TrueSchema}
	oneOf("Deliveries", list(ref("Delivery")), f.types["deliveries"])
	oneOf("Delivery", text(), f.types["delivery"])
	oneOf("TopologyQueue", text(), f.types["topologyQueue"])
	f.types["Deaths"] = list(enum(f.comments.words["Death"]))
	oneOf("QueueState", &jsonschema.Schema{Const: scenario.Absent}, f.types["queueState"])
	f.types["queueState"].MinProperties = &one
	oneOf("Number", whole(math.MaxInt32), &jsonschema.Schema{Type: "string", Pattern: numbers})
	oneOf("Told", list(text()), whole(math.MaxInt32), &jsonschema.Schema{Type: "string", Pattern: numbers},
		&jsonschema.Schema{Type: "object", AdditionalProperties: ref("Number"), MinProperties: &one})
	f.types["Pattern"] = &jsonschema.Schema{}
	f.variants()
	for name, s := range f.types {
		if s.Description == "" {
			s.Description = f.comments.types[name]
		}
	}
	f.types["Lines"].Description = "Lines are a text, or a list."

	property := func(name, key string) *jsonschema.Schema { return f.types[name].Properties.Value(key) }
	property("Scenario", "title").Pattern = visible
	property("Scenario", "acts").MinItems = &one
	property("Act", "name").Pattern = visible
	property("Act", "cast").MinItems = &one
	property("Publisher", "messages").MinItems = &one
	f.types["BodySource"].OneOf = []*jsonschema.Schema{{Required: []string{"file"}}, {Required: []string{"base64"}}, {Required: []string{"json"}}}
	f.types["Refusal"].AnyOf = []*jsonschema.Schema{{Required: []string{"reject"}}, {Required: []string{"nack"}}}
	f.types["Refusal"].Not = &jsonschema.Schema{Required: []string{"reject", "nack"}}
	f.types["Republishing"].Not = &jsonschema.Schema{Required: []string{"then", "first"}}
	f.types["Step"].OneOf = verbs()
	for _, name := range []string{"Binding", "Deletion", "Declaration"} {
		f.types[name].OneOf = []*jsonschema.Schema{{Required: []string{"queue"}}, {Required: []string{"exchange"}}}
	}
	f.types["ConfirmHow"].MinProperties, f.types["ExpectedConfirms"].MinProperties = &one, &one
	f.types["deliveries"].Properties.Value("counts").MinProperties = &one
	expected := []*jsonschema.Schema{{Required: []string{"fates"}}}
	for _, key := range []string{"transcript", "deliveries", "deaths", "queues", "confirms"} {
		some := jsonschema.NewProperties()
		some.Set(key, &jsonschema.Schema{MinProperties: &one})
		expected = append(expected, &jsonschema.Schema{Required: []string{key}, Properties: some})
	}
	f.types["Expectation"].AnyOf = expected
	for _, s := range f.types {
		loosen(s)
	}
}

// verbs are what a step says: exactly one of these. In one that gets or consumes, ack is a mode.
func verbs() (all []*jsonschema.Schema) {
	for _, v := range scenario.Verbs() {
		s := &jsonschema.Schema{Required: []string{v.Key}}
		if v.Key == "ack" {
			s.Not = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Required: []string{"get"}}, {Required: []string{"consume"}}}}
		}
		all = append(all, s)
	}
	return all
}

// variants adds what acts say of others that come of them, and what they ask.
func (f *format) variants() {
	one := uint64(1)
	f.types["Change"] = &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{
		Extras: map[string]any{"type": []string{"object", "array", "null"}},
	}}
	f.types["Act"].DependentRequired = map[string][]string{"change": {"like"}}
	f.types["Act"].OneOf = []*jsonschema.Schema{{Required: []string{"cast"}}, {
		Required: []string{"like"},
		Not:      &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Required: []string{"topology"}}, {Required: []string{"steps"}}}},
	}}
	f.types["KnobValue"] = &jsonschema.Schema{OneOf: []*jsonschema.Schema{ref("KnobPosition"), {
		Not: &jsonschema.Schema{Type: "object", Required: []string{"value"}},
	}}}
	f.types["Setting"] = &jsonschema.Schema{}
	f.types["Knob"].Properties.Value("values").MinItems = &one
	f.types["Knob"].Not = &jsonschema.Schema{AnyOf: pairs("actor", "queue", "exchange", "step")}
	f.types["Question"].OneOf = questions()
}

// questions are what may be asked of a message: exactly one of these.
func questions() (all []*jsonschema.Schema) {
	for _, a := range scenario.Asks() {
		all = append(all, &jsonschema.Schema{Required: []string{string(a)}})
	}
	return all
}

// pairs are what has any two of these keys.
func pairs(keys ...string) (all []*jsonschema.Schema) {
	for i, one := range keys {
		for _, other := range keys[i+1:] {
			all = append(all, &jsonschema.Schema{Required: []string{one, other}})
		}
	}
	return all
}

// loosen lets texts be written as numbers and truth values too, which YAML would take 42 and true
// for, and the decoder takes for texts.
func loosen(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if s.Type == "string" && s.Enum == nil && s.Pattern == "" {
		s.Type = ""
		s.Extras = map[string]any{"type": []string{"string", "number", "boolean"}}
	}
	if s.Properties != nil {
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			loosen(p.Value)
		}
	}
	loosen(s.Items)
	loosen(s.AdditionalProperties)
	for _, choice := range s.OneOf {
		loosen(choice)
	}
}
