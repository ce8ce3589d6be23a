package stage

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
)

// Secure closes the connection: in a browser there is no TLS, which is not worth what it weighs there.
func Secure(_ context.Context, raw net.Conn, _ *tls.Config) (net.Conn, error) {
	raw.Close()
	return nil, errors.New("there is no TLS in a browser")
}
