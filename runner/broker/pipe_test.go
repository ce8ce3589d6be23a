package broker

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"
)

// The standard suite for net.Conn.
func TestPipeIsAConnection(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		c1, c2 = Pipe()
		return c1, c2, func() { c1.Close(); c2.Close() }, nil
	})
}
