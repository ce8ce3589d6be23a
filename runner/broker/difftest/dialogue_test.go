package difftest

import (
	"bytes"
	"encoding/binary"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/broker"
	"tutor/runner/stage"
	"tutor/runner/wire"
)

// dialogues are what clients do beside the methods of a channel: greeting, logging in, framing, and
// closing. The embedded broker and RabbitMQ must answer them alike, and end them after the same time.
func dialogues(l Login) map[string]dialogue {
	all := map[string]dialogue{}
	for _, group := range []map[string]dialogue{headers(), logins(l), openings(l), frames(l), closings(l)} {
		maps.Copy(all, group)
	}
	return all
}

func headers() map[string]dialogue {
	all := map[string]dialogue{"a header that is cut short": {[]byte("AMQ")}}
	for name, header := range map[string]string{
		"0-9-1": wire.ProtocolHeader, "0-9": "AMQP\x01\x01\x00\x09", "0-8": "AMQP\x01\x01\x08\x00", "0-10": "AMQP\x01\x01\x00\x0a",
		"0-9-2": "AMQP\x00\x00\x09\x02", "0-0-10-1": "AMQP\x00\x00\x0a\x01", "0-0-8-0": "AMQP\x00\x00\x08\x00",
		"1.0": "AMQP\x00\x01\x00\x00", "1.0 with TLS": "AMQP\x02\x01\x00\x00", "1-1-9-1": "AMQP\x01\x01\x09\x01", "HTTP": "GET / HTTP/1.1\r\n\r\n",
	} {
		all["header of "+name] = dialogue{[]byte(header)}
	}
	return all
}

func logins(l Login) map[string]dialogue {
	wrong := response(l.User, "wrong")
	all := map[string]dialogue{
		"no login":                                 {hello},
		"a wrong password":                         {hello, startOK("PLAIN", wrong)},
		"a wrong password, answered":               {hello, startOK("PLAIN", wrong), closeOK},
		"a wrong password, told to nobody":         {hello, on(0, &wire.ConnectionStartOK{Mechanism: "PLAIN", Response: wrong, Locale: "en_US"})},
		"nobody in particular":                     {hello, startOK("ANONYMOUS", "")},
		"nobody in particular, with a response":    {hello, startOK("ANONYMOUS", "somebody")},
		"an unknown mechanism":                     {hello, startOK("NONE", "")},
		"a response that is no login":              {hello, startOK("PLAIN", "nonsense")},
		"EXTERNAL without a certificate":           {hello, startOK("EXTERNAL", "")},
		"another locale":                           {hello, on(0, &wire.ConnectionStartOK{Mechanism: "PLAIN", Response: response(l.User, l.Password), Locale: "xx"})},
		"closing instead of a login":               {hello, bye},
		"a channel instead of a login":             {hello, on(1, &wire.ChannelOpen{})},
		"a login that cannot be decoded":           {hello, frame(wire.FrameMethod, 0, []byte{0, 10, 0, 11, 'x'})},
		"a login with a broken end":                {hello, broken(startOK("PLAIN", response(l.User, l.Password)))},
		"a login of 8192 bytes":                    {hello, padded(l, 8192)},
		"a login of 8193 bytes":                    {hello, padded(l, 8193)},
		"the head of a login of 8193 bytes":        {hello, padded(l, 8193)[:7]},
		"no tuning":                                {hello, login(l)},
		"tuning with too small frames":             {hello, login(l), tuneOK(100)},
		"tuning with frames without a limit":       {hello, login(l), tuneOK(0)},
		"tuning with more channels than there are": {hello, login(l), on(0, &wire.ConnectionTuneOK{ChannelMax: 10000, FrameMax: 8192})},
		"closing instead of tuning":                {hello, login(l), bye},
		"tuning with a broken end":                 {hello, login(l), broken(tuneOK(8192))},
	}
	return all
}

func openings(l Login) map[string]dialogue {
	tuned := func(last ...[]byte) dialogue {
		return dialogue{hello, login(l), bytes.Join(append([][]byte{tuneOK(8192)}, last...), nil)}
	}
	missing := on(0, &wire.ConnectionOpen{VirtualHost: "no such vhost"})
	return map[string]dialogue{
		"no vhost":                     tuned(),
		"a missing vhost":              tuned(missing),
		"a missing vhost, answered":    append(tuned(missing), closeOK),
		"a channel instead of a vhost": tuned(on(1, &wire.ChannelOpen{})),
		"a login instead of a vhost":   tuned(login(l)),
		"closing instead of a vhost":   tuned(bye),
		"garbage instead of a vhost":   tuned([]byte(strings.Repeat("x", 100))),
		"a vhost with a broken end":    tuned(broken(on(0, &wire.ConnectionOpen{VirtualHost: "/"}))),
	}
}

func frames(l Login) map[string]dialogue {
	all := map[string]dialogue{
		"a body of 8192 bytes":                      inside(l, toNobody(8192, 8192)),
		"a body of 8193 bytes":                      inside(l, toNobody(8193, 8193)),
		"the head of a body of 8193 bytes":          inside(l, toNobody(8193, 8193)[:len(toNobody(8193, 8193))-8194]),
		"a method too large on a missing channel":   inside(l, frame(wire.FrameMethod, 5, make([]byte, 9000))),
		"a frame too large of an unknown type":      inside(l, frame(7, 5, make([]byte, 9000))),
		"a frame of an unknown type":                inside(l, frame(7, 1, []byte("abc"))),
		"a frame of an unknown type on channel 0":   inside(l, frame(7, 0, []byte("abc"))),
		"a long frame of an unknown type":           inside(l, frame(7, 1, []byte("0123456789abcdefg"))),
		"a header on channel 0":                     inside(l, frame(wire.FrameHeader, 0, []byte("abc"))),
		"a body on channel 0":                       inside(l, frame(wire.FrameBody, 0, []byte{0, 1, 2})),
		"a body without a method":                   inside(l, frame(wire.FrameBody, 1, []byte("abc"))),
		"a heartbeat with a payload":                inside(l, frame(wire.FrameHeartbeat, 0, []byte("abc"))),
		"a heartbeat on a channel":                  inside(l, frame(wire.FrameHeartbeat, 1, nil)),
		"a method with a broken end":                inside(l, broken(on(1, &wire.QueueDeclare{})[:11])),
		"a body with a broken end":                  inside(l, broken(frame(wire.FrameBody, 1, []byte("abc")))),
		"a heartbeat with a broken end":             inside(l, broken(frame(wire.FrameHeartbeat, 0, nil))),
		"a broken end, and the answer to the close": append(inside(l, broken(frame(wire.FrameBody, 1, []byte("abc")))), closeOK),
		"a broken end, and 200 publishes":           append(inside(l, broken(frame(wire.FrameBody, 1, []byte("abc")))), bytes.Repeat(toNobody(1, 1), 200)),
		"more body than announced":                  inside(l, toNobody(1, 3)),
		"a channel that is not open":                inside(l, on(2, &wire.BasicQos{})),
		"a method of the broker's":                  inside(l, on(1, &wire.ChannelCloseOK{})),
		"the answer to a close that was not sent":   inside(l, closeOK),
		"opening a vhost twice":                     inside(l, on(0, &wire.ConnectionOpen{VirtualHost: "/"})),
	}
	return all
}

func closings(l Login) map[string]dialogue {
	bad := on(2, &wire.BasicQos{})
	missing := on(1, &wire.QueueDeclare{Queue: "nope", Passive: true})
	end, ended := on(1, &wire.ChannelClose{ReplyCode: 200, ReplyText: "bye"}), on(1, &wire.ChannelCloseOK{})
	open := on(1, &wire.ChannelOpen{})
	return map[string]dialogue{
		"closing":                                       inside(l, bye),
		"closing, and 200 publishes":                    append(inside(l, bye), bytes.Repeat(toNobody(1, 1), 200)),
		"closing twice":                                 append(inside(l, bye), bye),
		"closing, and an answer to it":                  append(inside(l, bye), closeOK),
		"closing, and garbage":                          append(inside(l, bye), []byte(strings.Repeat("x", 100))),
		"closing, and a frame too large":                append(inside(l, bye), frame(wire.FrameBody, 1, make([]byte, 9000))[:7]),
		"closed by the broker":                          inside(l, bad),
		"closed by the broker, answered":                append(inside(l, bad), closeOK),
		"closed by the broker, and 200 publishes":       append(inside(l, bad), bytes.Repeat(toNobody(1, 1), 200)),
		"closed by the broker and the client":           append(inside(l, bad), bye),
		"closed by the broker and the client, answered": append(inside(l, bad), bye, closeOK),
		"closed by the broker, and garbage":             append(inside(l, bad), []byte(strings.Repeat("x", 100))),
		"a channel closed from both sides":              inside(l, join(missing, end), open),
		"a channel closed from both sides, answered":    append(inside(l, join(missing, end)), nil, join(ended, open)),
		"a channel closed, closed again, answered":      append(inside(l, missing), end, join(ended, open)),
		"a closed channel, and a publish":               append(inside(l, missing), join(toNobody(3, 3), ended, open)),
		"a closed channel, and a broken publish":        append(inside(l, missing), frame(wire.FrameBody, 1, []byte("abc"))),
		"a closed channel, opened":                      append(inside(l, missing), open),
	}
}

var (
	hello   = []byte(wire.ProtocolHeader)
	closeOK = on(0, &wire.ConnectionCloseOK{})
	bye     = on(0, &wire.ConnectionClose{ReplyCode: 200, ReplyText: "bye"})
)

func join(pieces ...[]byte) []byte { return bytes.Join(pieces, nil) }

// on is a method on a channel.
func on(channel uint16, m wire.Method) []byte {
	out, err := wire.AppendMethod(nil, channel, m)
	if err != nil {
		panic(err)
	}
	return out
}

func frame(kind uint8, channel uint16, payload []byte) []byte {
	head := binary.BigEndian.AppendUint32([]byte{kind, byte(channel >> 8), byte(channel)}, uint32(len(payload)))
	return append(append(head, payload...), wire.FrameEnd)
}

// broken puts something else where a frame ends.
func broken(frame []byte) []byte {
	frame = slices.Clone(frame)
	frame[len(frame)-1] = 'x'
	return frame
}

func response(user, password string) string { return "\x00" + user + "\x00" + password }

func startOK(mechanism, response string) []byte {
	capabilities := wire.Table{{Name: "authentication_failure_close", Value: true}}
	return on(0, &wire.ConnectionStartOK{
		ClientProperties: wire.Table{{Name: "capabilities", Value: capabilities}}, Mechanism: mechanism, Response: response, Locale: "en_US",
	})
}

func login(l Login) []byte { return startOK("PLAIN", response(l.User, l.Password)) }

// padded is a login whose payload is as long as that.
func padded(l Login, size int) []byte {
	var out []byte
	for n := 0; len(out)-wire.FrameOverhead < size; n = size - len(out) + wire.FrameOverhead {
		out = on(0, &wire.ConnectionStartOK{
			ClientProperties: wire.Table{{Name: "x", Value: strings.Repeat("y", n)}},
			Mechanism:        "PLAIN", Response: response(l.User, l.Password), Locale: "en_US",
		})
	}
	return out
}

func tuneOK(frameMax uint32) []byte {
	return on(0, &wire.ConnectionTuneOK{ChannelMax: 2047, FrameMax: frameMax})
}

// inside opens a vhost and channel 1 before it writes pieces.
func inside(l Login, pieces ...[]byte) dialogue {
	return append(dialogue{
		hello, login(l), join(tuneOK(8192), on(0, &wire.ConnectionOpen{VirtualHost: l.Vhost})), on(1, &wire.ChannelOpen{}),
	}, pieces...)
}

// toNobody is a message to nobody, of a length and in a single body frame of perhaps another.
func toNobody(announced, size int) []byte {
	return join(on(1, &wire.BasicPublish{RoutingKey: "nobody"}),
		wire.AppendContentHeader(nil, 1, uint64(announced), []byte{0, 0}), frame(wire.FrameBody, 1, bytes.Repeat([]byte("x"), size)))
}

// tellAll carries all dialogues out, side by side: most wait for something to end.
func tellAll(t testing.TB, l Login) Log {
	all := dialogues(l)
	heard := map[string]Log{}
	var mu sync.Mutex
	var telling sync.WaitGroup
	for name, pieces := range all {
		telling.Go(func() {
			log, err := tell(l, pieces)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			mu.Lock()
			defer mu.Unlock()
			heard[name] = log
		})
	}
	telling.Wait()
	var log Log
	for _, name := range slices.Sorted(maps.Keys(all)) {
		log = append(append(log, "> "+name), heard[name]...)
	}
	return log
}

const dialoguesRecording = "dialogues"

// The embedded broker greets, frames and closes as RabbitMQ 4.3 has, when it was recorded, and takes
// the same time over it.
func TestDialoguesRecorded(t *testing.T) {
	want, err := os.ReadFile(recording(dialoguesRecording))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		b := broker.New(broker.Options{})
		defer b.Close()
		if err := b.AddVhost("/", broker.Limits{}); err != nil {
			t.Fatal(err)
		}
		guest := broker.User{Name: "guest", Password: "guest", Permissions: map[string]broker.Permissions{"/": broker.AllPermissions()}}
		if err := b.SetUser(guest); err != nil {
			t.Fatal(err)
		}
		dial := func() (net.Conn, error) {
			client, server := broker.Pipe()
			b.Serve(server)
			return client, nil
		}
		got := tellAll(t, Login{Dial: dial, User: "guest", Password: "guest", Vhost: "/"})
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String()+"\n", "\n")); diff != "" {
			t.Errorf("-RabbitMQ %s +embedded\n%s", specification, diff)
		}
	})
}

// RabbitMQ 4.3 does as recorded.
func TestDialogues(t *testing.T) {
	targets.RabbitMQ(t, func(t *testing.T, target stage.Target) {
		l, version, remove := emptyVhost(t, target, nil)
		defer remove()
		if !isSpecification(version) {
			t.Logf("RabbitMQ %s is not the specification", version)
			return
		}
		got := tellAll(t, l)
		if *update {
			if err := os.WriteFile(recording(dialoguesRecording), []byte(got.String()+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		want, err := os.ReadFile(recording(dialoguesRecording))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String()+"\n", "\n")); diff != "" {
			t.Errorf("-recorded +RabbitMQ %s\n%s", version, diff)
		}
	})
}
