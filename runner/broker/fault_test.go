package broker

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// say sends methods on channel 1; a publish comes with an empty message.
func say(t *testing.T, conn net.Conn, methods ...wire.Method) {
	t.Helper()
	var out []byte
	for _, m := range methods {
		out = method(t, out, 1, m)
		if _, ok := m.(*wire.BasicPublish); ok {
			out = wire.AppendContentHeader(out, 1, 0, []byte{0, 0})
		}
	}
	if _, err := conn.Write(out); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// hear returns the methods that the client has been sent by now and has not read.
func hear(t *testing.T, conn net.Conn) (names []string) {
	t.Helper()
	synctest.Wait()
	if err := conn.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	stream := wire.Stream{Max: suggestedFrameMax}
	buffer := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buffer)
		if fed := stream.Feed(buffer[:n], func(f wire.Frame) error {
			if f.Type != wire.FrameMethod {
				return nil
			}
			m, err := wire.DecodeMethod(f.Payload)
			if err == nil {
				names = append(names, m.ID().String())
			}
			return err
		}); fed != nil {
			t.Fatal(fed)
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return names
		}
		if err != nil {
			return append(names, "end")
		}
	}
}

func heard(t *testing.T, conn net.Conn, want ...string) {
	t.Helper()
	if got := hear(t, conn); !slices.Equal(got, want) {
		t.Errorf("the client was sent %q, want %q", got, want)
	}
}

// A client that has announced nothing is not sent what it does not know: its consumer ends, and it is held back, in
// silence.
func TestFaultsBeforeAClientThatKnowsNothing(t *testing.T) {
	timed(t, Options{}, func(t *testing.T, b *Broker) {
		conn := logIn(t, b, 0)
		defer conn.Close()
		say(t, conn, &wire.QueueDeclare{Queue: "q", Durable: true}, &wire.BasicConsume{Queue: "q", ConsumerTag: "c", NoAck: true})
		hear(t, conn)
		v, err := b.VHost("/")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := v.CancelConsumers("q"); n != 1 || err != nil {
			t.Errorf("%d consumers were cancelled (%v)", n, err)
		}
		heard(t, conn)
		if err := b.Block("/"); err != nil {
			t.Fatal(err)
		}
		say(t, conn, &wire.BasicPublish{RoutingKey: "q"})
		say(t, conn, &wire.QueueDelete{Queue: "q"})
		heard(t, conn)
		if err := b.Unblock("/"); err != nil {
			t.Fatal(err)
		}
		heard(t, conn, "queue.delete-ok")
	})
}

// A channel is closed from outside between two methods, even between a publish and its content, and then waits for the
// client's answer.
func TestCloseChannelInTheMiddleOfAPublish(t *testing.T) {
	timed(t, Options{}, func(t *testing.T, b *Broker) {
		conn := logIn(t, b, 0)
		defer conn.Close()
		say(t, conn, &wire.QueueDeclare{Queue: "q", Durable: true}, &wire.BasicConsume{Queue: "q", ConsumerTag: "c"})
		hear(t, conn)
		if _, err := conn.Write(method(t, nil, 1, &wire.BasicPublish{RoutingKey: "q"})); err != nil {
			t.Fatal(err)
		}
		said, err := vhost.ChannelError(wire.PreconditionFailed, "no reason")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := b.CloseChannels(t.Context(), "/", "q", said); n != 1 || err != nil {
			t.Errorf("%d channels were closed (%v)", n, err)
		}
		heard(t, conn, "channel.close")
		if _, err := conn.Write(wire.AppendContentHeader(nil, 1, 0, []byte{0, 0})); err != nil {
			t.Fatal(err)
		}
		say(t, conn, &wire.ChannelCloseOK{}, &wire.ChannelOpen{}, &wire.QueueDelete{Queue: "q"})
		heard(t, conn, "channel.open-ok", "queue.delete-ok")
	})
}

// To be asked for something does not change how long a client may be silent.
func TestCatchUpLeavesPatience(t *testing.T) {
	for heartbeat, end := range map[uint16]time.Duration{0: 0, 2: 4 * time.Second} {
		timed(t, Options{}, func(t *testing.T, b *Broker) {
			conn := logIn(t, b, heartbeat)
			defer conn.Close()
			synctest.Wait()
			for range 3 {
				if err := b.CatchUp(t.Context(), "/"); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Minute)
			there := hear(t, conn)
			if gone := there[len(there)-1] == "end"; gone != (end > 0) {
				t.Errorf("with a heartbeat of %d s it is gone: %v", heartbeat, gone)
			}
		})
	}
}

// What has arrived before is handled when CatchUp returns; a connection that ends meanwhile, or is blocked, is not
// waited for; one whose client does not read is, as long as the context allows.
func TestCatchUp(t *testing.T) {
	timed(t, Options{}, func(t *testing.T, b *Broker) {
		conn := logIn(t, b, 0)
		defer conn.Close()
		synctest.Wait()
		for range 100 {
			out := method(t, nil, 1, &wire.QueueDeclare{Queue: "q", Durable: true})
			for range 100 {
				out = method(t, out, 1, &wire.BasicPublish{RoutingKey: "q"})
				out = wire.AppendContentHeader(out, 1, 0, []byte{0, 0})
			}
			before := b.Counts().Published
			if _, err := conn.Write(out); err != nil {
				t.Fatal(err)
			}
			if err := b.CatchUp(t.Context(), "/"); err != nil {
				t.Fatal(err)
			}
			if n := b.Counts().Published - before; n != 100 {
				t.Fatalf("%d publishes were handled", n)
			}
		}
		conn.Close()
		if err := b.CatchUp(t.Context(), "/"); err != nil {
			t.Error(err)
		}
	})
}

func TestCatchUpGivesUp(t *testing.T) {
	timed(t, Options{}, func(t *testing.T, b *Broker) {
		conn := logIn(t, b, 0)
		defer conn.Close()
		say(t, conn, &wire.QueueDeclare{Queue: "q", Durable: true}, &wire.BasicConsume{Queue: "q", ConsumerTag: "c", NoAck: true})
		go func() {
			const size = 1 << 20
			for range 2 * highestMark / size {
				out := method(t, nil, 1, &wire.BasicPublish{RoutingKey: "q"})
				out = wire.AppendContentHeader(out, 1, size, []byte{0, 0})
				out = wire.AppendBody(out, 1, make([]byte, size), suggestedFrameMax)
				if _, err := conn.Write(append(out, method(t, nil, 1, &wire.BasicGet{Queue: "q", NoAck: true})...)); err != nil {
					return
				}
			}
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := b.CatchUp(ctx, "/"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
