package local

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// ports are the ports of a node, all on the loopback interface.
type ports struct{ amqp, amqps, management, distribution, epmd int }

// choosePorts finds ports that are free at the moment.
func choosePorts() (p ports, err error) {
	for _, port := range []*int{&p.amqp, &p.amqps, &p.management, &p.distribution, &p.epmd} {
		// The listeners are kept until all ports are chosen, so that they differ.
		l, err := ListenAnywhere()
		if err != nil {
			return p, err
		}
		defer l.Close()
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return p, nil
}

// Ports below 32768 are not in the range that Linux, macOS and Windows take the ports of outgoing
// connections from, so one that is free does not become the port of some connection, in this process
// or another, before a server listens on it, or while the server restarts.
const firstPort, lastPort = 15000, 32767

// ListenAnywhere listens on a free port of 127.0.0.1 that stays free when the listener is closed, as
// far as other programs leave it alone. The error says what was being done.
func ListenAnywhere() (net.Listener, error) {
	const attempts = 100
	var last error
	for range attempts {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return l, nil
		}
		last = err
	}
	return nil, fmt.Errorf("looking for a free port: %w", last)
}
