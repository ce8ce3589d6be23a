//go:build !(linux || darwin || freebsd)

package broker

import "net"

// unread reports whether something has arrived on a connection that was not read, where that can be known.
func unread(conn net.Conn) bool {
	end, ok := conn.(*pipeEnd)
	return ok && end.in.unread()
}
