package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tutor/runner/broker"
	"tutor/runner/target/pki"
)

// serve has the embedded broker stand for one that is already there, with TLS or without, and
// returns its port.
func serve(t *testing.T, config *tls.Config) int {
	t.Helper()
	b := broker.New(broker.Options{SilentCloseDelay: -1})
	t.Cleanup(func() { b.Close() })
	for _, vhost := range []string{"/", "closed"} {
		if err := b.AddVhost(vhost, broker.Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	alice := broker.User{Name: "alice", Password: "secret", Permissions: map[string]broker.Permissions{"/": broker.AllPermissions()}}
	if err := b.SetUser(alice); err != nil {
		t.Fatal(err)
	}
	address, err := b.Listen("127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	return address.(*net.TCPAddr).Port
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func port(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// free is a port that nobody listens on.
func free(t *testing.T) int {
	t.Helper()
	l := listen(t)
	defer l.Close()
	return port(l)
}

func remote(t *testing.T, o Options, url string, args ...any) *Target {
	t.Helper()
	target, err := New(fmt.Sprintf(url, args...), o)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestUnusableBrokers(t *testing.T) {
	p, nobody := serve(t, nil), free(t)
	for name, c := range map[string]struct {
		url  string
		want []string
	}{
		"unreachable":    {fmt.Sprintf("amqp://alice:secret@127.0.0.1:%d", nobody), []string{fmt.Sprintf("127.0.0.1:%d", nobody), "connection refused"}},
		"wrong password": {fmt.Sprintf("amqp://alice:secret2@127.0.0.1:%d", p), []string{fmt.Sprintf("127.0.0.1:%d", p), "403", "as user alice"}},
		"no permission":  {fmt.Sprintf("amqp://alice:secret@127.0.0.1:%d/closed", p), []string{"opening vhost closed", "access to vhost 'closed' refused for user 'alice'"}},
		"no vhost":       {fmt.Sprintf("amqp://alice:secret@127.0.0.1:%d/nowhere", p), []string{"vhost nowhere not found"}},
		"TLS to a plain listener": {fmt.Sprintf("amqps://alice:secret@127.0.0.1:%d", p),
			[]string{fmt.Sprintf("TLS with 127.0.0.1:%d", p)}},
	} {
		_, err := remote(t, Options{}, "%s", c.url).Prepare(t.Context(), nil)
		if err == nil {
			t.Errorf("%s: an act is prepared", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the password is in the error: %v", name, err)
		}
	}
}

// Who takes connections and says nothing does not keep the user waiting after Ctrl-C.
func TestSilentBroker(t *testing.T) {
	l := listen(t)
	for _, scheme := range []string{"amqp", "amqps"} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			if conn, err := l.Accept(); err == nil {
				t.Cleanup(func() { conn.Close() })
			}
			cancel()
		}()
		_, err := remote(t, Options{}, "%s://127.0.0.1:%d", scheme, port(l)).Prepare(ctx, nil)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

func TestFailover(t *testing.T) {
	s, err := remote(t, Options{}, "amqp://alice:secret@127.0.0.1:%d,127.0.0.1:%d", free(t), serve(t, nil)).Prepare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := s.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if s.DialTLS != nil || !s.Shared || !strings.HasPrefix(s.Version, broker.Version+".") {
		t.Errorf("%+v", s)
	}
}

// The name to verify is that of the host which is reached, not of the first in the URL.
func TestFailoverTLS(t *testing.T) {
	authority, err := pki.New()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Server()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, authority.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	p := serve(t, &tls.Config{Certificates: []tls.Certificate{certificate}})
	url := fmt.Sprintf("amqps://alice:secret@127.0.0.2:%d,localhost:%d", free(t), p)
	s, err := remote(t, Options{CAFile: file}, "%s", url).Prepare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := s.DialTLS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if err := tls.Client(raw, &tls.Config{RootCAs: s.CA, ServerName: s.ServerName}).Handshake(); err != nil || s.Dial != nil {
		t.Errorf("verifying %s: %v", s.ServerName, err)
	}
	if _, err := remote(t, Options{}, "%s", url).Prepare(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "--broker-ca") {
		t.Errorf("without the CA's certificate: %v", err)
	}
}

func TestCAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if _, err := New("amqps://h", Options{CAFile: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("no such file: %v", err)
	}
	if err := os.WriteFile(file, []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New("amqps://h", Options{CAFile: file}); err == nil || !strings.Contains(err.Error(), "has no certificate") {
		t.Errorf("a file without a certificate: %v", err)
	}
}
