package tap

import (
	"errors"
	"fmt"
	"slices"

	"tutor/runner/wire"
)

// direction reassembles methods and their content from the bytes of one direction of a connection.
type direction struct {
	stream   wire.Stream
	decoder  wire.Decoder
	deliver  func(channel uint16, m wire.Method, content *Content)
	keepBody bool
	// wanted, if not nil, says which methods are of interest.
	wanted func(wire.MethodID) bool
	// open are the methods whose content is not complete yet: at most one of each channel, and rarely more than one in
	// all, so they are simply searched. Spare is the memory of those that were delivered.
	open, spare []*assembly
	// ack is the memory of the acknowledgements, which come by the thousand.
	ack wire.BasicAck
	// broken is set when the bytes made no sense; nothing is decoded from then on.
	broken error
}

type assembly struct {
	channel uint16
	method  wire.Method
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
		return d.method(f)
	case wire.FrameHeader:
		return d.header(f)
	case wire.FrameBody:
		return d.body(f)
	}
	return nil
}

func (d *direction) method(f wire.Frame) error {
	id, ok := wire.PeekMethod(f.Payload)
	if ok && d.wanted != nil && !d.wanted(id) {
		d.close(f.Channel)
		return nil
	}
	var a *assembly
	var into wire.Method
	last := len(d.spare) - 1
	if id == d.ack.ID() {
		into = &d.ack
	} else if last >= 0 {
		a = d.spare[last]
		into = a.method
	}
	m, err := d.decoder.Method(into, f.Payload)
	if err != nil {
		return fmt.Errorf("decoding a method: %w", err)
	}
	if !wire.CarriesContent(m) {
		d.deliver(f.Channel, m, nil)
		return nil
	}
	if a == nil {
		a = &assembly{}
	} else {
		d.spare = d.spare[:last]
	}
	a.channel, a.method, a.headed = f.Channel, m, false
	d.close(f.Channel)
	d.open = append(d.open, a)
	return nil
}

// on is the method of a channel whose content is not complete, or nil.
func (d *direction) on(channel uint16) *assembly {
	for _, a := range d.open {
		if a.channel == channel {
			return a
		}
	}
	return nil
}

// close forgets the method of a channel whose content is not complete, if there is one.
func (d *direction) close(channel uint16) {
	d.open = slices.DeleteFunc(d.open, func(a *assembly) bool { return a.channel == channel })
}

func (d *direction) header(f wire.Frame) error {
	a := d.on(f.Channel)
	if a == nil && d.wanted != nil {
		return nil
	}
	if a == nil || a.headed {
		return errContent
	}
	c := &a.content
	c.Properties.Headers = a.headers
	size, err := d.decoder.Content(&c.Properties, f.Payload)
	if err != nil {
		return fmt.Errorf("decoding a content header: %w", err)
	}
	a.headed, a.headers, a.missing = true, c.Properties.Headers, size
	c.Size, c.Body = size, c.Body[:0]
	c.Mark = unmark(&c.Properties)
	d.complete(a)
	return nil
}

func (d *direction) body(f wire.Frame) error {
	a := d.on(f.Channel)
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
	d.complete(a)
	return nil
}

func (d *direction) complete(a *assembly) {
	if a.missing > 0 {
		return
	}
	d.close(a.channel)
	d.deliver(a.channel, a.method, &a.content)
	if cap(a.content.Body) <= largeBody {
		d.spare = append(d.spare, a)
	}
}
