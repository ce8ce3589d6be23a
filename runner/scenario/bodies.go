package scenario

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/escape"
)

// Body is the body of a message that is published: a text, or a mapping that says where it comes from. One that is
// no text is shown, and expected, with its bytes escaped, as in \x1f\x8b\x08; one of more than 64 bytes is shown as
// its first 16, its size and a hash.
type Body string

// Shown is the body as transcripts and books have it.
func (b Body) Shown() string { return escape.Shown(string(b)) }

// BodySource is where the body of a message comes from: exactly one of these.
type BodySource struct {
	// File has the body: a path relative to the scenario's file, in its directory or below, at most 32 MiB.
	File string `yaml:"file"`
	// Base64 is the body, encoded.
	Base64 *string `yaml:"base64"`
	// JSON is the body as a document, which is written without blanks, and with its keys in their order.
	JSON *Document `yaml:"json"`
}

// Document is a JSON document, written as YAML.
type Document struct{ text string }

func (b *Body) decodeNode(d *decoder, n *yaml.Node, path string) {
	if n.Kind != yaml.MappingNode {
		d.scalar(n, reflect.ValueOf((*string)(b)).Elem())
		return
	}
	var from BodySource
	mistakes := len(d.errs)
	d.structure(n, reflect.ValueOf(&from).Elem(), path)
	if len(d.errs) > mistakes {
		return
	}
	given := 0
	for _, key := range []string{"file", "base64", "json"} {
		if _, ok := d.where[join(path, key)]; ok {
			given++
		}
	}
	switch {
	case given != 1:
		d.errorf(n, "a body is a text, or one of file, base64, json")
	case from.JSON != nil:
		*b = Body(from.JSON.text)
	case from.Base64 != nil:
		b.decode(d, d.where[join(path, "base64")], *from.Base64)
	default:
		b.read(d, d.where[join(path, "file")], from.File)
	}
}

// decode takes a body in base64, which may be written in several lines.
func (b *Body) decode(d *decoder, at Position, encoded string) {
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	if err != nil {
		d.errs = append(d.errs, Error{Pos: at, Msg: fmt.Sprintf("base64: %v", err)})
		return
	}
	*b = Body(raw)
}

// read takes a body out of a file.
func (b *Body) read(d *decoder, at Position, name string) {
	body, known := d.bodies[name]
	if !known {
		var err error
		if body, err = d.readBody(name); err != nil {
			d.errs = append(d.errs, Error{Pos: at, Msg: fmt.Sprintf("file: %v", err)})
			return
		}
		d.bodies[name] = body
	}
	*b = body
}

func (d *decoder) readBody(name string) (Body, error) {
	raw, err := d.beside(name, MaxMessageSize)
	if err == nil && len(raw) > MaxMessageSize {
		return "", fmt.Errorf("%s has more than %d bytes (32 MiB)", escape.Text(name), MaxMessageSize)
	}
	return Body(raw), err
}

func (j *Document) decodeNode(d *decoder, n *yaml.Node, _ string) {
	var text bytes.Buffer
	j.write(d, n, &text)
	j.text = text.String()
}

// write writes a node as JSON.
func (j *Document) write(d *decoder, n *yaml.Node, text *bytes.Buffer) {
	d.within(n, func(n *yaml.Node) {
		switch n.Kind {
		case yaml.MappingNode:
			separator := "{"
			for _, e := range d.entries(n) {
				text.WriteString(separator)
				j.scalar(d, e.key, e.key.Value, text)
				text.WriteByte(':')
				j.write(d, e.value, text)
				separator = ","
			}
			text.WriteString(closing(separator, "{") + "}")
		case yaml.SequenceNode:
			separator := "["
			for _, item := range n.Content {
				text.WriteString(separator)
				j.write(d, item, text)
				separator = ","
			}
			text.WriteString(closing(separator, "[") + "]")
		default:
			j.scalar(d, n, d.untyped(n, ""), text)
		}
	})
}

// closing opens what was not opened, since it is empty.
func closing(separator, open string) string {
	if separator == open {
		return open
	}
	return ""
}

func (j *Document) scalar(d *decoder, n *yaml.Node, value any, text *bytes.Buffer) {
	before := text.Len()
	to := json.NewEncoder(text)
	to.SetEscapeHTML(false)
	if err := to.Encode(value); err != nil {
		d.errorf(n, "JSON cannot say %s", show(n))
		return
	}
	text.Truncate(text.Len() - 1) // the encoder ends a line
	d.spell(n, text.Len()-before)
}
