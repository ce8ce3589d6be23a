package pki_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"tutor/runner/target/pki"
)

// handshake has a client and a server meet.
func handshake(t *testing.T, client, server *tls.Config) (clientErr, serverErr error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	served := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			defer conn.Close()
			err = tls.Server(conn, server).Handshake()
		}
		served <- err
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	clientErr = tls.Client(conn, client).Handshake()
	_ = conn.Close()
	return clientErr, <-served
}

func authority(t *testing.T) *pki.Authority {
	t.Helper()
	a, err := pki.New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func certificate(t *testing.T, pair pki.Pair, err error) tls.Certificate {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	c, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestServerNames(t *testing.T) {
	ours, others := authority(t), authority(t)
	pair, err := ours.Server("rabbit.example.org", "192.0.2.7")
	server := &tls.Config{Certificates: []tls.Certificate{certificate(t, pair, err)}}
	for _, name := range []string{pki.ServerName, "localhost", "127.0.0.1", "::1", "rabbit.example.org", "192.0.2.7"} {
		if client, served := handshake(t, &tls.Config{RootCAs: ours.Pool(), ServerName: name}, server); client != nil || served != nil {
			t.Errorf("%s: %v, %v", name, client, served)
		}
	}
	err, _ = handshake(t, &tls.Config{RootCAs: ours.Pool(), ServerName: "sakura.example.org"}, server)
	if _, ok := errors.AsType[x509.HostnameError](err); !ok {
		t.Errorf("another name: %v", err)
	}
	err, _ = handshake(t, &tls.Config{RootCAs: others.Pool(), ServerName: pki.ServerName}, server)
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("another authority: %v", err)
	}
}

func TestClientCertificate(t *testing.T) {
	ours, others := authority(t), authority(t)
	pair, err := ours.Server()
	server := &tls.Config{
		Certificates: []tls.Certificate{certificate(t, pair, err)},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: ours.Pool(),
		MaxVersion: tls.VersionTLS12, // where the client learns of a refusal within the handshake
	}
	for name, c := range map[string]struct {
		signer   *pki.Authority
		accepted bool
	}{"ours": {ours, true}, "another's": {others, false}} {
		pair, err := c.signer.Client("alice")
		client := certificate(t, pair, err)
		_, err = handshake(t, &tls.Config{
			RootCAs: ours.Pool(), ServerName: pki.ServerName,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &client, nil },
		}, server)
		if (err == nil) != c.accepted {
			t.Errorf("%s: %v", name, err)
		}
		if client.Leaf.Subject.CommonName != "alice" {
			t.Errorf("the certificate is %s's", client.Leaf.Subject.CommonName)
		}
	}
}

func TestPEM(t *testing.T) {
	ours := authority(t)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ours.PEM()) || !pool.Equal(ours.Pool()) {
		t.Error("the file does not hold the authority's certificate")
	}
}
