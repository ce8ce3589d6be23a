package definitions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// The bounds on what is read: the definitions of a broker with a hundred thousand queues are within them.
const (
	// MaxSize is how many bytes a file of definitions may have.
	MaxSize = 64 << 20
	// maxNodes is the number of values in it, maxDepth how far down they may be.
	maxNodes = 1 << 21
	maxDepth = 64
)

// node is a value of JSON with its place.
type node struct {
	pos Position
	// kind is one of { [ s n t 0: an object, a list, a string, a number, a truth value, null.
	kind byte
	// text is that of a string or a number.
	text    string
	truth   bool
	members []member
	items   []*node
}

// member is a key of an object with its value.
type member struct {
	pos   Position
	key   string
	value *node
}

// parser makes nodes of a text that is known to be JSON.
type parser struct {
	text   []byte
	tokens *json.Decoder
	// pos is the place of the byte at offset.
	pos    Position
	offset int
	nodes  int
}

// parse makes nodes of a text, or says where it is none that could be read.
func parse(file string, text []byte) (*node, error) {
	p := &parser{text: text, tokens: json.NewDecoder(bytes.NewReader(text)), pos: Position{File: file, Line: 1, Column: 1}}
	if len(text) > MaxSize {
		return nil, Errors{{Pos: p.pos, Msg: fmt.Sprintf("definitions of %d bytes: at most %d are read", len(text), MaxSize)}}
	}
	var valid json.RawMessage
	if err := json.Unmarshal(text, &valid); err != nil {
		var wrong *json.SyntaxError
		if errors.As(err, &wrong) {
			p.advance(max(0, int(wrong.Offset)-1))
		}
		return nil, Errors{{Pos: p.pos, Msg: "not JSON: " + err.Error()}}
	}
	p.tokens.UseNumber()
	return p.value(0)
}

// advance goes on to an offset. It never goes back, so that the whole text is looked at once.
func (p *parser) advance(to int) {
	for p.offset < min(to, len(p.text)) {
		r, size := utf8.DecodeRune(p.text[p.offset:])
		p.offset += size
		p.pos.Column++
		if r == '\n' {
			p.pos.Line, p.pos.Column = p.pos.Line+1, 1
		}
	}
}

// next is the next token with its place.
func (p *parser) next() (json.Token, Position, error) {
	p.advance(int(p.tokens.InputOffset()))
	for p.offset < len(p.text) && bytes.IndexByte([]byte(" \t\r\n,:"), p.text[p.offset]) >= 0 {
		p.advance(p.offset + 1)
	}
	at := p.pos
	token, err := p.tokens.Token()
	if err != nil {
		return nil, at, Errors{{Pos: at, Msg: "not JSON: " + err.Error()}}
	}
	return token, at, nil
}

func (p *parser) value(depth int) (*node, error) {
	token, at, err := p.next()
	if err != nil {
		return nil, err
	}
	if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
		return nil, Errors{{Pos: at, Msg: fmt.Sprintf("too much to read: at most %d values, %d deep", maxNodes, maxDepth)}}
	}
	n := &node{pos: at}
	switch t := token.(type) {
	case json.Delim:
		n.kind = byte(t)
		return n, p.inside(n, depth)
	case string:
		n.kind, n.text = 's', t
	case json.Number:
		n.kind, n.text = 'n', t.String()
	case bool:
		n.kind, n.truth = 't', t
	default:
		n.kind = '0'
	}
	return n, nil
}

// inside reads the members of an object, or the items of a list, to its end.
func (p *parser) inside(n *node, depth int) error {
	seen := map[string]bool{}
	for p.tokens.More() {
		if n.kind == '[' {
			item, err := p.value(depth + 1)
			if err != nil {
				return err
			}
			n.items = append(n.items, item)
			continue
		}
		key, at, err := p.next()
		if err != nil {
			return err
		}
		name := fmt.Sprint(key)
		if seen[name] {
			return Errors{{Pos: at, Msg: name + " is given twice"}}
		}
		seen[name] = true
		value, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{at, name, value})
	}
	_, _, err := p.next()
	return err
}
