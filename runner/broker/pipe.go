package broker

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Pipe returns the two ends of a connection in memory. Unlike those of net.Pipe they have buffers, as
// sockets do: both sides may write before either reads, as TLS does when a handshake fails.
func Pipe() (client, server net.Conn) {
	to, from := newBuffer(), newBuffer()
	return &pipeEnd{in: from, out: to}, &pipeEnd{in: to, out: from}
}

// pipeBuffer is how many bytes an end may write ahead of the other's reading.
const pipeBuffer = 256 << 10

// buffer is one direction of a pipe.
type buffer struct {
	mu      sync.Mutex
	changed *sync.Cond
	bytes   []byte
	// read is how much of bytes has been read.
	read int
	// writerGone and readerGone are set when an end was closed.
	writerGone, readerGone bool
	reading, writing       deadline
}

func newBuffer() *buffer {
	b := &buffer{}
	b.changed = sync.NewCond(&b.mu)
	return b
}

// deadline is when an operation gives up.
type deadline struct {
	passed bool
	timer  *time.Timer
}

func (b *buffer) setDeadline(d *deadline, t time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.passed = !t.IsZero() && time.Until(t) <= 0
	if t.IsZero() || d.passed {
		b.changed.Broadcast()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(time.Until(t), func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if d.timer == timer {
			d.passed = true
			b.changed.Broadcast()
		}
	})
	d.timer = timer
}

func (b *buffer) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		switch {
		case b.readerGone:
			return 0, net.ErrClosed
		case b.reading.passed:
			return 0, os.ErrDeadlineExceeded
		case b.read < len(b.bytes):
			n := copy(p, b.bytes[b.read:])
			b.read += n
			if b.read == len(b.bytes) {
				b.bytes, b.read = b.bytes[:0], 0
			}
			b.changed.Broadcast()
			return n, nil
		case b.writerGone:
			return 0, io.EOF
		}
		b.changed.Wait()
	}
}

func (b *buffer) Write(p []byte) (written int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		room := pipeBuffer - (len(b.bytes) - b.read)
		switch {
		case b.writerGone:
			return written, net.ErrClosed
		case b.readerGone:
			return written, io.ErrClosedPipe
		case b.writing.passed:
			return written, os.ErrDeadlineExceeded
		case len(p) == 0:
			return written, nil
		case room > 0:
			n := min(room, len(p))
			b.bytes = append(b.bytes, p[:n]...)
			p, written = p[n:], written+n
			b.changed.Broadcast()
			continue
		}
		b.changed.Wait()
	}
}

// unread reports whether there is something to read, be it the end.
func (b *buffer) unread() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.bytes) > b.read || b.writerGone
}

// close ends one side of a direction.
func (b *buffer) close(gone *bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*gone = true
	b.changed.Broadcast()
}

// pipeEnd is one end of a pipe.
type pipeEnd struct{ in, out *buffer }

func (e *pipeEnd) Read(p []byte) (int, error)  { return e.in.Read(p) }
func (e *pipeEnd) Write(p []byte) (int, error) { return e.out.Write(p) }

// Close closes the end. What was written before can still be read by the other.
func (e *pipeEnd) Close() error {
	e.in.close(&e.in.readerGone)
	e.out.close(&e.out.writerGone)
	var never time.Time
	return e.SetDeadline(never)
}

func (e *pipeEnd) LocalAddr() net.Addr  { return pipeAddr{} }
func (e *pipeEnd) RemoteAddr() net.Addr { return pipeAddr{} }

func (e *pipeEnd) SetDeadline(t time.Time) error {
	e.in.setDeadline(&e.in.reading, t)
	e.out.setDeadline(&e.out.writing, t)
	return nil
}

func (e *pipeEnd) SetReadDeadline(t time.Time) error {
	e.in.setDeadline(&e.in.reading, t)
	return nil
}

func (e *pipeEnd) SetWriteDeadline(t time.Time) error {
	e.out.setDeadline(&e.out.writing, t)
	return nil
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
