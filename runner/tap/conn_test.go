package tap

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"tutor/runner/wire"
)

// script is the other end of a connection: reads get pieces of what it says, writes are kept.
type script struct {
	net.Conn
	says  []byte
	piece int
	heard bytes.Buffer
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.says) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.says[:min(s.piece, len(s.says))])
	s.says = s.says[n:]
	return n, nil
}

func (s *script) Write(p []byte) (int, error) { return s.heard.Write(p) }

func (s *script) Close() error { return nil }

// tapped taps a connection on which the broker and the actor say something, in pieces of some bytes,
// and returns the events in words.
func tapped(t testing.TB, broker, actor []byte, piece int) (events []string, err error) {
	t.Helper()
	journal := NewJournal(func(e Event) { events = append(events, words(e)) })
	var followed []string
	journal.Follow(1+piece%20, func(e Event) { followed = append(followed, words(e)) })
	other := &script{says: broker, piece: piece}
	c := New(other, 3, journal)
	for p := range slices.Chunk(actor, piece) {
		if n, err := c.Write(p); n != len(p) || err != nil {
			t.Fatalf("writing: %d, %v", n, err)
		}
	}
	got, failed := io.ReadAll(c)
	if failed != nil || !bytes.Equal(got, broker) || !bytes.Equal(other.heard.Bytes(), actor) {
		t.Fatalf("the tap has changed what was said (%v)", failed)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if uint64(len(events)) != journal.Events() {
		t.Fatalf("%d events were told, %d counted", len(events), journal.Events())
	}
	if journal.CatchUp(); !slices.Equal(events, followed) {
		t.Fatalf("who follows was told %v, and not %v", followed, events)
	}
	return events, journal.Close()
}

func words(e Event) string {
	if e.Method == nil {
		return fmt.Sprintf("%d ends", e.Who)
	}
	arrow := "←"
	if e.ToBroker {
		arrow = "→"
	}
	text := fmt.Sprintf("%d%s%d %s", e.Who, arrow, e.Channel, wire.Format(e.Method))
	if e.Content != nil {
		for _, f := range e.Content.Properties.Headers {
			text += fmt.Sprintf(" %s=%v", f.Name, f.Value)
		}
		text += fmt.Sprintf(" [%d %s %q]", e.Content.Size, e.Content.Mark, e.Content.Body)
	}
	return text
}

// numbered is the content of a message with a number in its headers, and without a mark.
type numbered int

// frames encodes methods, and strings or numbers as the content of the method before them, on a channel.
func frames(t testing.TB, channel uint16, parts ...any) []byte {
	t.Helper()
	var all []byte
	var err error
	for _, part := range parts {
		switch part := part.(type) {
		case wire.Method:
			all, err = wire.AppendMethod(all, channel, part)
		case string:
			var properties []byte
			properties, err = wire.AppendProperties(nil, &wire.Properties{Flags: wire.FlagHeaders, Headers: wire.Table{
				{Name: "x", Value: int64(1)}, {Name: markHeader, Value: "p/1"}, {Name: "y", Value: true},
			}})
			all = wire.AppendContentHeader(all, channel, uint64(len(part)), properties)
			all = wire.AppendBody(all, channel, []byte(part), 4+wire.FrameOverhead)
		case numbered:
			var properties []byte
			properties, err = wire.AppendProperties(nil, &wire.Properties{Flags: wire.FlagHeaders, Headers: wire.Table{{Name: "n", Value: int64(part)}}})
			body := strings.Repeat("x", int(part))
			all = wire.AppendContentHeader(all, channel, uint64(len(body)), properties)
			all = wire.AppendBody(all, channel, []byte(body), 4+wire.FrameOverhead)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func conversation(t testing.TB) (broker, actor []byte) {
	actor = slices.Concat([]byte(wire.ProtocolHeader),
		frames(t, 1, &wire.QueueDeclare{Queue: "q"},
			&wire.QueueDeclare{Queue: "q", Passive: true, Arguments: wire.Table{{Name: fenceArgument, Value: true}}},
			&wire.BasicPublish{RoutingKey: "q"}, "Hello World!", &wire.BasicPublish{RoutingKey: "q"}, ""),
		wire.AppendHeartbeat(nil))
	deliver := frames(t, 1, &wire.BasicDeliver{ConsumerTag: "c", DeliveryTag: 1, RoutingKey: "q"}, "Hello World!")
	// A method on another channel comes between the frames of the delivery.
	head := frames(t, 1, &wire.BasicDeliver{ConsumerTag: "c", DeliveryTag: 1, RoutingKey: "q"})
	broker = slices.Concat(head, frames(t, 2, &wire.ChannelOpenOK{}), deliver[len(head):],
		frames(t, 1, &wire.QueueDeclareOK{Queue: "q"}, &wire.QueueDeclareOK{Queue: "q"}, &wire.QueueDeclareOK{Queue: "q", MessageCount: 1}))
	return broker, actor
}

// Events are whole methods with their content, whatever pieces they come in; fences are none, and
// neither is exactly one answer to each.
func TestEvents(t *testing.T) {
	broker, actor := conversation(t)
	for _, piece := range []int{1, 2, 7, 1 << 20} {
		events, err := tapped(t, broker, actor, piece)
		if err != nil {
			t.Fatalf("in pieces of %d: %v", piece, err)
		}
		want := []string{
			`3→1 queue.declare queue="q"`,
			`3→1 basic.publish routing-key="q" x=1 y=true [12 p/1 "Hello World!"]`,
			`3→1 basic.publish routing-key="q" x=1 y=true [0 p/1 ""]`,
			`3←2 channel.open-ok`,
			`3←1 basic.deliver consumer-tag="c" delivery-tag=1 routing-key="q" x=1 y=true [12 p/1 ""]`,
			`3←1 queue.declare-ok queue="q"`,
			`3←1 queue.declare-ok queue="q" message-count=1`,
			`3 ends`,
		}
		if got := strings.Join(events, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("in pieces of %d:\n%s", piece, got)
		}
	}
}

// What the broker says when it closes a channel or the connection is what an actor's error shows.
func TestRefusal(t *testing.T) {
	for _, m := range []wire.Method{
		&wire.ChannelClose{ReplyCode: 404, ReplyText: "NOT_FOUND"},
		&wire.ConnectionClose{ReplyCode: 404, ReplyText: "NOT_FOUND"},
	} {
		c := New(&script{says: frames(t, 0, m), piece: 100}, 0, NewJournal())
		if _, _, ok := c.Refusal(); ok {
			t.Error("a refusal before the broker has said anything")
		}
		if _, err := io.ReadAll(c); err != nil {
			t.Fatal(err)
		}
		if code, text, ok := c.Refusal(); !ok || code != 404 || text != "NOT_FOUND" {
			t.Errorf("%s: %d %s", wire.Format(m), code, text)
		}
	}
}

// The end of a connection is one event, however often it is closed; what comes after the journal's
// end is none.
func TestEnd(t *testing.T) {
	var ends int
	journal := NewJournal(func(e Event) { ends++ })
	one, two := New(&script{}, 0, journal), New(&script{}, 1, journal)
	one.Kill()
	if err := one.Close(); err != nil {
		t.Error(err)
	}
	if err := journal.Close(); err != nil {
		t.Error(err)
	}
	two.Kill()
	if ends != 1 {
		t.Errorf("%d events", ends)
	}
}

// Who was killed has not said goodbye, though the client library may try to.
func TestKilledWithoutAWord(t *testing.T) {
	for _, killed := range []bool{false, true} {
		said := false
		journal := NewJournal(func(e Event) {
			if _, goodbye := e.Method.(*wire.ConnectionClose); goodbye {
				said = true
			}
		})
		c := New(&script{}, 0, journal)
		if killed {
			c.Kill()
		}
		if _, err := c.Write(append([]byte(wire.ProtocolHeader), frames(t, 0, &wire.ConnectionClose{ReplyCode: 200})...)); err != nil {
			t.Fatal(err)
		}
		if err := journal.Close(); err != nil {
			t.Fatal(err)
		}
		if said == killed {
			t.Errorf("killed: %v, said goodbye: %v", killed, said)
		}
	}
}

// What is not AMQP is passed on, and the journal says whose connection it was.
func TestNotAMQP(t *testing.T) {
	for _, bad := range []string{
		"\x01\x00\x01\x00\x00\x00\x01xx",
		string(frames(t, 1, "content of nothing")),
		"\x01\x00\x01\x00\x00\x00\x04\x00\x00\x00\x00\xce",
	} {
		if _, err := tapped(t, []byte(bad), nil, 5); err == nil || !strings.Contains(err.Error(), "connection 4") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzConn(f *testing.F) {
	broker, actor := conversation(f)
	f.Add(broker, actor, uint8(3))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), []byte(wire.ProtocolHeader), uint8(200))
	f.Fuzz(func(t *testing.T, broker, actor []byte, piece uint8) {
		whole, err := tapped(t, broker, actor, 1<<20)
		pieces, inPieces := tapped(t, broker, actor, int(piece)+1)
		if (err == nil) != (inPieces == nil) || !slices.Equal(whole, pieces) {
			t.Fatalf("in one piece %v (%v), in pieces %v (%v)", whole, err, pieces, inPieces)
		}
	})
}

// A selective tap journals what is wanted when it passes, whatever content of other methods comes between.
func TestSelective(t *testing.T) {
	broker, actor := conversation(t)
	for _, piece := range []int{1, 7, 1 << 20} {
		var events []string
		journal := NewJournal(func(e Event) { events = append(events, words(e)) })
		wanted := func(m wire.MethodID) bool {
			return m != (&wire.BasicPublish{}).ID() && m != (&wire.BasicDeliver{}).ID()
		}
		c := NewSelective(&script{says: broker, piece: piece}, 3, journal, wanted)
		for p := range slices.Chunk(actor, piece) {
			if _, err := c.Write(p); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := io.ReadAll(c); err != nil {
			t.Fatal(err)
		}
		if err := journal.Close(); err != nil {
			t.Errorf("in pieces of %d: %v", piece, err)
		}
		want := []string{
			`3→1 queue.declare queue="q"`, `3←2 channel.open-ok`, `3←1 queue.declare-ok queue="q"`,
			`3←1 queue.declare-ok queue="q" message-count=1`, `3 ends`,
		}
		if got := strings.Join(events, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("in pieces of %d:\n%s", piece, got)
		}
	}
}

// What a client says when its connection has ended is no event: whether it still says something depends on
// when it notices.
func TestSaidAfterTheEnd(t *testing.T) {
	var events []string
	c := New(&script{}, 0, NewJournal(func(e Event) { events = append(events, words(e)) }))
	c.Kill()
	if _, err := c.Write(frames(t, 0, &wire.ConnectionClose{})); err != nil {
		t.Fatal(err)
	}
	if want := []string{"0 ends"}; !slices.Equal(events, want) {
		t.Errorf("%q, want %q", events, want)
	}
}

// A fence on a channel that the broker has closed would be what ends the connection, so it goes no further; what the
// actor itself says there does.
func TestLateFence(t *testing.T) {
	fence := func(channel uint16) []byte {
		return frames(t, channel, &wire.QueueDeclare{Queue: "q", Passive: true, Arguments: wire.Table{{Name: fenceArgument, Value: true}}})
	}
	own := frames(t, 1, &wire.QueueDeclare{Queue: "q", Passive: true})
	other := &script{says: frames(t, 1, &wire.ChannelClose{ReplyCode: 404}), piece: 100}
	c := New(other, 0, NewJournal())
	said := func(parts ...[]byte) {
		t.Helper()
		other.heard.Reset()
		for _, p := range parts {
			if n, err := c.Write(p); n != len(p) || err != nil {
				t.Fatalf("writing: %d, %v", n, err)
			}
		}
	}
	said([]byte(wire.ProtocolHeader), fence(1))
	if !bytes.HasSuffix(other.heard.Bytes(), fence(1)) {
		t.Error("a fence in time does not reach the broker")
	}
	if _, err := c.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if said(fence(1), fence(2), own); !bytes.Equal(other.heard.Bytes(), slices.Concat(fence(2), own)) {
		t.Errorf("heard %q", other.heard.Bytes())
	}
	if said(frames(t, 1, &wire.ChannelOpen{}), fence(1)); !bytes.HasSuffix(other.heard.Bytes(), fence(1)) {
		t.Error("a fence on the channel that was opened anew does not reach the broker")
	}
}
