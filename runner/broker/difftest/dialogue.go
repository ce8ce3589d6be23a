package difftest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"tutor/runner/wire"
)

// dialogue is what a client writes, piece by piece; the next piece follows when the broker has sent
// one more method.
type dialogue [][]byte

// watched is how long a broker may be silent, longer than anything that ends connections by itself.
const watched = 35 * time.Second

// tell carries a dialogue out, and lists what the broker sent, and when the connection ended.
func tell(l Login, pieces dialogue) (Log, error) {
	conn, err := l.Dial()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	h := &hearing{conn: conn, vhost: l.Vhost, inFull: len(pieces) == 1}
	for i, piece := range pieces {
		if i > 0 && !h.next() {
			return append(h.log, fmt.Sprintf("piece %d is not answered", i)), nil
		}
		if _, err := conn.Write(piece); err != nil {
			return append(h.log, fmt.Sprintf("piece %d cannot be written", i+1)), nil
		}
	}
	began := time.Now()
	for h.next() {
	}
	if errors.Is(h.err, os.ErrDeadlineExceeded) {
		return append(h.log, "stays open"), nil
	}
	return append(h.log, "ends "+lapse(time.Since(began))), nil
}

// lapse tells the bounds of RabbitMQ apart: the delay of a silent close, the handshake's time-out, and
// that of closing.
func lapse(d time.Duration) string {
	for _, bound := range []time.Duration{30 * time.Second, 10 * time.Second, 3 * time.Second} {
		if d > bound-time.Second {
			return "after " + bound.String()
		}
	}
	return "at once"
}

// hearing reads what a broker sends.
type hearing struct {
	conn  net.Conn
	vhost string
	// inFull is set if it matters what the broker says about itself.
	inFull bool
	stream wire.Stream
	log    Log
	// told is how many lines of the log were waited for.
	told int
	err  error
}

// next waits for one more line; it returns false when there will be none.
func (h *hearing) next() bool {
	buffer := make([]byte, 4096)
	for ; len(h.log) == h.told && h.err == nil; h.read(buffer) {
	}
	if len(h.log) == h.told {
		return false
	}
	h.told++
	return true
}

func (h *hearing) read(buffer []byte) {
	if h.err = h.conn.SetReadDeadline(time.Now().Add(watched)); h.err != nil {
		return
	}
	n, err := h.conn.Read(buffer)
	if bytes.HasPrefix(buffer[:n], []byte("AMQP")) {
		h.log = append(h.log, fmt.Sprintf("protocol header %v", buffer[4:n]))
		n = 0
	}
	h.err = errors.Join(h.stream.Feed(buffer[:n], h.frame), err)
}

func (h *hearing) frame(f wire.Frame) error {
	if f.Type != wire.FrameMethod {
		return nil
	}
	m, err := wire.DecodeMethod(f.Payload)
	if err != nil {
		return err
	}
	text := wire.Format(m)
	if start, ok := m.(*wire.ConnectionStart); ok && h.inFull {
		text = offer(start)
	} else if ok {
		text = start.ID().String()
	}
	h.log = append(h.log, fmt.Sprintf("%d %s", f.Channel, strings.ReplaceAll(text, "'"+h.vhost+"'", "'/'")))
	return nil
}

// offer is of what a broker says about itself what clients decide by. The order of the mechanisms
// changes from one node of RabbitMQ to the next.
func offer(start *wire.ConnectionStart) string {
	capabilities, _ := start.ServerProperties.Get("capabilities")
	version, _ := start.ServerProperties.Get("version")
	form := regexp.MustCompile(`\d+`).ReplaceAllString(fmt.Sprint(version), "N")
	mechanisms := strings.Fields(start.Mechanisms)
	slices.Sort(mechanisms)
	return fmt.Sprintf("connection.start %d-%d, version %s, mechanisms %s, locales %s, capabilities %s",
		start.VersionMajor, start.VersionMinor, form, mechanisms, start.Locales, spell(capabilities))
}
