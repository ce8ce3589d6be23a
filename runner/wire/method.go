package wire

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// MethodID is the number of a class and that of a method in it.
type MethodID struct{ Class, Method uint16 }

// String is the method's name, such as queue.declare.
func (id MethodID) String() string {
	if i, ok := find(id); ok {
		return methods[i].name
	}
	return fmt.Sprintf("method %d of class %d", id.Method, id.Class)
}

// Method is the arguments of a method: a pointer to one of this package's types that are named after
// the methods, such as [*QueueDeclare].
type Method interface {
	ID() MethodID
	fields(*coder)
}

func find(id MethodID) (int, bool) {
	return slices.BinarySearchFunc(methods, id, func(m methodEntry, id MethodID) int {
		if m.id.Class != id.Class {
			return int(m.id.Class) - int(id.Class)
		}
		return int(m.id.Method) - int(id.Method)
	})
}

// Methods lists the methods that the codec knows, in the order of their numbers.
func Methods() []MethodID {
	ids := make([]MethodID, len(methods))
	for i, m := range methods {
		ids[i] = m.id
	}
	return ids
}

// PeekMethod tells which method a payload is without decoding it; ok is false if it is too short to tell.
func PeekMethod(payload []byte) (id MethodID, ok bool) {
	if len(payload) < 4 {
		return MethodID{}, false
	}
	return MethodID{binary.BigEndian.Uint16(payload), binary.BigEndian.Uint16(payload[2:])}, true
}

// DecodeMethod decodes the payload of a method frame. Bytes that follow the arguments are not looked
// at, as RabbitMQ does not.
func DecodeMethod(payload []byte) (Method, error) { return new(Decoder).Method(nil, payload) }

// AppendMethod appends a method frame. What AMQP cannot express, such as a name of more than 255
// bytes, is an error, and then nothing is appended.
func AppendMethod(dst []byte, channel uint16, m Method) ([]byte, error) {
	at := len(dst)
	c := coder{writing: true, buf: beginFrame(dst, FrameMethod, channel)}
	id := m.ID()
	c.short(&id.Class)
	c.short(&id.Method)
	m.fields(&c)
	if c.err != nil {
		return dst, fmt.Errorf("encoding %v: %w", id, c.err)
	}
	return endFrame(c.buf, at), nil
}

// Format is a method in words: its name, and its arguments where they are not zero.
func Format(m Method) string {
	var b strings.Builder
	b.WriteString(m.ID().String())
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		field, name := v.Field(i), words(v.Type().Field(i).Name)
		switch {
		case field.IsZero():
		case field.Kind() == reflect.Bool:
			b.WriteString(" " + name)
		case field.Kind() == reflect.String:
			fmt.Fprintf(&b, " %s=%q", name, field.String())
		case field.Type() == reflect.TypeFor[ReplyCode]():
			fmt.Fprintf(&b, " %s=%d", name, field.Uint())
		default:
			fmt.Fprintf(&b, " %s=%v", name, field.Interface())
		}
	}
	return b.String()
}

// String is the table in words.
func (t Table) String() string {
	fields := make([]string, len(t))
	for i, f := range t {
		value := fmt.Sprint(f.Value)
		if s, ok := f.Value.(string); ok {
			value = fmt.Sprintf("%q", s)
		}
		fields[i] = f.Name + ": " + value
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// words is a Go name as the specification writes it: RoutingKey is routing-key.
func words(name string) string {
	var b strings.Builder
	for i, r := range strings.Replace(name, "ID", "Id", 1) {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
