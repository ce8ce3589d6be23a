// Package tls takes the place of crypto/tls in the laboratory for browsers: the client library imports that, and with it
// comes what a tenth of the player would be. Nothing here is secure, and all handshakes fail.
package tls

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
)

// VersionTLS12 is TLS 1.2.
const VersionTLS12 = 0x0303

var errNone = errors.New("there is no TLS in a browser")

// Certificate is none.
type Certificate struct{}

// LoadX509KeyPair finds none.
func LoadX509KeyPair(string, string) (Certificate, error) { return Certificate{}, errNone }

// Config is what somebody would ask of TLS.
type Config struct {
	Certificates       []Certificate
	RootCAs            *x509.CertPool
	ServerName         string
	InsecureSkipVerify bool
	MinVersion         uint16
}

// ConnectionState is that of no connection.
type ConnectionState struct {
	PeerCertificates []*x509.Certificate
	VerifiedChains   [][]*x509.Certificate
}

// Conn is a connection that never becomes secure: whoever reads or writes before the handshake is refused, too.
type Conn struct{ net.Conn }

// Client returns a connection whose handshake will fail.
func Client(conn net.Conn, _ *Config) *Conn { return &Conn{conn} }

// Server returns a connection whose handshake will fail.
func Server(conn net.Conn, _ *Config) *Conn { return &Conn{conn} }

// ConnectionState is empty.
func (*Conn) ConnectionState() ConnectionState { return ConnectionState{} }

// Handshake fails.
func (*Conn) Handshake() error { return errNone }

// HandshakeContext fails.
func (*Conn) HandshakeContext(context.Context) error { return errNone }

func (*Conn) Read([]byte) (int, error) { return 0, errNone }

func (*Conn) Write([]byte) (int, error) { return 0, errNone }

// CertificateVerificationError is that of a certificate that never comes.
type CertificateVerificationError struct{}

func (*CertificateVerificationError) Error() string { return errNone.Error() }

// AlertError is that of a handshake that never begins.
type AlertError uint8

func (AlertError) Error() string { return errNone.Error() }
