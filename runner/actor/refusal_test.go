package actor

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"tutor/runner/clock"
	"tutor/runner/scenario"
	"tutor/runner/tap"
	"tutor/runner/transcript"
	"tutor/runner/wire"
)

// mute is a broker that greets, and closes the connection on whoever logs in without saying why.
func mute(t *testing.T) net.Conn {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close() })
	go func() {
		defer theirs.Close()
		header := make([]byte, len(wire.ProtocolHeader))
		if _, err := io.ReadFull(theirs, header); err != nil {
			return
		}
		start, err := wire.AppendMethod(nil, 0, &wire.ConnectionStart{VersionMinor: 9, Mechanisms: "PLAIN", Locales: "en_US"})
		if err != nil {
			panic(err)
		}
		if _, err := theirs.Write(start); err != nil {
			return
		}
		// The login has been read when anything of it has.
		_, _ = theirs.Read(make([]byte, 4096))
	}()
	return ours
}

// Where the broker gives no reason, the library's guess does not pass for one.
func TestGuessIsMarked(t *testing.T) {
	var printed []string
	a := New(&scenario.Actor{Publisher: &scenario.Publisher{Name: "p"}}, Host{
		Clock: clock.NewWall(), Journal: tap.NewJournal(), Vhost: "/", User: "guest", Password: "guest",
		Dial: func(context.Context, bool) (net.Conn, error) { return mute(t), nil },
		Print: func(k transcript.Kind, text, _ string) {
			printed = append(printed, transcript.Line{Kind: k, Text: transcript.Plain(text)}.String())
		},
	})
	a.Start(t.Context())
	<-a.Ended()
	if err := a.Err(); err != nil {
		t.Fatal(err)
	}
	if len(printed) != 1 || !strings.Contains(printed[0], "without a word (the client library guesses: 403 username") {
		t.Errorf("%q", printed)
	}
}
