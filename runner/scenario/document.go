package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// ExpectedBody is what the body of a message must be: a text, or a JSON document that has some parts.
type ExpectedBody struct {
	// want is a text, or a mapping from json to what the document must contain.
	want any
}

// DocumentPart is a part of a JSON document.
type DocumentPart struct {
	// JSON is what the document must contain. What is named is compared, as in headers: numbers as numbers, a part
	// of a table or list is enough, <any> is whatever is there, and <absent> is what is not. A body that is not
	// JSON is unlike every document.
	JSON Pattern `yaml:"json" jsonschema:"required"`
}

// jsonKey is the key of a part of a document, where a body may be a text as well.
const jsonKey = "json"

// BodyText is the body that is just a text.
func BodyText(text string) *ExpectedBody { return &ExpectedBody{text} }

func (e *ExpectedBody) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind == yaml.MappingNode {
		var part DocumentPart
		d.structure(n, reflect.ValueOf(&part).Elem(), path)
		e.want = map[string]any{jsonKey: part.JSON.want}
		return
	}
	var text string
	d.scalar(n, reflect.ValueOf(&text).Elem())
	e.want = text
}

// Text is what the body must be where it is a text.
func (e *ExpectedBody) Text() (text string, ok bool) {
	text, ok = e.want.(string)
	return text, ok
}

// Fits reports whether a body is what it must be.
func (e *ExpectedBody) Fits(body string) bool {
	return fits(e.want, reflect.ValueOf(&cameBody{text: body}))
}

// cameBody is the body of a message that has come, which is a text, and may be a document.
type cameBody struct {
	text string
	// document and broken are what the text is as JSON, once it was read.
	read     bool
	document any
	broken   error
}

// bodyOf is the body that a value is, if it is one.
func bodyOf(value reflect.Value) (body *cameBody, is bool) {
	if !value.IsValid() || !value.CanInterface() {
		return nil, false
	}
	body, is = value.Interface().(*cameBody)
	return body, is
}

// fits reports whether the body is a text, or a document, as it is wanted.
func (c *cameBody) fits(want any) bool {
	part, isPart := want.(map[string]any)
	if !isPart {
		return fits(want, reflect.ValueOf(c.text))
	}
	document, err := c.asJSON()
	return err == nil && fits(part[jsonKey], reflect.ValueOf(document))
}

// named is what is wanted of the body as it has come: the same part of the document, or a text and, unless it is
// to be spelled as a scenario has it, why that is no document.
func (c *cameBody) named(want any, spelled bool) any {
	part, isPart := want.(map[string]any)
	if !isPart {
		return named(want, c.text, spelled)
	}
	document, err := c.asJSON()
	switch {
	case err == nil:
		return map[string]any{jsonKey: named(part[jsonKey], document, spelled)}
	case spelled:
		return Generic(c.text)
	}
	return fmt.Sprintf("%s (not JSON: %v)", c.text, err)
}

func (c *cameBody) asJSON() (any, error) {
	if !c.read {
		c.read = true
		c.document, c.broken = document(c.text)
	}
	return c.document, c.broken
}

// document reads a text as JSON. Whole numbers keep all their digits.
func document(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, brokenAt(err, d, len(text))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("there is more behind it, from byte %d on", d.InputOffset())
	}
	return numbered(v), nil
}

// brokenAt says where a text ceases to be JSON, as its readers count: from 1.
func brokenAt(err error, d *json.Decoder, length int) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("%w, at byte %d", err, syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("it ends too early, after byte %d", length)
	}
	return fmt.Errorf("%w, after byte %d", err, d.InputOffset())
}

// numbered has numbers in place of their texts.
func numbered(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		n, err := v.Float64()
		if err != nil {
			return v.String() // larger than any number that can be written in a scenario
		}
		return n
	case []any:
		for i := range v {
			v[i] = numbered(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = numbered(v[name])
		}
	}
	return v
}
