package local

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
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
	files := t.TempDir()
	t.Setenv("TMPDIR", files)
	var nodes sync.WaitGroup
	defer func() {
		nodes.Wait()
		if left, err := os.ReadDir(files); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v (%v)", left, err)
		}
	}()
	for name, port := range map[string]func(*ports) *int{
		"AMQP":         func(p *ports) *int { return &p.amqp },
		"AMQPS":        func(p *ports) *int { return &p.amqps },
		"management":   func(p *ports) *int { return &p.management },
		"distribution": func(p *ports) *int { return &p.distribution },
		"epmd":         func(p *ports) *int { return &p.epmd },
	} {
		l, err := ListenAnywhere()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		p, err := choosePorts()
		if err != nil {
			t.Fatal(err)
		}
		*port(&p) = l.Addr().(*net.TCPAddr).Port
		nodes.Go(func() {
			if _, err := bootNode(context.Background(), server, authority, p); !errors.Is(err, errPortTaken) {
				t.Errorf("booting without the %s port: %v", name, err)
			}
		})
	}
}
