//go:build linux || darwin || freebsd

package broker

import (
	"net"
	"syscall"
)

// unread reports whether something has arrived on a connection that was not read, be it its end.
func unread(conn net.Conn) (arrived bool) {
	if end, ok := conn.(*pipeEnd); ok {
		return end.in.unread()
	}
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	// Of a connection that is closed there is nothing to read.
	_ = raw.Control(func(fd uintptr) {
		var peeked [1]byte
		_, _, err := syscall.Recvfrom(int(fd), peeked[:], syscall.MSG_PEEK)
		arrived = err == nil
	})
	return arrived
}
