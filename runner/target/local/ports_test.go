package local

import (
	"context"
	"errors"
	"net"
	"testing"

	"tutor/runner/target/pki"
)

// Whichever of the ports somebody else takes in the meantime, it is known for what it is, so that the
// boot is tried again with others, and nothing is left of the node.
func TestPortTaken(t *testing.T) {
	if !onLocal(t) {
		return
	}
	server, err := find()
	if err != nil {
		t.Fatal(err)
	}
	authority, err := pki.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, port := range map[string]func(*ports) *int{
		"AMQP":         func(p *ports) *int { return &p.amqp },
		"AMQPS":        func(p *ports) *int { return &p.amqps },
		"management":   func(p *ports) *int { return &p.management },
		"distribution": func(p *ports) *int { return &p.distribution },
		"epmd":         func(p *ports) *int { return &p.epmd },
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir()) // whose removal finds what is left
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			p, err := choosePorts()
			if err != nil {
				t.Fatal(err)
			}
			*port(&p) = l.Addr().(*net.TCPAddr).Port
			if _, err := bootNode(context.Background(), server, authority, p); !errors.Is(err, errPortTaken) {
				t.Errorf("booting: %v", err)
			}
		})
	}
}
