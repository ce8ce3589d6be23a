package wire

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// filled returns a method with a value in every field.
func filled(m Method) Method {
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("text " + v.Type().Field(i).Name)
		case reflect.Bool:
			f.SetBool(i%2 == 0)
		case reflect.Slice:
			f.Set(reflect.ValueOf(everyType()))
		default:
			f.SetUint(uint64(i + 1))
		}
	}
	return m
}

func everyType() Table {
	return Table{
		{"void", nil}, {"bool", true}, {"int8", int8(-8)}, {"uint8", uint8(200)},
		{"int16", int16(-16)}, {"uint16", uint16(60000)}, {"int32", int32(-32)}, {"uint32", uint32(math.MaxUint32)},
		{"int64", int64(math.MinInt64)}, {"float32", float32(1.5)}, {"float64", -2.25},
		{"decimal", Decimal{2, 314}}, {"string", "höhe"}, {"bytes", []byte{0, 0xCE, 255}},
		{"time", time.Unix(1700000000, 0)}, {"array", []any{"a", int32(1), []any{}, Table{}}},
		{"table", Table{{"x", Table{{"y", "z"}}}}},
	}
}

func TestEveryMethodSurvivesTheWire(t *testing.T) {
	for _, id := range Methods() {
		i, _ := find(id)
		want := filled(methods[i].new())
		if want.ID() != id {
			t.Errorf("%v is listed as %v", want.ID(), id)
		}
		frame, err := AppendMethod([]byte("before"), 7, want)
		if err != nil {
			t.Fatal(err)
		}
		frame = frame[len("before"):]
		var got Method
		var s Stream
		err = s.Feed(frame, func(f Frame) (err error) {
			if f.Type != FrameMethod || f.Channel != 7 {
				t.Errorf("%v: frame type %d on channel %d", id, f.Type, f.Channel)
			}
			got, err = DecodeMethod(f.Payload)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-sent +received):\n%s", id, diff)
		}
		for n := range len(frame) - FrameOverhead {
			if m, err := DecodeMethod(frame[frameHead : frameHead+n]); err == nil && !reflect.DeepEqual(m, want) {
				t.Errorf("%v cut to %d bytes is decoded as %s", id, n, Format(m))
			}
		}
	}
}

func TestPropertiesSurviveTheWire(t *testing.T) {
	want := Properties{
		Flags:       math.MaxUint16 &^ (flagMore | 2),
		ContentType: "text/plain", ContentEncoding: "utf-8", Headers: everyType(), DeliveryMode: 2, Priority: 9,
		CorrelationID: "c", ReplyTo: "r", Expiration: "1000", MessageID: "m", Timestamp: time.Unix(1, 0),
		Type: "t", UserID: "u", AppID: "a", ClusterID: "k",
	}
	encoded, err := AppendProperties(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	frame := AppendContentHeader(nil, 3, 1<<40, encoded)
	h, err := DecodeContentHeader(frame[frameHead : len(frame)-1])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, h.Properties); diff != "" {
		t.Error(diff)
	}
	if h.BodySize != 1<<40 || h.ClassID != ClassBasic || !bytes.Equal(h.Encoded, encoded) {
		t.Errorf("header: %+v", h)
	}
}

func TestWhatCannotBeExpressed(t *testing.T) {
	deep := Table{}
	for range maxDepth + 1 {
		deep = Table{{"t", deep}}
	}
	for name, m := range map[string]Method{
		"a long name":     &QueueDelete{Queue: strings.Repeat("x", 256)},
		"a foreign type":  &QueueDeclare{Arguments: Table{{"x", struct{}{}}}},
		"too deep tables": &QueueDeclare{Arguments: deep},
	} {
		dst, err := AppendMethod([]byte("before"), 1, m)
		var wrong *Error
		if !errors.As(err, &wrong) || string(dst) != "before" {
			t.Errorf("%s: %v, and %q", name, err, dst)
		}
	}
}

func TestStreamCutsFramesHoweverTheyArrive(t *testing.T) {
	var all []byte
	all = append(all, ProtocolHeader...)
	all, _ = AppendMethod(all, 1, &BasicPublish{RoutingKey: "k"})
	all = AppendContentHeader(all, 1, 10, []byte{0, 0})
	all = AppendBody(all, 1, []byte("0123456789"), FrameOverhead+4)
	all = AppendHeartbeat(all)
	cut := func(piece int) (frames []Frame) {
		var s Stream
		for rest := all; len(rest) > 0; {
			n := min(piece, len(rest))
			if err := s.Feed(rest[:n], func(f Frame) error {
				f.Payload = bytes.Clone(f.Payload)
				frames = append(frames, f)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		return frames
	}
	want := cut(len(all))
	if len(want) != 6 {
		t.Fatalf("%d frames, want 6", len(want))
	}
	for piece := 1; piece < len(all); piece++ {
		if diff := cmp.Diff(want, cut(piece)); diff != "" {
			t.Fatalf("in pieces of %d:\n%s", piece, diff)
		}
	}
}

func TestStreamRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		max   uint32
		bytes string
	}{
		"a frame that is too long": {4096, "\x01\x00\x01\xff\xff\xff\xff"},
		"a frame without its end":  {0, "\x01\x00\x01\x00\x00\x00\x01xx"},
	} {
		s := Stream{Max: c.max}
		var wrong *Error
		if err := s.Feed([]byte(c.bytes), func(Frame) error { return nil }); !errors.As(err, &wrong) || wrong.Code != FrameError {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFormat(t *testing.T) {
	for want, m := range map[string]Method{
		`basic.publish routing-key="hello" mandatory`: &BasicPublish{RoutingKey: "hello", Mandatory: true},
		`basic.ack delivery-tag=3`:                    &BasicAck{DeliveryTag: 3},
		`channel.close reply-code=404 reply-text="NOT_FOUND" class-id=60 method-id=40`: &ChannelClose{
			ReplyCode: NotFound, ReplyText: "NOT_FOUND", ClassID: 60, MethodID: 40},
		`queue.declare queue="q" arguments={x-max-length: 1}`: &QueueDeclare{Queue: "q", Arguments: Table{{"x-max-length", 1}}},
	} {
		if got := Format(m); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func FuzzDecodeMethod(f *testing.F) {
	for _, id := range Methods() {
		i, _ := find(id)
		frame, err := AppendMethod(nil, 1, filled(methods[i].new()))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame[frameHead : len(frame)-1])
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, err := DecodeMethod(payload)
		if err != nil {
			return
		}
		again, err := AppendMethod(nil, 1, m)
		if err != nil {
			t.Fatalf("%s was decoded and cannot be encoded: %v", Format(m), err)
		}
		// Bits that have no name, and what follows the arguments, are lost; nothing else is.
		if same, err := DecodeMethod(again[frameHead : len(again)-1]); err != nil || Format(same) != Format(m) {
			t.Fatalf("%s has become %v (%v)", Format(m), same, err)
		}
	})
}

func FuzzStream(f *testing.F) {
	frame, _ := AppendMethod([]byte(ProtocolHeader), 1, filled(&QueueDeclare{}))
	f.Add(frame, uint8(3))
	f.Fuzz(func(t *testing.T, all []byte, piece uint8) {
		s := Stream{Max: 1 << 16}
		frames := 0
		for rest := all; len(rest) > 0; {
			n := min(int(piece)+1, len(rest))
			if s.Feed(rest[:n], func(f Frame) error {
				frames++
				if f.Type == FrameHeader {
					_, _ = DecodeContentHeader(f.Payload)
				}
				return nil
			}) != nil {
				return
			}
			rest = rest[n:]
		}
		if frames*FrameOverhead > len(all) {
			t.Fatalf("%d frames in %d bytes", frames, len(all))
		}
	})
}

func BenchmarkDecodeDeliver(b *testing.B) {
	frame, _ := AppendMethod(nil, 1, &BasicDeliver{ConsumerTag: "c", DeliveryTag: 1, RoutingKey: "task_queue"})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeMethod(frame[frameHead:]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendDeliver(b *testing.B) {
	var dst []byte
	m := &BasicDeliver{ConsumerTag: "c", DeliveryTag: 1, RoutingKey: "task_queue"}
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = AppendMethod(dst[:0], 1, m)
	}
}
