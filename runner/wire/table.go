package wire

import (
	"maps"
	"math"
	"slices"
	"time"
)

// Table is a field table, in the order of the wire (AMQP 0-9-1, 4.2.5.5). Names may occur more than
// once.
type Table []Field

// Field is a named value of a table. Values are of these types, each of which has one type on the
// wire, RabbitMQ's in all cases (the specification's errata, "field types"):
//
//	nil V, bool t, int8 b, uint8 B, int16 s, uint16 u, int32 I, uint32 i, int64 l,
//	float32 f, float64 d, Decimal D, string S, []byte x, time.Time T, []any A, Table F
type Field struct {
	Name  string
	Value any
}

// Decimal is Value divided by ten to the power of Scale.
type Decimal struct {
	Scale uint8
	Value uint32
}

// TableOf makes a table of values by their names, in the order of these. Tables in it, also those in lists, are made
// of such values, too.
func TableOf(values map[string]any) (t Table) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		t = append(t, Field{Name: name, Value: tablesIn(values[name])})
	}
	return t
}

func tablesIn(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return TableOf(v)
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = tablesIn(item)
		}
		return items
	}
	return v
}

// Get returns the value of the first field of that name.
func (t Table) Get(name string) (value any, ok bool) {
	for i := range t {
		if t[i].Name == name {
			return t[i].Value, true
		}
	}
	return nil, false
}

func (c *coder) table(t *Table) {
	if c.writing {
		c.enclosed(func() {
			for i := range *t {
				c.shortstr(&(*t)[i].Name)
				c.writeValue((*t)[i].Value)
			}
		})
		return
	}
	inner := c.enclosure()
	for len(inner.buf) > 0 {
		var f Field
		if used := (*t)[:cap(*t)]; len(used) > len(*t) {
			f.Name = used[len(*t)].Name
		}
		inner.shortstr(&f.Name)
		f.Value = inner.readValue()
		*t = append(*t, f)
	}
	c.adopt(&inner)
}

// enclosed writes what is preceded by its length.
func (c *coder) enclosed(write func()) {
	at := len(c.buf)
	var n uint32
	c.long(&n)
	c.depth++
	if c.depth > maxDepth {
		c.fail(SyntaxError, "tables nested deeper than %d", maxDepth)
		return
	}
	write()
	c.depth--
	if c.err != nil {
		return
	}
	patch := coder{writing: true, buf: c.buf[at:at]}
	n = uint32(len(c.buf) - at - 4)
	patch.long(&n)
}

// enclosure is a coder for what is preceded by its length.
func (c *coder) enclosure() coder {
	var n uint32
	c.long(&n)
	inner := coder{buf: c.next(uint64(n)), depth: c.depth + 1}
	if inner.depth > maxDepth {
		inner.fail(SyntaxError, "tables nested deeper than %d", maxDepth)
	}
	return inner
}

func (c *coder) adopt(inner *coder) {
	if inner.err != nil {
		c.fail(inner.err.Code, "%s", inner.err.Text)
	}
}

func (c *coder) readArray() []any {
	inner := c.enclosure()
	items := []any{}
	for len(inner.buf) > 0 {
		items = append(items, inner.readValue())
	}
	c.adopt(&inner)
	return items
}

func (c *coder) readValue() any {
	var kind uint8
	c.octet(&kind)
	switch kind {
	case 't':
		var v uint8
		c.octet(&v)
		return v != 0
	case 'b', 'B':
		var v uint8
		c.octet(&v)
		if kind == 'b' {
			return int8(v)
		}
		return v
	case 's', 'u':
		var v uint16
		c.short(&v)
		if kind == 's' {
			return int16(v)
		}
		return v
	case 'I', 'i', 'f':
		return c.readLong(kind)
	case 'l', 'L', 'd':
		return c.readLonglong(kind)
	case 'S', 'x':
		var v string
		c.longstr(&v)
		if kind == 'x' {
			return []byte(v)
		}
		return v
	default:
		return c.readCompound(kind)
	}
}

func (c *coder) readLong(kind uint8) any {
	var v uint32
	c.long(&v)
	switch kind {
	case 'I':
		return int32(v)
	case 'f':
		return math.Float32frombits(v)
	}
	return v
}

func (c *coder) readLonglong(kind uint8) any {
	var v uint64
	c.longlong(&v)
	if kind == 'd' {
		return math.Float64frombits(v)
	}
	return int64(v)
}

func (c *coder) readCompound(kind uint8) any {
	switch kind {
	case 'V':
	case 'D':
		var v Decimal
		c.octet(&v.Scale)
		c.long(&v.Value)
		return v
	case 'T':
		var v time.Time
		c.timestamp(&v)
		return v
	case 'A':
		return c.readArray()
	case 'F':
		t := Table{}
		c.table(&t)
		return t
	default:
		c.fail(SyntaxError, "a field of unknown type %q", rune(kind))
	}
	return nil
}

func (c *coder) writeValue(value any) {
	switch v := value.(type) {
	case nil:
		c.kind('V')
	case bool:
		c.kind('t')
		c.bits(&v)
	case int8:
		c.kind('b')
		c.buf = append(c.buf, byte(v))
	case uint8:
		c.kind('B')
		c.octet(&v)
	case int16:
		c.kind('s')
		u := uint16(v)
		c.short(&u)
	case uint16:
		c.kind('u')
		c.short(&v)
	case string:
		c.kind('S')
		c.longstr(&v)
	case []byte:
		c.kind('x')
		s := string(v)
		c.longstr(&s)
	case Table:
		c.kind('F')
		c.table(&v)
	case []any:
		c.kind('A')
		c.enclosed(func() {
			for _, item := range v {
				c.writeValue(item)
			}
		})
	default:
		c.writeNumber(value)
	}
}

func (c *coder) writeNumber(value any) {
	var four uint32
	var eight uint64
	switch v := value.(type) {
	case int32:
		c.kind('I')
		four = uint32(v)
		c.long(&four)
	case uint32:
		c.kind('i')
		c.long(&v)
	case float32:
		c.kind('f')
		four = math.Float32bits(v)
		c.long(&four)
	case int64:
		c.kind('l')
		eight = uint64(v)
		c.longlong(&eight)
	case float64:
		c.kind('d')
		eight = math.Float64bits(v)
		c.longlong(&eight)
	case Decimal:
		c.kind('D')
		c.octet(&v.Scale)
		c.long(&v.Value)
	case time.Time:
		c.kind('T')
		c.timestamp(&v)
	default:
		c.fail(SyntaxError, "AMQP has no field type for %T", value)
	}
}

func (c *coder) kind(k byte) { c.buf = append(c.buf, k) }

// ParseFields decodes the fields of a table that is not preceded by its length, as the AMQPLAIN
// mechanism sends it.
func ParseFields(encoded string) (Table, error) {
	var t Table
	c := coder{buf: []byte(encoded)}
	for len(c.buf) > 0 {
		var f Field
		c.shortstr(&f.Name)
		f.Value = c.readValue()
		t = append(t, f)
	}
	return t, c.result()
}
