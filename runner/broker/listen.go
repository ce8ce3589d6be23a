package broker

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

// Listen accepts connections on an address, until the broker is closed. With a TLS configuration
// they must be secure. It returns the address, in which a port 0 has become a real one.
func (b *Broker) Listen(address string, config *tls.Config) (net.Addr, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening for AMQP clients: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		l.Close()
		return nil, net.ErrClosed
	}
	b.listeners[l] = struct{}{}
	b.serving.Add(1)
	go func() {
		defer b.serving.Done()
		b.accept(l, config)
	}()
	return l.Addr(), nil
}

// acceptPause is how long a listener rests that could not accept a connection.
const acceptPause = 10 * time.Millisecond

// accept serves what connects, until the listener is closed. Running out of file descriptors for a
// moment does not end it.
func (b *Broker) accept(l net.Listener, config *tls.Config) {
	for {
		conn, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			time.Sleep(acceptPause)
		case config != nil:
			b.Serve(tls.Server(conn, config))
		default:
			b.Serve(conn)
		}
	}
}

// Serve speaks AMQP on a connection, such as one end of a pipe, in a goroutine of its own. The
// connection is the broker's from now on.
func (b *Broker) Serve(conn net.Conn) {
	c := newConnection(b, conn)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		conn.Close()
		return
	}
	b.conns[c] = struct{}{}
	b.serving.Add(1)
	go func() {
		defer b.serving.Done()
		c.serve()
	}()
}

// forget takes a connection that has ended off the list.
func (b *Broker) forget(c *connection) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.conns, c)
}
