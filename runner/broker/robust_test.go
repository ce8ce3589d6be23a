package broker

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/goleak"

	"tutor/runner/wire"
)

// start starts a broker with the vhost / and the user guest; it must leave no goroutine behind.
func start(t testing.TB, o Options) *Broker {
	t.Helper()
	b := New(o)
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		// A bubble of package synctest is waited for from outside and inside.
		goleak.VerifyNone(t, goleak.IgnoreAnyFunction("testing/synctest.Test"), goleak.IgnoreAnyFunction("testing/synctest.testingSynctestTest"))
	})
	if err := furnish(b); err != nil {
		t.Fatal(err)
	}
	return b
}

// furnish adds the vhost / and the user guest.
func furnish(b *Broker) error {
	guest := User{Name: "guest", Password: "guest", LoopbackOnly: true, Permissions: map[string]Permissions{"/": AllPermissions()}}
	return errors.Join(b.AddVhost("/", Limits{}), b.SetUser(guest))
}

func pipe(b *Broker) net.Conn {
	client, server := Pipe()
	b.Serve(server)
	return client
}

func open(t testing.TB, b *Broker, c amqp.Config) *amqp.Connection {
	t.Helper()
	conn, err := tryOpen(b, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func tryOpen(b *Broker, c amqp.Config) (*amqp.Connection, error) {
	if c.SASL == nil {
		c.SASL = []amqp.Authentication{&amqp.PlainAuth{Username: "guest", Password: "guest"}}
	}
	c.Vhost = "/"
	return amqp.Open(pipe(b), c)
}

func channelOf(t testing.TB, conn *amqp.Connection) *amqp.Channel {
	t.Helper()
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// works fails the test if the broker no longer serves.
func works(t testing.TB, b *Broker) {
	t.Helper()
	conn := open(t, b, amqp.Config{})
	defer conn.Close()
	ch := channelOf(t, conn)
	if _, err := ch.QueueDeclare("works", false, true, false, false, nil); err != nil {
		t.Fatal(err)
	}
}

// Whatever a client sends before it has logged in, the broker closes the connection and goes on.
func TestRandomBytes(t *testing.T) {
	b := start(t, Options{})
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		conn := pipe(b)
		garbage := make([]byte, random.IntN(2000))
		for i := range garbage {
			garbage[i] = byte(random.Uint32())
		}
		if random.IntN(2) == 0 {
			// A frame that looks like one at its beginning.
			garbage = append([]byte{1, 0, 0, 0, 0, byte(random.IntN(8)), byte(random.Uint32())}, garbage...)
		}
		_, _ = conn.Write(append([]byte(wire.ProtocolHeader), garbage...))
		conn.Close()
	}
	works(t, b)
}

// raw is a connection that is logged in, for sending anything.
func raw(t testing.TB, b *Broker) net.Conn {
	t.Helper()
	conn := pipe(b)
	t.Cleanup(func() { conn.Close() })
	out := []byte(wire.ProtocolHeader)
	for _, m := range []wire.Method{
		&wire.ConnectionStartOK{Mechanism: "PLAIN", Response: "\x00guest\x00guest", Locale: "en_US"},
		&wire.ConnectionTuneOK{ChannelMax: 2047, FrameMax: suggestedFrameMax},
		&wire.ConnectionOpen{VirtualHost: "/"},
	} {
		out = method(t, out, 0, m)
	}
	if _, err := conn.Write(method(t, out, 1, &wire.ChannelOpen{})); err != nil {
		t.Fatal(err)
	}
	return conn
}

func method(t testing.TB, out []byte, channel uint16, m wire.Method) []byte {
	t.Helper()
	out, err := wire.AppendMethod(out, channel, m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// closes reads until the broker closes the connection, and returns its reason.
func closes(t testing.TB, conn net.Conn) *wire.ConnectionClose {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var reason *wire.ConnectionClose
	var s wire.Stream
	buffer := make([]byte, 4096)
	for reason == nil {
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatalf("no connection.close: %v", err)
		}
		if err := s.Feed(buffer[:n], func(f wire.Frame) error {
			if f.Type != wire.FrameMethod {
				return nil
			}
			m, err := wire.DecodeMethod(f.Payload)
			if c, ok := m.(*wire.ConnectionClose); ok {
				reason = c
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return reason
}

func TestBrokenFrames(t *testing.T) {
	b := start(t, Options{})
	deep := wire.Table{}
	for range 200 {
		deep = wire.Table{{Name: "t", Value: deep}}
	}
	huge := binary.BigEndian.AppendUint32([]byte{1, 0, 1}, 1<<31)
	for name, c := range map[string]struct {
		bytes []byte
		code  wire.ReplyCode
	}{
		"a huge announced length":       {huge, wire.FrameError},
		"a wrong end":                   {[]byte{1, 0, 1, 0, 0, 0, 4, 0, 50, 0, 10, 'x'}, wire.FrameError},
		"an unknown type":               {[]byte{5, 0, 1, 0, 0, 0, 0, wire.FrameEnd}, wire.FrameError},
		"a body without a method":       {[]byte{3, 0, 1, 0, 0, 0, 1, 'x', wire.FrameEnd}, wire.UnexpectedFrame},
		"a header without a method":     {wire.AppendContentHeader(nil, 1, 0, []byte{0, 0}), wire.UnexpectedFrame},
		"a method in place of content":  {method(t, method(t, nil, 1, &wire.BasicPublish{}), 1, &wire.BasicPublish{}), wire.UnexpectedFrame},
		"a body in place of a header":   {wire.AppendBody(method(t, nil, 1, &wire.BasicPublish{}), 1, []byte("x"), 0), wire.UnexpectedFrame},
		"more body than announced":      {wire.AppendBody(wire.AppendContentHeader(method(t, nil, 1, &wire.BasicPublish{}), 1, 1, []byte{0, 0}), 1, []byte("xx"), 0), wire.FrameError},
		"a method that is cut short":    {[]byte{1, 0, 1, 0, 0, 0, 6, 0, 50, 0, 10, 0, 0, wire.FrameEnd}, wire.SyntaxError},
		"a method that nobody knows":    {[]byte{1, 0, 1, 0, 0, 0, 4, 0, 99, 0, 99, wire.FrameEnd}, wire.NotImplemented},
		"a channel that is not open":    {method(t, nil, 2, &wire.BasicQos{}), wire.ChannelError},
		"a channel beyond the maximum":  {method(t, nil, 2048, &wire.ChannelOpen{}), wire.NotAllowed},
		"a handshake method, once more": {method(t, nil, 0, &wire.ConnectionOpen{VirtualHost: "/"}), wire.ChannelError},
	} {
		t.Run(name, func(t *testing.T) {
			conn := raw(t, b)
			if _, err := conn.Write(c.bytes); err != nil {
				t.Fatal(err)
			}
			if said := closes(t, conn); said.ReplyCode != c.code {
				t.Errorf("closed with %d %s, want %d", said.ReplyCode, said.ReplyText, c.code)
			}
		})
	}
	// Deep tables are no reason to close anything.
	conn := raw(t, b)
	if _, err := conn.Write(method(t, nil, 1, &wire.QueueDeclare{Queue: "deep", Durable: true, Arguments: deep})); err != nil {
		t.Fatal(err)
	}
	works(t, b)
}

// A consumer that never reads does not hold up anybody else, and takes no more memory than its share.
func TestConsumerThatNeverReads(t *testing.T) {
	b := start(t, Options{})
	good := channelOf(t, open(t, b, amqp.Config{}))
	if _, err := good.QueueDeclare("q", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	lazy := raw(t, b)
	if _, err := lazy.Write(method(t, nil, 1, &wire.BasicConsume{Queue: "q", NoAck: true})); err != nil {
		t.Fatal(err)
	}
	for {
		q, err := good.QueueDeclarePassive("q", true, false, false, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		if q.Consumers == 1 {
			break
		}
	}
	if err := good.Confirm(false); err != nil {
		t.Fatal(err)
	}
	body := bytes.Repeat([]byte("x"), 64<<10)
	for range 200 { // 12.5 MiB
		c, err := good.PublishWithDeferredConfirm("", "q", false, false, amqp.Publishing{Body: body})
		if err != nil || !c.Wait() {
			t.Fatal("not confirmed", err)
		}
	}
	q, err := good.QueueDeclarePassive("q", true, false, false, false, nil)
	if err != nil || q.Messages < 150 {
		t.Errorf("%d of 200 messages are still in the queue (%v), the rest waits for a client that does not read", q.Messages, err)
	}
}

func TestManyConnections(t *testing.T) {
	b := start(t, Options{})
	for range 2000 {
		conn := pipe(b)
		_, _ = conn.Write([]byte(wire.ProtocolHeader))
		conn.Close()
	}
	works(t, b)
}

func TestHandshakeTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, Options{HandshakeTimeout: 50 * time.Millisecond})
		conn := pipe(b)
		defer conn.Close()
		if _, err := io.ReadAll(conn); err != nil {
			t.Fatal(err)
		}
		works(t, b)
	})
}

// A client that stops sending heartbeats is dropped.
func TestDeadPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, Options{})
		conn := pipe(b)
		defer conn.Close()
		out := []byte(wire.ProtocolHeader)
		out = method(t, out, 0, &wire.ConnectionStartOK{Mechanism: "PLAIN", Response: "\x00guest\x00guest", Locale: "en_US"})
		out = method(t, out, 0, &wire.ConnectionTuneOK{ChannelMax: 1, FrameMax: suggestedFrameMax, Heartbeat: 1})
		out = method(t, out, 0, &wire.ConnectionOpen{VirtualHost: "/"})
		if _, err := conn.Write(out); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		all, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < time.Second || took > 3*time.Second {
			t.Errorf("dropped after %v", took)
		}
		if !bytes.Contains(all, wire.AppendHeartbeat(nil)) {
			t.Error("the broker sent no heartbeat")
		}
	})
}

func TestLogin(t *testing.T) {
	b := start(t, Options{SilentCloseDelay: -1})
	for name, sasl := range map[string]amqp.Authentication{
		"PLAIN":    &amqp.PlainAuth{Username: "guest", Password: "guest"},
		"AMQPLAIN": &amqp.AMQPlainAuth{Username: "guest", Password: "guest"},
		// As on RabbitMQ 4.3 nobody in particular is guest.
		"ANONYMOUS": anonymously{},
	} {
		if _, err := tryOpen(b, amqp.Config{SASL: []amqp.Authentication{sasl}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, sasl := range []amqp.Authentication{
		&amqp.PlainAuth{Username: "guest", Password: "wrong"}, &amqp.AMQPlainAuth{Username: "nobody", Password: "guest"},
	} {
		if _, err := tryOpen(b, amqp.Config{SASL: []amqp.Authentication{sasl}}); !errors.Is(err, amqp.ErrCredentials) {
			t.Errorf("a wrong login: %v", err)
		}
	}
}

// anonymously logs in as nobody.
type anonymously struct{}

func (anonymously) Mechanism() string { return "ANONYMOUS" }

func (anonymously) Response() string { return "" }

// Who logs in anonymously is guest, and may no more than guest may; without a guest nobody is.
func TestAnonymousIsGuest(t *testing.T) {
	b := start(t, Options{SilentCloseDelay: -1})
	login := amqp.Config{SASL: []amqp.Authentication{anonymously{}}}
	_, err := channelOf(t, open(t, b, login)).QueueDeclare("q", true, false, false, false, nil)
	if err := errors.Join(err, b.SetUser(User{Name: "guest", Password: "guest"})); err != nil {
		t.Fatal(err)
	}
	if _, err := tryOpen(b, login); err == nil || !strings.Contains(err.Error(), "refused for user 'guest'") {
		t.Errorf("guest may nothing: %v", err)
	}
	b.RemoveUser("guest")
	if _, err := tryOpen(b, login); !errors.Is(err, amqp.ErrCredentials) {
		t.Errorf("there is no guest: %v", err)
	}
}

func TestShutdownTellsTheReason(t *testing.T) {
	b := start(t, Options{})
	conn := open(t, b, amqp.Config{})
	closed := conn.NotifyClose(make(chan *amqp.Error, 1))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if said := <-closed; said == nil || said.Code != amqp.ConnectionForced || !strings.Contains(said.Reason, "shutdown") {
		t.Errorf("%v", said)
	}
}

// What a user may do, and its limits, count for open connections when they change, as on RabbitMQ 4.3; what it
// has begun to consume goes on, and whom it may impersonate stays as it was.
func TestUserChanges(t *testing.T) {
	b := start(t, Options{})
	set := func(u User) {
		t.Helper()
		u.Name, u.Password = "alice", "alice"
		if err := b.SetUser(u); err != nil {
			t.Fatal(err)
		}
	}
	may := func(p Permissions) map[string]Permissions { return map[string]Permissions{"/": p} }
	set(User{Permissions: may(AllPermissions())})
	conn := open(t, b, amqp.Config{SASL: []amqp.Authentication{&amqp.PlainAuth{Username: "alice", Password: "alice"}}})
	used, consuming := channelOf(t, conn), channelOf(t, conn)
	if _, err := used.QueueDeclare("q", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	deliveries, err := consuming.Consume("q", "", true, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	publish := func(ch *amqp.Channel, p amqp.Publishing, want string) {
		t.Helper()
		closed := ch.NotifyClose(make(chan *amqp.Error, 1))
		if err := errors.Join(ch.Confirm(false), ch.Publish("", "q", false, false, p)); err != nil {
			t.Fatal(err)
		}
		if want == "" {
			<-deliveries
		} else if got := <-closed; got.Reason != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
	publish(used, amqp.Publishing{}, "")
	const refused = "ACCESS_REFUSED - write access to exchange 'amq.default' in vhost '/' refused for user 'alice'"
	set(User{Permissions: may(Permissions{Configure: ".*", Read: ".*"})})
	publish(used, amqp.Publishing{}, refused)
	publish(channelOf(t, conn), amqp.Publishing{}, refused)
	set(User{Permissions: may(Permissions{Configure: ".*", Write: ".*"}), Impersonator: true})
	publish(channelOf(t, conn), amqp.Publishing{}, "")
	publish(channelOf(t, conn), amqp.Publishing{UserId: "bob"}, "PRECONDITION_FAILED - user_id property set to 'bob' but authenticated user was 'alice'")
	set(User{})
	publish(channelOf(t, conn), amqp.Publishing{}, refused)
	one := 1
	set(User{MaxChannels: &one})
	if _, err := conn.Channel(); err == nil || !strings.Contains(err.Error(), "maximum allowed user limit of 1") {
		t.Errorf("one channel too many: %v", err)
	}
}

// A user that is removed is gone at once, with its connections.
func TestUserRemoved(t *testing.T) {
	b := start(t, Options{})
	if err := b.SetUser(User{Name: "alice", Password: "alice", Permissions: map[string]Permissions{"/": AllPermissions()}}); err != nil {
		t.Fatal(err)
	}
	alice := amqp.Config{SASL: []amqp.Authentication{&amqp.PlainAuth{Username: "alice", Password: "alice"}}}
	closed := open(t, b, alice).NotifyClose(make(chan *amqp.Error, 1))
	guest := open(t, b, amqp.Config{})
	b.RemoveUser("alice")
	if said := <-closed; said == nil || said.Reason != "CONNECTION_FORCED - user 'alice' is deleted" {
		t.Errorf("%v", said)
	}
	channelOf(t, guest)
}

// Publishers are blocked while queues hold too much, and go on when they do not.
func TestMemoryAlarm(t *testing.T) {
	b := start(t, Options{MemoryLimit: 1 << 20})
	conn := open(t, b, amqp.Config{})
	blocked := conn.NotifyBlocked(make(chan amqp.Blocking, 4))
	ch := channelOf(t, conn)
	if _, err := ch.QueueDeclare("q", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	published := make(chan error, 1)
	go func() {
		// A blocked publisher is not read from, so it may block itself.
		var err error
		for range 6 {
			err = errors.Join(err, ch.Publish("", "q", false, false, amqp.Publishing{Body: make([]byte, 256<<10)}))
		}
		published <- err
	}()
	if on := <-blocked; !on.Active {
		t.Errorf("%+v", on)
	}
	other := channelOf(t, open(t, b, amqp.Config{}))
	if _, err := other.QueuePurge("q", false); err != nil {
		t.Fatal(err)
	}
	if off := <-blocked; off.Active {
		t.Errorf("%+v", off)
	}
	if err := <-published; err != nil {
		t.Error(err)
	}
}

// The memory alarm is raised by whatever takes memory, also in small pieces, and goes off when a client that had it
// leaves, held back or not.
func TestWhatRaisesTheMemoryAlarm(t *testing.T) {
	const n = 2000 // messages of some hundred bytes each
	publish := func(t *testing.T, ch *amqp.Channel, p amqp.Publishing) {
		for range n {
			if err := ch.Publish("", "q", false, false, p); err != nil {
				return // the connection was closed, as it is to be
			}
		}
	}
	for name, raise := range map[string]func(t *testing.T, ch *amqp.Channel){
		"empty messages": func(t *testing.T, ch *amqp.Channel) { publish(t, ch, amqp.Publishing{}) },
		"properties": func(t *testing.T, ch *amqp.Channel) {
			publish(t, ch, amqp.Publishing{Headers: amqp.Table{"x": strings.Repeat("y", 200)}})
		},
		"a transaction": func(t *testing.T, ch *amqp.Channel) {
			if err := ch.Tx(); err != nil {
				t.Error(err)
			}
			publish(t, ch, amqp.Publishing{})
		},
		"unacknowledged messages": func(t *testing.T, ch *amqp.Channel) {
			if _, err := ch.Consume("q", "", false, false, false, false, nil); err != nil {
				t.Error(err)
			}
			publish(t, ch, amqp.Publishing{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, Options{MemoryLimit: n * 100})
			client := pipe(b)
			conn, err := amqp.Open(client, amqp.Config{Vhost: "/", SASL: []amqp.Authentication{&amqp.PlainAuth{Username: "guest", Password: "guest"}}})
			if err != nil {
				t.Fatal(err)
			}
			blocked := conn.NotifyBlocked(make(chan amqp.Blocking, 4))
			ch := channelOf(t, conn)
			if _, err := ch.QueueDeclare("q", true, false, false, false, nil); err != nil {
				t.Fatal(err)
			}
			var raising sync.WaitGroup
			raising.Go(func() { raise(t, ch) })
			if on := <-blocked; !on.Active {
				t.Errorf("%+v", on)
			}
			other := open(t, b, amqp.Config{})
			events := other.NotifyBlocked(make(chan amqp.Blocking, 4))
			held := channelOf(t, other)
			if err := held.Publish("", "q", false, false, amqp.Publishing{}); err != nil {
				t.Fatal(err)
			}
			if on := <-events; !on.Active {
				t.Errorf("%+v", on)
			}
			client.Close()
			raising.Wait()
			if name != "a transaction" {
				purgeUntil(t, b, func() bool { return len(events) > 0 })
			}
			if off := <-events; off.Active {
				t.Errorf("%+v", off)
			}
		})
	}
}

// purgeUntil takes away what is ready, or comes back, until that is enough.
func purgeUntil(t *testing.T, b *Broker, enough func() bool) {
	t.Helper()
	purger := channelOf(t, open(t, b, amqp.Config{}))
	for !enough() {
		if _, err := purger.QueuePurge("q", false); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRestart(t *testing.T) {
	b := start(t, Options{})
	ch := channelOf(t, open(t, b, amqp.Config{}))
	for name, durable := range map[string]bool{"durable": true, "transient": false} {
		if _, err := ch.QueueDeclare(name, durable, false, false, false, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, mode := range []uint8{amqp.Persistent, amqp.Transient} {
		if err := ch.Publish("", "durable", false, false, amqp.Publishing{DeliveryMode: mode}); err != nil {
			t.Fatal(err)
		}
	}
	if err := ch.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	status := b.Queues("/")
	if len(status) != 1 || status[0].Name != "durable" || status[0].Ready != 1 {
		t.Errorf("%+v", status)
	}
}
