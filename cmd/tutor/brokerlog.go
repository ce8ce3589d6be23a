package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tutor/runner/broker/vhost"
	"tutor/runner/escape"
	"tutor/runner/report"
	"tutor/runner/tap"
	"tutor/runner/wire"
)

// followed is how many lines about messages a person can follow in a second. Each message makes about three.
const followed = 100

// liveView shows what happens on the broker's connections. In a second with more to say of messages than
// anybody can follow, it shows the first of it, and then sums up once a second, until it is calm again. What
// is not shown is not decoded either, so that the broker is nearly as fast as with nobody watching.
type liveView struct {
	out     io.Writer
	verbose bool
	counts  func() vhost.Counts

	// busy is set while messages are only summed up.
	busy atomic.Bool

	mu    sync.Mutex
	next  int
	names map[int]string
	// shown is how many lines about messages this second has had, and counted what the last one ended with.
	shown   int
	counted vhost.Counts
	stopped bool
}

func newLiveView(out io.Writer, verbose bool) *liveView {
	return &liveView{out: out, verbose: verbose, names: map[int]string{}}
}

// wrap puts a tap on a connection. A tap is a client's: what it calls sent to the broker is what the
// broker sends here.
func (v *liveView) wrap(conn net.Conn) net.Conn {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.next++
	who := v.next
	v.names[who] = fmt.Sprintf("#%d", who)
	v.line(who, "connection from "+conn.RemoteAddr().String())
	return tap.NewSelective(conn, who, tap.NewJournal(v.observe), v.wants)
}

// follow sums up whenever a second is over, until the end; what comes after that is the broker's own good-bye.
func (v *liveView) follow(ctx context.Context, seconds <-chan time.Time) {
	for {
		select {
		case <-seconds:
			v.second()
		case <-ctx.Done():
			v.mu.Lock()
			defer v.mu.Unlock()
			v.stopped = true
			return
		}
	}
}

// second ends a second.
func (v *liveView) second() {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.counts()
	passed := now.Since(v.counted)
	if v.busy.Load() {
		fmt.Fprintf(v.out, "%s in the last second\n", summary(passed))
		v.busy.Store(passed.Sum() > followed)
	}
	v.shown, v.counted = 0, now
}

// summary is in words what has happened to messages.
func summary(c vhost.Counts) string {
	var parts []string
	for _, part := range []struct {
		n      uint64
		what   string
		always bool
	}{
		{c.Published, "published", true}, {c.Delivered, "delivered", true}, {c.Acknowledged, "acknowledged", true},
		{c.Returned, "returned", false}, {c.Requeued, "requeued", false}, {c.Discarded, "rejected", false},
	} {
		if part.always || part.n > 0 {
			parts = append(parts, report.Grouped(int(part.n))+" "+part.what)
		}
	}
	return strings.Join(parts, ", ")
}

func (v *liveView) wants(m wire.MethodID) bool { return !v.busy.Load() || !aboutMessages(m) }

func (v *liveView) observe(e tap.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e.Method == nil {
		v.line(e.Who, "connection closed")
		delete(v.names, e.Who)
		return
	}
	if start, ok := e.Method.(*wire.ConnectionStartOK); ok {
		v.introduce(e.Who, start)
	}
	if !v.verbose && !worthALine(e.Method) {
		return
	}
	if aboutMessages(e.Method.ID()) && !v.room() {
		return
	}
	arrow := "→"
	if e.ToBroker {
		arrow = "←"
	}
	text := fmt.Sprintf("%s %s", arrow, wire.Format(e.Method))
	if e.Content != nil {
		text += fmt.Sprintf(" (%d bytes)", e.Content.Size)
	}
	v.line(e.Who, text)
}

// room reports whether this second has room for one more line about messages.
func (v *liveView) room() bool {
	if v.shown == followed {
		v.busy.Store(true)
	}
	if v.busy.Load() {
		return false
	}
	v.shown++
	return true
}

// introduce gives a connection the name that its client has given it.
func (v *liveView) introduce(who int, start *wire.ConnectionStartOK) {
	name, _ := start.ClientProperties.Get("connection_name")
	if name, ok := name.(string); ok && name != "" {
		v.names[who] = fmt.Sprintf("#%d %s", who, name)
	}
	// The password is nobody's business.
	start.Response = ""
}

func (v *liveView) line(who int, text string) {
	if !v.stopped {
		fmt.Fprintf(v.out, "%s %s\n", escape.Text(v.names[who]), escape.Text(text))
	}
}

// aboutMessages are the methods that come with every message.
func aboutMessages(m wire.MethodID) bool {
	switch m {
	case (*wire.BasicPublish)(nil).ID(), (*wire.BasicReturn)(nil).ID(), (*wire.BasicDeliver)(nil).ID(),
		(*wire.BasicGet)(nil).ID(), (*wire.BasicGetOK)(nil).ID(), (*wire.BasicGetEmpty)(nil).ID(),
		(*wire.BasicAck)(nil).ID(), (*wire.BasicNack)(nil).ID(), (*wire.BasicReject)(nil).ID():
		return true
	}
	return false
}

// worthALine leaves out the answers that say that all is well, and what only prepares something.
func worthALine(m wire.Method) bool {
	switch m.(type) {
	case *wire.ExchangeDeclare, *wire.ExchangeDelete, *wire.ExchangeBind, *wire.ExchangeUnbind,
		*wire.QueueDeclareOK, *wire.QueueBind, *wire.QueueUnbind, *wire.QueueDelete, *wire.QueuePurge,
		*wire.BasicConsume, *wire.BasicCancel, *wire.BasicPublish, *wire.BasicReturn, *wire.BasicDeliver,
		*wire.BasicGet, *wire.BasicAck, *wire.BasicNack, *wire.BasicReject, *wire.ChannelClose, *wire.ConnectionClose:
		return true
	}
	return false
}
