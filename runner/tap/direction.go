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
	// open are the methods whose content is not complete yet, by channel.
	open map[uint16]*assembly
	// broken is set when the bytes made no sense; nothing is decoded from then on.
	broken error
}

type assembly struct {
	method  wire.Method
	content *Content
	missing uint64
}

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
		m, err := wire.DecodeMethod(f.Payload)
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
		d.open[f.Channel] = &assembly{method: m}
	case wire.FrameHeader:
		return d.header(f)
	case wire.FrameBody:
		return d.body(f)
	}
	return nil
}

func (d *direction) header(f wire.Frame) error {
	a := d.open[f.Channel]
	if a == nil && d.wanted != nil {
		return nil
	}
	if a == nil || a.content != nil {
		return errContent
	}
	h, err := wire.DecodeContentHeader(f.Payload)
	if err != nil {
		return fmt.Errorf("decoding a content header: %w", err)
	}
	a.content = &Content{Properties: h.Properties, Size: h.BodySize}
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
	if a == nil || a.content == nil || uint64(len(f.Payload)) > a.missing {
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
		d.deliver(channel, a.method, a.content)
	}
}
