package wire

// Decoder decodes one payload after the other, and uses the memory that this takes again: it is for those who read along
// with millions of them. The zero Decoder is ready for use.
type Decoder struct{ coder coder }

// Method is [DecodeMethod] into memory that is used again: m, if it is of the payload's method. Methods with tables are
// not for that.
func (d *Decoder) Method(m Method, payload []byte) (Method, error) {
	d.coder = coder{buf: payload}
	c := &d.coder
	var id MethodID
	c.short(&id.Class)
	c.short(&id.Method)
	if c.err != nil {
		return nil, c.err
	}
	if m == nil || m.ID() != id {
		i, ok := find(id)
		if !ok {
			return nil, errorf(NotImplemented, "%v", id)
		}
		m = methods[i].new()
	}
	m.fields(c)
	if c.err != nil {
		return nil, errorf(c.err.Code, "%v: %s", id, c.err.Text)
	}
	return m, nil
}

// Content decodes the payload of a header frame into properties, whose table is memory that is used again, and returns
// the size of the body.
func (d *Decoder) Content(into *Properties, payload []byte) (bodySize uint64, err error) {
	d.coder = coder{buf: payload}
	var h ContentHeader
	h.begin(&d.coder)
	*into = Properties{Headers: into.Headers[:0]}
	into.fields(&d.coder)
	return h.BodySize, d.coder.result()
}
