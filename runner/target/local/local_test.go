package local

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/remote"
	"tutor/runner/target/stagetest"
)

// asParent makes of the test binary a program that boots a node, says where, and waits to be killed.
const asParent = "TUTOR_TEST_BOOT_AND_WAIT"

func TestMain(m *testing.M) {
	if os.Getenv(asParent) != "" {
		bootAndWait()
	}
	os.Exit(m.Run())
}

// onLocal reports whether the suite runs on local at all (package targettest, which imports this one, has
// the rules).
func onLocal(t *testing.T) bool {
	t.Helper()
	brokers, forced := os.LookupEnv("TUTOR_TEST_BROKERS")
	if forced {
		return slices.Contains(strings.Split(brokers, ","), "local")
	}
	if err := Installed(); err != nil {
		t.Skip(err)
	}
	return true
}

func TestNode(t *testing.T) {
	if onLocal(t) {
		target := New(nil)
		one, two := prepare(t, target, nil), prepare(t, target, &scenario.Broker{TLS: true})
		if one.Vhosts["/"] == two.Vhosts["/"] {
			t.Error("two acts share a vhost")
		}
		if !strings.HasPrefix(one.Version, "3.") && !strings.HasPrefix(one.Version, "4.") {
			t.Errorf("version %q", one.Version)
		}
		declare(t, one, "q", nil)
		raw, err := two.DialTLS(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		secure := tls.Client(raw, &tls.Config{RootCAs: two.CA, ServerName: two.ServerName})
		defer secure.Close()
		if err := secure.Handshake(); err != nil {
			t.Errorf("verifying the node's certificate: %v", err)
		}
		byURL(t, target)
		dies(t, target)
		leavesNothing(t, target)
	}
}

func prepare(t *testing.T, target stage.Target, needs *scenario.Broker) *stage.Stage {
	t.Helper()
	s, err := target.Prepare(context.Background(), needs)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func declare(t *testing.T, s *stage.Stage, queue string, arguments amqp.Table) {
	t.Helper()
	_, ch := stagetest.Connect(t, s)
	if _, err := ch.QueueDeclare(queue, true, false, false, false, arguments); err != nil {
		t.Fatal(err)
	}
}

// byURL plays the tutorials on the node as on any broker that is there: with the management API, and
// without.
func byURL(t *testing.T, target *Target) {
	n := target.node
	url := fmt.Sprintf("amqp://guest:guest@127.0.0.1:1,127.0.0.1:%d/%%2F", n.ports.amqp)
	with, err := remote.New(url, remote.Options{Management: fmt.Sprintf("http://guest:guest@127.0.0.1:%d", n.ports.management)})
	if err != nil {
		t.Fatal(err)
	}
	without, err := remote.New(url, remote.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		target stage.Target
		file   string
		errors int
	}{
		{with, "topic", 0}, {with, "workqueue", 0}, {without, "workqueue", 0}, {without, "fanout", 0},
		{without, "topic", 1},                 // one act needs a limit
		{without, "tls", 5}, {with, "tls", 5}, // there is no TLS on amqp://
	} {
		text, err := os.ReadFile("../../../scenarios/" + c.file + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenario.Decode(c.file, text)
		if err != nil {
			t.Fatal(err)
		}
		errors := 0
		for _, a := range runner.Run(context.Background(), s, c.target).Acts {
			switch a.Verdict {
			case outcome.Error:
				errors++
				if !strings.Contains(a.Err.Error(), "the act needs what amqp://guest@127.0.0.1:1,127.0.0.1:") {
					t.Errorf("%s: %s: %v", c.file, a.Act.Name, a.Err)
				}
			case outcome.Fail:
				t.Errorf("%s: %s fails: %v", c.file, a.Act.Name, a.Mismatches)
			}
		}
		if errors != c.errors {
			t.Errorf("%s: %d acts could not be played, want %d", c.file, errors, c.errors)
		}
	}
}

// dies kills the server: what follows must say so.
func dies(t *testing.T, target *Target) {
	t.Helper()
	killGroup(target.node.present().process.cmd)
	<-target.node.present().process.ended
	if _, err := target.Prepare(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "has died") {
		t.Errorf("preparing an act on a dead node: %v", err)
	}
}

func leavesNothing(t *testing.T, target *Target) {
	t.Helper()
	dir := target.node.files.dir
	if err := target.Close(); err != nil {
		t.Error(err)
	}
	nothingLeft(t, dir)
}

// nothingLeft fails the test if a node's directory is there, or a process that knows of it.
func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory %s is left (%v)", dir, err)
	}
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range environments {
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "HOME="+dir) {
			continue
		}
		line, _ := os.ReadFile(strings.Replace(path, "environ", "cmdline", 1))
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			t.Fatal(err)
		}
		if !ends(pid) {
			t.Errorf("a process is left: %s: %q", path, line)
		}
	}
}

// A program that is killed leaves nothing behind either: the guardian sees to it.
func TestKilledProgram(t *testing.T) {
	if onLocal(t) {
		self, err := filepath.Abs(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		// Everything that the program starts inherits the end of this pipe, so it ends with the last of
		// them.
		reading, writing, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer reading.Close()
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), asParent+"=1")
		cmd.ExtraFiles = []*os.File{writing}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writing.Close()
		var dir string
		if _, err := fmt.Fscanln(out, &dir); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(dir); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(reading); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		nothingLeft(t, dir)
	}
}

func bootAndWait() {
	target := New(nil)
	if _, err := target.Prepare(context.Background(), nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(target.node.files.dir)
	select {}
}

func TestNotInstalled(t *testing.T) {
	t.Setenv("RABBITMQ_SERVER", "/nowhere/rabbitmq-server")
	if _, err := New(nil).Prepare(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("%v", err)
	}
}

// A server that ends while it boots is an error that shows what it said.
func TestServerThatEnds(t *testing.T) {
	if _, err := findEpmd(); err != nil {
		t.Log(err)
		return
	}
	server := filepath.Join(t.TempDir(), "rabbitmq-server")
	if err := os.WriteFile(server, []byte("#!/bin/sh\necho out of sorts\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("RABBITMQ_SERVER", server)
	target := New(nil)
	for range 2 {
		if _, err := target.Prepare(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "out of sorts") {
			t.Errorf("%v", err)
		}
	}
	if err := target.Close(); err != nil {
		t.Error(err)
	}
}

// What the server starts of Erlang's own does not start a port mapper that nobody ends.
func TestNoPortMapperOfItsOwn(t *testing.T) {
	if !onLocal(t) {
		return
	}
	p, err := choosePorts()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("erl", "-boot", "no_dot_erlang", "-sname", "probe@localhost", "-noinput", "-s", "erlang", "halt")
	cmd.Env = layout{t.TempDir()}.environment("probe@localhost", p)
	said, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Fatal(err)
	}
	conn, err := dialer(p.epmd)(t.Context())
	if err == nil {
		conn.Close()
		t.Errorf("a port mapper runs on port %d\n%s", p.epmd, said)
	}
}
