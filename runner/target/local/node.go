package local

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"tutor/runner/target/pki"
	"tutor/runner/target/serverlog"
)

// node is a running rabbitmq-server.
type node struct {
	server string
	files  layout
	name   string
	ports  ports

	guardian *guardian
	epmd     *process

	mu sync.Mutex
	// run is the present run of the server; a restart begins a new one.
	run *run
}

// run is one run of the server, from its start to its end.
type run struct {
	process *process
	// booted is closed when the server has said that it is ready.
	booted chan struct{}
	// read is closed when all of its output was read.
	read chan struct{}

	mu sync.Mutex
	// stopping is set when the server was told to stop, for a restart.
	stopping bool
	// portTaken is set when the server has said that it cannot listen on a port.
	portTaken bool
	output    serverlog.Excerpt
}

const (
	// bootTimeout is how long a node may take to boot; it takes about six seconds.
	bootTimeout = 2 * time.Minute
	// epmdTimeout is how long the port mapper may take to listen; it takes a few milliseconds.
	epmdTimeout = 30 * time.Second
	// attempts is how often a boot is tried when somebody else takes a port that was free.
	attempts = 3
)

var errPortTaken = errors.New("a port that was free has been taken")

// startNode boots a node and returns when it is ready.
func startNode(ctx context.Context, server string, authority *pki.Authority) (*node, error) {
	for attempt := 1; ; attempt++ {
		n, err := tryNode(ctx, server, authority)
		if !errors.Is(err, errPortTaken) || attempt == attempts {
			return n, err
		}
	}
}

func tryNode(ctx context.Context, server string, authority *pki.Authority) (*node, error) {
	p, err := choosePorts()
	if err != nil {
		return nil, err
	}
	return bootNode(ctx, server, authority, p)
}

// bootNode boots a node on the given ports, or leaves nothing behind.
func bootNode(ctx context.Context, server string, authority *pki.Authority, p ports) (*node, error) {
	dir, err := os.MkdirTemp("", "tutor-node-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the node: %w", err)
	}
	guardian, err := guard(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	var id [4]byte
	rand.Read(id[:]) // never fails, as of Go 1.24
	n := &node{
		server: server, files: layout{dir}, ports: p, guardian: guardian,
		name: "tutor-" + hex.EncodeToString(id[:]) + "@localhost",
	}
	if err := n.boot(ctx, authority); err != nil {
		return nil, errors.Join(err, n.stop())
	}
	return n, nil
}

// boot starts the port mapper and the server, and waits until the server is ready.
func (n *node) boot(ctx context.Context, authority *pki.Authority) error {
	if err := n.files.write(n.ports, authority); err != nil {
		return err
	}
	epmd, err := findEpmd()
	if err != nil {
		return err
	}
	environment := n.files.environment(n.name, n.ports)
	if n.epmd, err = n.guardian.start("epmd", environment, nil, epmd, "-port", fmt.Sprint(n.ports.epmd)); err != nil {
		return err
	}
	if err := n.awaitEpmd(ctx); err != nil {
		return err
	}
	return n.launch(ctx)
}

// awaitEpmd waits until the port mapper listens. It says nothing when it does, so it has to be
// knocked at. A server that finds none would start one of its own as a daemon, which nobody ends.
func (n *node) awaitEpmd(ctx context.Context) error {
	const between = 5 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, epmdTimeout)
	defer cancel()
	for dial := dialer(n.ports.epmd); ; {
		conn, err := dial(ctx)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-n.epmd.ended:
			return fmt.Errorf("%w: epmd cannot listen on port %d", errPortTaken, n.ports.epmd)
		case <-ctx.Done():
			return fmt.Errorf("waiting for epmd: %w", err)
		case <-time.After(between):
		}
	}
}

// launch begins a run of the server.
func (n *node) launch(ctx context.Context) error {
	reading, writing, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("opening the node's output: %w", err)
	}
	process, err := n.guardian.start("node", n.files.environment(n.name, n.ports), writing, n.server)
	writing.Close()
	if err != nil {
		reading.Close()
		return err
	}
	r := &run{process: process, booted: make(chan struct{}), read: make(chan struct{})}
	go r.follow(reading)
	n.mu.Lock()
	n.run = r
	n.mu.Unlock()
	return n.ready(ctx, r)
}

// follow reads the server's output to its end.
func (r *run) follow(output io.ReadCloser) {
	defer close(r.read)
	defer output.Close()
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		r.line(lines.Text())
	}
	// What is no text must not block the server.
	_, _ = io.Copy(io.Discard, output)
}

// line takes note of what the server has said.
func (r *run) line(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, reason := range portTaken {
		r.portTaken = r.portTaken || strings.Contains(text, reason)
	}
	if serverlog.Ready(text) {
		select {
		case <-r.booted:
		default:
			close(r.booted)
		}
	}
	r.output.Add(text)
}

// portTaken are the server's words for a port that somebody else listens on.
var portTaken = []string{"eaddrinuse", "dist_port_already_used"}

// complete is an error if the server is ready but for a listener.
func (r *run) complete() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.portTaken {
		return fmt.Errorf("%w: a listener of the server was not opened", errPortTaken)
	}
	return nil
}

// failure is what a run amounts to that has come to an end before the server was ready.
func (r *run) failure() error {
	r.mu.Lock()
	taken := r.portTaken
	r.mu.Unlock()
	if taken {
		return fmt.Errorf("%w; the server said:\n%s", errPortTaken, r.said((*serverlog.Excerpt).Why))
	}
	return fmt.Errorf("the server has ended while it was booting; it said:\n%s", r.said((*serverlog.Excerpt).Why))
}

// said is an excerpt of the server's output.
func (r *run) said(part func(*serverlog.Excerpt) string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return part(&r.output)
}

// ready waits until the server has said that it is. It says so even if one of its listeners could
// not be opened, and dies of that a while later.
func (n *node) ready(ctx context.Context, r *run) error {
	timeout := time.NewTimer(bootTimeout)
	defer timeout.Stop()
	// Once it is ready it does not matter what has become of the port mapper.
	mapper := n.epmd.ended
	select {
	case <-r.booted:
		mapper = nil
	default:
	}
	select {
	case <-r.booted:
		return r.complete()
	case <-r.process.ended:
		<-r.read
		return r.failure()
	case <-mapper:
		return fmt.Errorf("%w: epmd has ended", errPortTaken)
	case <-timeout.C:
		return fmt.Errorf("the server is not ready after %v; its last words:\n%s", bootTimeout, r.said((*serverlog.Excerpt).Last))
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop tells the server to stop.
func (r *run) stop(pidFile string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := terminate(pidFile); err != nil {
		return err
	}
	r.stopping = true
	return nil
}

func (r *run) isStopping() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopping
}

func (n *node) present() *run {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.run
}

// alive is an error if the server has died. One that was told to stop has not: it has yet to be
// started again.
func (n *node) alive() error {
	r := n.present()
	if r.isStopping() {
		return nil
	}
	select {
	case <-r.process.ended:
		<-r.read
		return fmt.Errorf("the RabbitMQ node has died; its last words:\n%s", r.said((*serverlog.Excerpt).Last))
	default:
		return nil
	}
}

// explain adds to an error that the server has died, if that is what it amounts to.
func (n *node) explain(err error) error {
	if err == nil {
		return nil
	}
	return errors.Join(err, n.alive())
}

// usable waits until the server is ready, which it is unless a restart was broken off: that is then
// brought to its end. It is an error if the server has died.
func (n *node) usable(ctx context.Context) error {
	if err := n.alive(); err != nil {
		return err
	}
	if r := n.present(); !r.isStopping() {
		return n.ready(ctx, r)
	}
	return n.resume(ctx)
}

// restart stops the server in order and starts it again, with the same data and ports.
func (n *node) restart(ctx context.Context) error {
	if err := n.alive(); err != nil {
		return err
	}
	r := n.present()
	if err := r.stop(n.files.path("pid")); err != nil {
		return fmt.Errorf("stopping the node: %w", err)
	}
	return n.resume(ctx)
}

// resume waits for the server to have stopped, and starts it again.
func (n *node) resume(ctx context.Context) error {
	r := n.present()
	select {
	case <-r.process.ended:
		<-r.read
	case <-ctx.Done():
		return ctx.Err()
	}
	return n.launch(ctx)
}

// stop ends the node and waits until nothing is left of it. There is nothing in it worth an orderly
// end.
func (n *node) stop() error {
	if r := n.present(); r != nil {
		r.process.kill()
		<-r.read
	}
	if n.epmd != nil {
		n.epmd.kill()
	}
	err := n.guardian.dismiss()
	return errors.Join(err, os.RemoveAll(n.files.dir))
}
