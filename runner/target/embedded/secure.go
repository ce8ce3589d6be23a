//go:build !js

package embedded

import (
	"crypto/tls"
	"net"

	"tutor/runner/broker"
	"tutor/runner/stage"
	"tutor/runner/target/pki"
)

// certificates are those of the brokers of a target, all signed by one authority, which is made when it is first needed.
type certificates struct{ authority *pki.Authority }

// secure provides a TLS listener.
func (t *Target) secure(b *broker.Broker, s *stage.Stage) error {
	certificate, err := t.certificate()
	if err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	s.CA, s.ServerName = t.certificates.authority.Pool(), pki.ServerName
	s.DialTLS = dialer(b, func(conn net.Conn) net.Conn { return tls.Server(conn, config) })
	return nil
}

func (t *Target) certificate() (tls.Certificate, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.certificates.authority == nil {
		authority, err := pki.New()
		if err != nil {
			return tls.Certificate{}, err
		}
		t.certificates.authority = authority
	}
	pair, err := t.certificates.authority.Server()
	if err != nil {
		return tls.Certificate{}, err
	}
	return pair.TLS()
}
