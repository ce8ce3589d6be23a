package wire

import (
	"encoding/binary"
	"math"
	"time"
)

// coder reads or writes fields one after the other, so that one description of a method serves both
// directions. The first error sticks: what follows it has no effect, and whoever uses the coder asks
// once, at the end.
type coder struct {
	writing bool
	// buf is what was written so far, or what is left to be read.
	buf   []byte
	depth int
	err   *Error
}

// Strings, tables and arrays nest in tables; nobody nests them deeper on purpose.
const maxDepth = 256

func (c *coder) fail(code ReplyCode, format string, args ...any) {
	if c.err == nil {
		c.err = errorf(code, format, args...)
		c.buf = c.buf[:0:0]
	}
}

// result is the sticky error as an error that can be compared with nil.
func (c *coder) result() error {
	if c.err == nil {
		return nil
	}
	return c.err
}

// next takes n bytes off what is to be read, or none if there are not that many.
func (c *coder) next(n uint64) []byte {
	if uint64(len(c.buf)) < n {
		c.fail(SyntaxError, "%d bytes end in the middle of a field of %d", len(c.buf), n)
		return nil
	}
	taken := c.buf[:n:n]
	c.buf = c.buf[n:]
	return taken
}

func (c *coder) octet(v *uint8) {
	if c.writing {
		c.buf = append(c.buf, *v)
	} else if b := c.next(1); b != nil {
		*v = b[0]
	}
}

func (c *coder) short(v *uint16) {
	if c.writing {
		c.buf = binary.BigEndian.AppendUint16(c.buf, *v)
	} else if b := c.next(2); b != nil {
		*v = binary.BigEndian.Uint16(b)
	}
}

func (c *coder) long(v *uint32) {
	if c.writing {
		c.buf = binary.BigEndian.AppendUint32(c.buf, *v)
	} else if b := c.next(4); b != nil {
		*v = binary.BigEndian.Uint32(b)
	}
}

func (c *coder) longlong(v *uint64) {
	if c.writing {
		c.buf = binary.BigEndian.AppendUint64(c.buf, *v)
	} else if b := c.next(8); b != nil {
		*v = binary.BigEndian.Uint64(b)
	}
}

// shortstr is a string of at most 255 bytes (AMQP 0-9-1, 4.2.5.3).
func (c *coder) shortstr(v *string) {
	if !c.writing {
		var n uint8
		c.octet(&n)
		// What is read into may have been used before, and names come again and again.
		if text := c.next(uint64(n)); *v != string(text) {
			*v = string(text)
		}
		return
	}
	if len(*v) > math.MaxUint8 {
		c.fail(SyntaxError, "a short string of %d bytes", len(*v))
		return
	}
	c.buf = append(append(c.buf, byte(len(*v))), *v...)
}

func (c *coder) longstr(v *string) {
	if c.writing {
		n := uint32(len(*v))
		c.long(&n)
		c.buf = append(c.buf, *v...)
		return
	}
	var n uint32
	c.long(&n)
	*v = string(c.next(uint64(n)))
}

// bits are packed into an octet, the first in the lowest place (AMQP 0-9-1, 4.2.5.2). No method has
// more than eight in a row.
func (c *coder) bits(flags ...*bool) {
	var packed uint8
	if c.writing {
		for i, flag := range flags {
			if *flag {
				packed |= 1 << i
			}
		}
	}
	c.octet(&packed)
	for i, flag := range flags {
		*flag = packed>>i&1 == 1
	}
}

// timestamp is seconds since the Unix epoch.
func (c *coder) timestamp(v *time.Time) {
	seconds := uint64(v.Unix())
	c.longlong(&seconds)
	if !c.writing {
		*v = time.Unix(int64(seconds), 0)
	}
}

// Fields that have lost their meaning are written as zero and not looked at.
func (c *coder) reservedShort() {
	var v uint16
	c.short(&v)
}

func (c *coder) reservedShortstr() {
	var v string
	c.shortstr(&v)
}

func (c *coder) reservedLongstr() {
	var v string
	c.longstr(&v)
}
