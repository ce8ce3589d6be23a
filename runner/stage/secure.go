//go:build !js

package stage

import (
	"context"
	"crypto/tls"
	"net"
)

// Secure puts TLS on a connection, which is closed where the handshake fails.
func Secure(ctx context.Context, raw net.Conn, config *tls.Config) (net.Conn, error) {
	secure := tls.Client(raw, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, err
	}
	return secure, nil
}
