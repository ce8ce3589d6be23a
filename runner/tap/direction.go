package tap

import (
	"errors"
	"fmt"

	"tutor/runner/wire"
)

// direction reassembles methods and their content from the bytes of one direction of a connection.
type direction struct {
	stream   wire.Stream
	deliver  func(channel uint16, m wire.Method, content *Content)
	keepBody bool
	// wanted, if not nil, says which methods are of interest.
	wanted func(wire.MethodID) bool
	// open are the methods whose content is not complete yet, by channel, and spare is the memory of those that were
	// delivered.
	open  map[uint16]*assembly
	spare []*assembly
	// ack is the memory of the acknowledgements, which come by the thousand.
	ack wire.BasicAck
	// broken is set when the bytes made no sense; nothing is decoded from then on.
	broken error
}

type assembly struct {
	method wire.Method
	// content counts once the header has come.
	content Content
	headed  bool
	missing uint64
	// headers is the memory of those on the wire.
	headers wire.Table
}

// largeBody is the size of bodies whose memory is not kept for others.
const largeBody = 64 << 10

var errContent = errors.New("content without a method that carries any")

func (d *direction) feed(p []byte) error {
	if d.broken == nil {
		d.broken = d.stream.Feed(p, d.frame)
	}
	return d.broken
}

func (d *direction) frame(f wire.Frame) error {
	switch f.Type {
	case wire.FrameMethod:
		if id, ok := wire.PeekMethod(f.Payload); ok && d.wanted != nil && !d.wanted(id) {
			delete(d.open, f.Channel)
			return nil
		}
		return d.method(f)
	case wire.FrameHeader:
		return d.header(f)
	case wire.FrameBody:
		return d.body(f)
	}
	return nil
}

func (d *direction) method(f wire.Frame) error {
	var a *assembly
	var into wire.Method
	last := len(d.spare) - 1
	if id, _ := wire.PeekMethod(f.Payload); id == d.ack.ID() {
		into = &d.ack
	} else if last >= 0 {
		a = d.spare[last]
		into = a.method
	}
	m, err := wire.DecodeMethodInto(into, f.Payload)
	if err != nil {
		return fmt.Errorf("decoding a method: %w", err)
	}
	if !wire.CarriesContent(m) {
		d.deliver(f.Channel, m, nil)
		return nil
	}
	if d.open == nil {
		d.open = map[uint16]*assembly{}
	}
	if a == nil {
		a = &assembly{}
	} else {
		d.spare = d.spare[:last]
	}
	a.method, a.headed = m, false
	d.open[f.Channel] = a
	return nil
}

func (d *direction) header(f wire.Frame) error {
	a := d.open[f.Channel]
	if a == nil && d.wanted != nil {
		return nil
	}
	if a == nil || a.headed {
		return errContent
	}
	h, err := wire.DecodeContentHeaderInto(a.headers, f.Payload)
	if err != nil {
		return fmt.Errorf("decoding a content header: %w", err)
	}
	a.headed, a.headers = true, h.Properties.Headers
	a.content = Content{Properties: h.Properties, Size: h.BodySize, Body: a.content.Body[:0]}
	a.content.Mark, a.content.Properties.Headers = unmark(h.Properties.Headers)
	if len(a.content.Properties.Headers) == 0 {
		a.content.Properties.Flags &^= wire.FlagHeaders
	}
	a.missing = h.BodySize
	d.complete(f.Channel, a)
	return nil
}

func (d *direction) body(f wire.Frame) error {
	a := d.open[f.Channel]
	if a == nil && d.wanted != nil {
		return nil
	}
	if a == nil || !a.headed || uint64(len(f.Payload)) > a.missing {
		return errContent
	}
	if d.keepBody {
		a.content.Body = append(a.content.Body, f.Payload...)
	}
	a.missing -= uint64(len(f.Payload))
	d.complete(f.Channel, a)
	return nil
}

func (d *direction) complete(channel uint16, a *assembly) {
	if a.missing == 0 {
		delete(d.open, channel)
		d.deliver(channel, a.method, &a.content)
		if cap(a.content.Body) <= largeBody {
			d.spare = append(d.spare, a)
		}
	}
}
