package vhost

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tutor/runner/wire"
)

// lookup returns the first field of a table with the name.
func lookup(t wire.Table, name string) (value any, present bool) {
	for i := range t {
		if t[i].Name == name {
			return t[i].Value, true
		}
	}
	return nil, false
}

func lookupString(t wire.Table, name string) (string, bool) {
	value, _ := lookup(t, name)
	s, ok := value.(string)
	return s, ok
}

func lookupInt(t wire.Table, name string) (int64, bool) {
	value, _ := lookup(t, name)
	return integer(value)
}

// integer returns the value of a field of one of the integer types.
func integer(value any) (int64, bool) {
	switch n := value.(type) {
	case int8:
		return int64(n), true
	case uint8:
		return int64(n), true
	case int16:
		return int64(n), true
	case uint16:
		return int64(n), true
	case int32:
		return int64(n), true
	case uint32:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

// typeName is what RabbitMQ's texts call the type of a field.
func typeName(value any) string {
	switch value.(type) {
	case nil:
		return "void"
	case bool:
		return "bool"
	case int8:
		return "byte"
	case uint8:
		return "unsignedbyte"
	case int16:
		return "short"
	case uint16:
		return "unsignedshort"
	case int32:
		return "signedint"
	case uint32:
		return "unsignedint"
	case int64:
		return "long"
	case float32:
		return "float"
	case float64:
		return "double"
	case wire.Decimal:
		return "decimal"
	case string:
		return "longstr"
	case []byte:
		return "binary"
	case time.Time:
		return "timestamp"
	case []any:
		return "array"
	case wire.Table:
		return "table"
	}
	return "unknown"
}

// typeClass is the type of a field as far as it matters when two arguments are compared: all integers are
// alike, and so are the floating-point types.
func typeClass(value any) string {
	switch value.(type) {
	case int8, uint8, int16, uint16, int32, uint32, int64, wire.Decimal:
		return "int"
	case float32, float64:
		return "float"
	}
	return typeName(value)
}

// void is the value of a void field, which equals only itself.
type void struct{}

// compound is a table or an array, spelled out so that it can be compared.
type compound string

// term is a field's value in a form in which == is RabbitMQ's comparison of values: integers of any size are
// equal, strings and byte arrays too, an integer never equals a floating-point number.
func term(value any) any {
	if n, ok := integer(value); ok {
		return n
	}
	switch v := value.(type) {
	case nil:
		return void{}
	case float32:
		return float64(v)
	case []byte:
		return string(v)
	case time.Time:
		return v.Unix()
	case []any:
		return compound(spell(v))
	case wire.Table:
		return compound(spell(v))
	}
	return value
}

// headerTerm is term for a message's header. A headers exchange compares timestamps in milliseconds, while
// those in a binding's arguments stay in seconds, and so never finds them equal.
func headerTerm(value any) any {
	if t, ok := value.(time.Time); ok {
		return t.UnixMilli()
	}
	return term(value)
}

// spell writes a value with its types, so that different values differ.
func spell(value any) string {
	switch v := value.(type) {
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = spell(v[i])
		}
		return "[" + strings.Join(parts, ",") + "]"
	case wire.Table:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = strconv.Quote(v[i].Name) + ":" + spell(v[i].Value)
		}
		return "{" + strings.Join(parts, ",") + "}"
	case string:
		return strconv.Quote(v)
	case []byte:
		return "x" + strconv.Quote(string(v))
	case time.Time:
		return "T" + strconv.FormatInt(v.Unix(), 10)
	}
	return fmt.Sprintf("%s:%v", typeName(value), value)
}

// canonical spells the arguments of a binding, whose order does not matter.
func canonical(args wire.Table) string {
	if len(args) == 0 {
		return ""
	}
	sorted := slices.Clone(args)
	slices.SortStableFunc(sorted, func(a, b wire.Field) int { return strings.Compare(a.Name, b.Name) })
	return spell(sorted)
}

// erlang writes a value as RabbitMQ's texts show Erlang terms.
func erlang(value any) string {
	switch v := value.(type) {
	case string:
		return "<<" + strconv.Quote(v) + ">>"
	case []byte:
		return "<<" + strconv.Quote(string(v)) + ">>"
	}
	return erlangValue(value)
}

// erlangValue is erlang, with strings bare.
func erlangValue(value any) string {
	switch v := value.(type) {
	case nil:
		return "undefined"
	case string:
		return v
	case []byte:
		return string(v)
	case time.Time:
		return strconv.FormatInt(v.Unix(), 10)
	case float64:
		return erlangFloat(v)
	case float32:
		return erlangFloat(float64(v))
	}
	if n, ok := integer(value); ok {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprint(value)
}

// erlangFloat always shows a decimal point.
func erlangFloat(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".eIN") {
		s += ".0"
	}
	return s
}

// timestamp is a field of type timestamp, from seconds since the Unix epoch.
func timestamp(seconds int64) any { return time.Unix(seconds, 0) }

// reservedPrefix begins the names that only the server may give.
const reservedPrefix = "amq."

// uniqueName makes up a name: the prefix and 128 random bits.
func uniqueName(prefix string) string {
	var id [16]byte
	rand.Read(id[:]) // never fails, as of Go 1.24
	return prefix + base64.RawURLEncoding.EncodeToString(id[:])
}

// stripLines removes line breaks from a name, as RabbitMQ does.
func stripLines(name string) string {
	if !strings.ContainsAny(name, "\r\n") {
		return name
	}
	return strings.NewReplacer("\r", "", "\n", "").Replace(name)
}
