package wire

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// The types of frames (AMQP 0-9-1, 4.2.3).
const (
	FrameMethod    uint8 = 1
	FrameHeader    uint8 = 2
	FrameBody      uint8 = 3
	FrameHeartbeat uint8 = 8
)

// FrameEnd ends each frame.
const FrameEnd = 0xCE

// FrameOverhead is how much longer a frame is than its payload.
const FrameOverhead = 8

// FrameMinSize is the size of a frame that everybody accepts, even before it is negotiated.
const FrameMinSize = 4096

const frameHead = 7

// Frame is a frame as it was cut out of a stream. The payload is valid until the function that it
// was handed to returns.
type Frame struct {
	Type    uint8
	Channel uint16
	Payload []byte
}

// String names the frame as RabbitMQ does in its reply texts.
func (f Frame) String() string {
	const shown = 16
	if len(f.Payload) > shown {
		return fmt.Sprintf("type %d, first %d octets = %s", f.Type, shown, erlangBinary(f.Payload[:shown]))
	}
	return fmt.Sprintf("type %d, all octets = %s", f.Type, erlangBinary(f.Payload))
}

// erlangBinary writes bytes as Erlang does: as a text if that is what they are.
func erlangBinary(b []byte) string {
	text := len(b) > 0
	octets := make([]string, len(b))
	for i, c := range b {
		text = text && c >= ' ' && c < 0x7f
		octets[i] = strconv.Itoa(int(c))
	}
	if text {
		return "<<" + strconv.Quote(string(b)) + ">>"
	}
	return "<<" + strings.Join(octets, ",") + ">>"
}

// ProtocolHeader opens a connection of the version that this package speaks.
const ProtocolHeader = "AMQP\x00\x00\x09\x01"

// ProtocolHeader09 opens a connection of version 0-9, which can be treated alike.
const ProtocolHeader09 = "AMQP\x01\x01\x00\x09"

// Stream cuts one direction of a connection into frames, however it arrives. A protocol header at
// the beginning is passed over. The zero Stream is ready for use.
type Stream struct {
	// Max is the negotiated size of a frame; 0 is no limit. As RabbitMQ does, it is applied to the
	// payload alone, so that frames may be longer than negotiated by their overhead.
	Max uint32

	// rest is the beginning of a frame that is not complete.
	rest    []byte
	started bool
}

// Feed takes the next bytes, of any number, and hands on each frame that is complete with them. An
// error ends the stream.
func (s *Stream) Feed(p []byte, frame func(Frame) error) error {
	if len(s.rest) > 0 {
		s.rest = append(s.rest, p...)
		p = s.rest
	}
	used, err := s.cut(p, frame)
	if err != nil {
		return err
	}
	if used == len(p) {
		s.rest = s.rest[:0]
	} else {
		s.rest = append(s.rest[:0], p[used:]...)
	}
	return nil
}

// cut returns how many bytes the complete frames have taken.
func (s *Stream) cut(p []byte, frame func(Frame) error) (used int, err error) {
	for {
		rest := p[used:]
		if !s.started && len(rest) > 0 {
			switch {
			case rest[0] != 'A':
				s.started = true
			case len(rest) < len(ProtocolHeader):
				return used, nil
			default:
				s.started = true
				used += len(ProtocolHeader)
				continue
			}
		}
		if len(rest) < frameHead {
			return used, nil
		}
		size := uint64(binary.BigEndian.Uint32(rest[3:])) + FrameOverhead
		f := Frame{Type: rest[0], Channel: binary.BigEndian.Uint16(rest[1:])}
		if s.Max > 0 && size-FrameOverhead > uint64(s.Max) {
			return used, errorf(FrameError, "%v: {frame_too_large,%d,%d}", f, size-FrameOverhead, s.Max-FrameOverhead)
		}
		if uint64(len(rest)) < size {
			return used, nil
		}
		f.Payload = rest[frameHead : size-1 : size-1]
		if end := rest[size-1]; end != FrameEnd {
			return used, errorf(FrameError, "%v: {invalid_frame_end_marker,%d}", f, end)
		}
		if err := frame(f); err != nil {
			return used, err
		}
		used += int(size)
	}
}

func beginFrame(dst []byte, kind uint8, channel uint16) []byte {
	return append(dst, kind, byte(channel>>8), byte(channel), 0, 0, 0, 0)
}

// endFrame completes the frame that begins at a place.
func endFrame(dst []byte, at int) []byte {
	binary.BigEndian.PutUint32(dst[at+3:], uint32(len(dst)-at-frameHead))
	return append(dst, FrameEnd)
}

// AppendBody appends the body frames that a body needs, each no longer than max with its overhead.
func AppendBody(dst []byte, channel uint16, body []byte, max uint32) []byte {
	most := len(body)
	if max > FrameOverhead {
		most = int(max - FrameOverhead)
	}
	for len(body) > 0 {
		n := min(len(body), most)
		at := len(dst)
		dst = endFrame(append(beginFrame(dst, FrameBody, channel), body[:n]...), at)
		body = body[n:]
	}
	return dst
}

// AppendHeartbeat appends a heartbeat frame.
func AppendHeartbeat(dst []byte) []byte {
	return endFrame(beginFrame(dst, FrameHeartbeat, 0), len(dst))
}
