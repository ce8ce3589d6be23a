package broker

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"tutor/runner/wire"
)

// timed runs a test on a broker whose time is made up, so that bounds pass at once and are exact. No
// goroutine of the broker may be left.
func timed(t *testing.T, o Options, test func(*testing.T, *Broker)) {
	synctest.Test(t, func(t *testing.T) {
		b := New(o)
		if err := furnish(b); err != nil {
			t.Fatal(err)
		}
		test(t, b)
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
}

// logIn opens a vhost and channel 1.
func logIn(t testing.TB, b *Broker, heartbeat uint16) net.Conn {
	t.Helper()
	conn := pipe(b)
	out := []byte(wire.ProtocolHeader)
	for _, m := range []wire.Method{
		&wire.ConnectionStartOK{Mechanism: "PLAIN", Response: "\x00guest\x00guest", Locale: "en_US"},
		&wire.ConnectionTuneOK{ChannelMax: 2047, FrameMax: suggestedFrameMax, Heartbeat: heartbeat},
		&wire.ConnectionOpen{VirtualHost: "/"},
	} {
		out = method(t, out, 0, m)
	}
	if _, err := conn.Write(method(t, out, 1, &wire.ChannelOpen{})); err != nil {
		t.Fatal(err)
	}
	return conn
}

// A connection that was closed stays open for a client that does not end it, as long as its heartbeat,
// and takes what the client still writes.
func TestClosedConnectionStaysOpen(t *testing.T) {
	for heartbeat, want := range map[uint16]time.Duration{0: 30 * time.Second, 2: 2 * time.Second, 60: 30 * time.Second} {
		timed(t, Options{}, func(t *testing.T, b *Broker) {
			conn := logIn(t, b, heartbeat)
			defer conn.Close()
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			if _, err := conn.Write(method(t, nil, 0, &wire.ConnectionClose{ReplyCode: wire.ReplySuccess})); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			var err error
			for err == nil {
				time.Sleep(time.Second / 4)
				_, err = conn.Write(wire.AppendBody(nil, 1, make([]byte, 100<<10), 0))
			}
			if took := time.Since(began); took < want || took > want+time.Second/2 {
				t.Errorf("with a heartbeat of %d s it ended after %v (%v), want %v", heartbeat, took, err, want)
			}
		})
	}
}

// The broker waits for nobody to end a connection that was closed.
func TestClosedConnectionEndsWithTheBroker(t *testing.T) {
	timed(t, Options{}, func(t *testing.T, b *Broker) {
		conn := logIn(t, b, 0)
		defer conn.Close()
		if _, err := conn.Write(method(t, nil, 0, &wire.ConnectionClose{ReplyCode: wire.ReplySuccess})); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		began := time.Now()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("it took %v", took)
		}
		if said, err := io.ReadAll(conn); err != nil || len(said) == 0 {
			t.Errorf("what was said before is lost: %q (%v)", said, err)
		}
	})
}

// A client that says it is there by heartbeats and reads nothing is dropped in time, and nothing is
// read from it that would have to be kept.
func TestClientThatNeverReads(t *testing.T) {
	timed(t, Options{}, func(t *testing.T, b *Broker) {
		conn := logIn(t, b, 5)
		defer conn.Close()
		out := method(t, nil, 1, &wire.QueueDeclare{Queue: "q", Durable: true})
		out = method(t, out, 1, &wire.BasicConsume{Queue: "q", NoAck: true})
		for range 20 {
			out = method(t, out, 1, &wire.BasicPublish{RoutingKey: "q"})
			out = wire.AppendContentHeader(out, 1, 100<<10, []byte{0, 0})
			out = wire.AppendBody(out, 1, make([]byte, 100<<10), suggestedFrameMax)
		}
		began := time.Now()
		_, err := conn.Write(out)
		for ; err == nil; time.Sleep(time.Second) {
			_, err = conn.Write(wire.AppendHeartbeat(nil))
		}
		if took := time.Since(began); took < 10*time.Second || took > 13*time.Second {
			t.Errorf("dropped after %v (%v), want two heartbeats", took, err)
		}
	})
}

// A client that reads slowly is not one that reads nothing.
func TestClientThatReadsSlowly(t *testing.T) {
	timed(t, Options{}, func(t *testing.T, b *Broker) {
		conn := logIn(t, b, 2)
		defer conn.Close()
		out := method(t, nil, 1, &wire.QueueDeclare{Queue: "q", Durable: true})
		out = method(t, out, 1, &wire.BasicConsume{Queue: "q", NoAck: true})
		const messages, size = 10, 100 << 10
		for range messages {
			out = method(t, out, 1, &wire.BasicPublish{RoutingKey: "q"})
			out = wire.AppendContentHeader(out, 1, size, []byte{0, 0})
			out = wire.AppendBody(out, 1, make([]byte, size), suggestedFrameMax)
		}
		if _, err := conn.Write(out); err != nil {
			t.Fatal(err)
		}
		read := 0
		for buffer := make([]byte, 40<<10); read < messages*size; time.Sleep(time.Second) {
			n, err := conn.Read(buffer)
			if read += n; err != nil {
				t.Fatalf("%v after %d bytes", err, read)
			}
			if _, err := conn.Write(wire.AppendHeartbeat(nil)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A frame that is too large is refused by its head: nothing of it is waited for.
func TestFrameTooLarge(t *testing.T) {
	timed(t, Options{}, func(t *testing.T, b *Broker) {
		conn := logIn(t, b, 0)
		defer conn.Close()
		if _, err := conn.Write([]byte{wire.FrameBody, 0, 1, 0x40, 0, 0, 0}); err != nil {
			t.Fatal(err)
		}
		if said := closes(t, conn); said.ReplyText != "FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,1073741824,131064}" {
			t.Errorf("%s", said.ReplyText)
		}
		if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the connection does not end: %v", err)
		}
	})
}
