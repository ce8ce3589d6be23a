package main

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// terminalLine is a command line in a terminal, with what it must print.
type terminalLine struct {
	line string
	want []string
	// ends is set where the program ends by itself; the others are ended with Ctrl-C.
	ends bool
	// code is the exit code of a program that ends by itself.
	code int
	// queue is where a consumer must be consuming before the next terminal is used, unless only its
	// own connection could tell.
	queue string
}

const (
	bound   = "Bound Queue [amq.gen-<any>] to Exchange "
	created = "Created queue: "
)

// seed is every command line of the text that the project was created from, with the transcripts that
// it shows there; amqp-con.py is tutor con, amqp-pub.py is tutor pub.
var seed = map[string][]terminalLine{
	"hello, both declare": {
		{line: "tutor con -q hello -Q", want: []string{created + "hello", "Received: Hello World!"}, queue: "hello"},
		{line: "tutor pub -q hello -Q -k hello -m 'Hello World!'", want: []string{created + "hello", "Sent: Hello World!"}, ends: true},
	},
	"hello, only the consumer declares": {
		{line: "tutor con -q hello -Q", want: []string{created + "hello", "Received: Hello World!"}, queue: "hello"},
		{line: "tutor pub -k hello --mandatory --confirm -m 'Hello World!'", want: []string{"Sent: Hello World!"}, ends: true},
	},
	"with a login": {
		{line: "tutor pub -q hello -Q --nad-queue -k hello -m 'Hello World!' --userpass alice:alice123 --vhost domain1", ends: true,
			want: []string{"WARNING: the connection is not secured.", created + "hello", "Sent: Hello World!"}},
		{line: "tutor con -q hello --vhost domain1 --userpass bob:bob123",
			want: []string{"WARNING: the connection is not secured.", "Received: Hello World!"}},
	},
	"TLS, not verified": {
		{line: "tutor pub -q hello -Q -k hello -m 'Hello World!' --enable-tls --userpass alice:alice123 --vhost domain1", ends: true,
			want: []string{created + "hello", "Sent: Hello World!"}},
	},
	"TLS, verified": {
		{line: "tutor pub -q hello -Q -k hello -m 'Hello World!' --cafile chain.pem --subjectname broker --userpass alice:alice123 --vhost domain1", ends: true,
			want: []string{created + "hello", "Sent: Hello World!"}},
	},
	"TLS, another name": {
		{line: "tutor pub -q hello -Q -k hello -m 'Hello World!' --cafile chain.pem --subjectname sakura.tanu.org --userpass alice:alice123 --vhost domain1", ends: true, code: 1,
			want: []string{"ERROR: tls: failed to verify certificate: <any>not sakura.tanu.org"}},
	},
	"work queue": {
		{line: "tutor con -q task_queue -Q --durable-queue --nad-queue --prefetch 1", queue: "task_queue",
			want: []string{created + "task_queue", "Received: 1:Hello!", "Received: 3:Hello!"}},
		{line: "tutor con -q task_queue -Q --durable-queue --nad-queue --prefetch 1", queue: "task_queue",
			want: []string{created + "task_queue", "Received: 2:Hello!", "Received: 4:Hello!"}},
		{line: "tutor pub -t direct -k task_queue --persistent --nb-messages 4 -m 'Hello!'", ends: true,
			want: []string{"Sent: 1:Hello!", "Sent: 2:Hello!", "Sent: 3:Hello!", "Sent: 4:Hello!"}},
	},
	"work queue, lazy and sober": {
		{line: "tutor con -q task_queue -Q --durable-queue --nad-queue --prefetch 1 --lazy 3", queue: "task_queue", ends: true,
			want: []string{created + "task_queue", "Received: 1:Hello!"}},
		{line: "tutor con -q task_queue -Q --durable-queue --nad-queue --prefetch 1", queue: "task_queue",
			want: []string{created + "task_queue", "Received: 2:Hello!", "Received: 3:Hello!", "Received: 4:Hello!", "Received: 1:Hello!"}},
		{line: "tutor pub -t direct -k task_queue --persistent --nb-messages 4 -m 'Hello!'", ends: true,
			want: []string{"Sent: 1:Hello!", "Sent: 2:Hello!", "Sent: 3:Hello!", "Sent: 4:Hello!"}},
	},
	"work queue, lazy and sober, automatic acknowledgement": {
		{line: "tutor con -q task_queue -Q --durable-queue --nad-queue --prefetch 1 --lazy 3 --ack-auto", queue: "task_queue", ends: true,
			want: []string{created + "task_queue", "Received: 1:Hello!"}},
		{line: "tutor con -q task_queue -Q --durable-queue --nad-queue --prefetch 1", queue: "task_queue",
			want: []string{created + "task_queue", "Received: 2:Hello!", "Received: 4:Hello!"}},
		{line: "tutor pub -t direct -k task_queue --persistent --nb-messages 4 -m 'Hello!'", ends: true,
			want: []string{"Sent: 1:Hello!", "Sent: 2:Hello!", "Sent: 3:Hello!", "Sent: 4:Hello!"}},
	},
	"publish and subscribe": {
		{line: "tutor con -e logs -E -t fanout -Q --exclusive --bind-queue --ack-auto",
			want: []string{"Created exchange: logs", created + "amq.gen-<any>", bound + "[logs] ", "Received: 1:Hello World!", "Received: 2:Hello World!", "Received: 3:Hello World!"}},
		{line: "tutor con -e logs -E -t fanout -Q --exclusive --bind-queue --ack-auto",
			want: []string{"Created exchange: logs", created + "amq.gen-<any>", bound + "[logs] ", "Received: 1:Hello World!", "Received: 2:Hello World!", "Received: 3:Hello World!"}},
		{line: "tutor pub -e logs -t fanout --nb-message 3 -m 'Hello World!'", ends: true,
			want: []string{"Sent: 1:Hello World!", "Sent: 2:Hello World!", "Sent: 3:Hello World!"}},
	},
	"no such exchange, asked": {
		{line: "tutor pub -e logs -t fanout -m 'Hello World!' --mandatory --confirm", ends: true, code: 1,
			want: []string{"ERROR: 404 NOT_FOUND - no exchange 'logs' in vhost '<any>'"}},
	},
	"no such exchange, not asked": {
		{line: "tutor pub -e logs -t fanout -m 'Hello World!' --nb-messages 2", ends: true, code: 1,
			want: []string{"Sent: 1:Hello World!", "ERROR: 404 NOT_FOUND - no exchange 'logs' in vhost '<any>'"}},
	},
	"routing": {
		{line: "tutor con -e direct_logs -E -t direct -k error -Q --exclusive --bind-queue --ack-auto",
			want: []string{"Created exchange: direct_logs", created + "amq.gen-<any>", bound + "[direct_logs] error", "Received: Hello World!"}},
		{line: "tutor con -e direct_logs -E -t direct -k info -Q --exclusive --bind-queue --ack-auto",
			want: []string{"Created exchange: direct_logs", created + "amq.gen-<any>", bound + "[direct_logs] info", "Received: Hello World!"}},
		{line: "tutor pub -e direct_logs -t direct -m 'Hello World!' -k error", want: []string{"Sent: Hello World!"}, ends: true},
		{line: "tutor pub -e direct_logs -t direct -m 'Hello World!' -k info", want: []string{"Sent: Hello World!"}, ends: true},
	},
	"topics": {
		{line: "tutor con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k jp.lg.tokyo",
			want: []string{"Created exchange: topic_logs", created + "amq.gen-<any>", bound + "[topic_logs] jp.lg.tokyo", "Received: Hello World!"}},
		{line: "tutor con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k jp.lg.chiba",
			want: []string{"Created exchange: topic_logs", created + "amq.gen-<any>", bound + "[topic_logs] jp.lg.chiba", "Received: Hello World!"}},
		{line: "tutor con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k 'jp.lg.#'",
			want: []string{"Created exchange: topic_logs", created + "amq.gen-<any>", bound + "[topic_logs] jp.lg.#", "Received: Hello World!", "Received: Hello World!"}},
		{line: "tutor pub -e topic_logs -t topic -k jp.lg.chiba", want: []string{"Sent: Hello World!"}, ends: true},
		{line: "tutor pub -e topic_logs -t topic -k jp.lg.tokyo", want: []string{"Sent: Hello World!"}, ends: true},
	},
	"a connection too many": {
		{line: "tutor con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k jp.lg.tokyo --vhost limited",
			want: []string{"Created exchange: topic_logs", created + "amq.gen-<any>", bound + "[topic_logs] jp.lg.tokyo"}},
		{line: "tutor con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k jp.lg.chiba --vhost limited",
			want: []string{"Created exchange: topic_logs", created + "amq.gen-<any>", bound + "[topic_logs] jp.lg.chiba"}},
		{line: "tutor con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k 'jp.lg.#' --vhost limited",
			want: []string{"Created exchange: topic_logs", created + "amq.gen-<any>", bound + "[topic_logs] jp.lg.#"}},
		{line: "tutor pub -e topic_logs -t topic -k jp.lg.chiba --vhost limited", ends: true, code: 1,
			want: []string{"ERROR: 530 NOT_ALLOWED - access to vhost '<any>' refused for user 'guest': connection limit (3) is reached"}},
	},
}

// needs is the set-up that the seed describes.
func needs() *scenario.Broker {
	three := 3
	all := map[string]*scenario.Permission{"domain1": {Configure: ".*", Write: ".*", Read: ".*"}}
	read := map[string]*scenario.Permission{"domain1": {Read: ".*"}}
	return &scenario.Broker{
		TLS:    true,
		Vhosts: map[string]*scenario.Vhost{"/": {}, "domain1": {}, "limited": {MaxConnections: &three}},
		Users: map[string]*scenario.User{
			"alice": {Password: "alice123", Permissions: all},
			"bob":   {Password: "bob123", Permissions: read},
		},
	}
}

// Every command line of the seed, as a process, prints what the seed shows.
func TestSeedByHand(t *testing.T) {
	// On docker it would be the same server as on local; the scenarios are played on it.
	targets.Without("docker").Each(t, func(t *testing.T, target stage.Target) {
		for name, terminals := range seed {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				playByHand(t, target, terminals)
			})
		}
	})
}

func playByHand(t *testing.T, target stage.Target, terminals []terminalLine) {
	ctx := context.Background()
	stage, err := target.Prepare(ctx, needs())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(ctx, false); err != nil {
			t.Error(err)
		}
	})
	sh := newShell(t)
	h := handStage{stage: stage, plain: forward(t, stage.Dial), secure: forward(t, stage.DialTLS)}
	h.trust(t, sh)
	consumers := map[string]int{}
	processes := make([]*process, len(terminals))
	for i, terminal := range terminals {
		processes[i] = sh.start(t, h.line(terminal.line))
		switch {
		case terminal.ends && !strings.Contains(terminal.line, "--lazy"):
			processes[i].prints(terminal.want...)
			h.ended(t, processes[i], terminal.code)
		case terminal.queue != "":
			consumers[terminal.queue]++
			awaitConsumers(t, h.plain, h.stage.Vhosts["/"], terminal.queue, consumers[terminal.queue])
		default:
			// What it declares is there when it has said so.
			processes[i].prints(declared(terminal.want)...)
		}
	}
	for i, terminal := range terminals {
		switch {
		case terminal.ends && !strings.Contains(terminal.line, "--lazy"):
		case terminal.queue != "":
			processes[i].prints(terminal.want...)
		default:
			processes[i].prints(terminal.want[len(declared(terminal.want)):]...)
		}
		if !terminal.ends {
			if code := processes[i].interrupt(); code != 0 {
				t.Errorf("%s: exit code %d after Ctrl-C", terminal.line, code)
			}
			processes[i].prints("Stopped")
		}
	}
}

// declared are the lines that come before any message does.
func declared(want []string) []string {
	for i, line := range want {
		if strings.HasPrefix(line, "Received") {
			return want[:i]
		}
	}
	return want
}

// handStage is a stage that processes can reach.
type handStage struct {
	stage         *stage.Stage
	plain, secure int
}

// line adds to a command line where the broker is, and puts its names in the place of the seed's.
func (h handStage) line(line string) string {
	port := h.plain
	if strings.Contains(line, "-tls") || strings.Contains(line, "--cafile") {
		port = h.secure
	}
	vhost := "/"
	for _, name := range []string{"domain1", "limited"} {
		if strings.Contains(line, "--vhost "+name) {
			vhost = name
			line = strings.Replace(line, " --vhost "+name, "", 1)
		}
	}
	for _, name := range []string{"alice", "bob"} {
		line = strings.Replace(line, "--userpass "+name+":", "--userpass "+h.stage.Users[name].User+":", 1)
	}
	return fmt.Sprintf("%s --server-name 127.0.0.1 --port-number %d --vhost '%s'", line, port, h.stage.Vhosts[vhost])
}

func (h handStage) ended(t *testing.T, p *process, code int) {
	t.Helper()
	if got := p.wait(); got != code {
		t.Errorf("%s: exit code %d, want %d", p.name, got, code)
	}
}

// awaitConsumers asks the broker until a queue has so many consumers.
func awaitConsumers(t *testing.T, port int, vhost, queue string, n int) {
	t.Helper()
	conn, err := amqp.Dial(fmt.Sprintf("amqp://guest:guest@127.0.0.1:%d/%s", port, strings.ReplaceAll(vhost, "/", "%2F")))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for {
		ch, err := conn.Channel()
		if err != nil {
			t.Fatal(err)
		}
		q, err := ch.QueueDeclarePassive(queue, false, false, false, false, nil)
		if err == nil && q.Consumers >= n {
			return
		}
		if t.Context().Err() != nil {
			t.Fatal("the test is over")
		}
		_ = ch.Close() // closed already, if the queue is not there yet
	}
}

// trust writes the broker's certificate to where the seed's command line has the authority's: who
// trusts a certificate itself needs no authority for it.
func (h handStage) trust(t *testing.T, sh shell) {
	t.Helper()
	conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", h.secure), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	leaf := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: conn.ConnectionState().PeerCertificates[0].Raw})
	if err := os.WriteFile(filepath.Join(sh.dir, "chain.pem"), leaf, 0o644); err != nil {
		t.Fatal(err)
	}
}

// forward listens on a free port and passes connections on.
func forward(t *testing.T, dial func(context.Context) (net.Conn, error)) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				server, err := dial(context.Background())
				if err != nil {
					return
				}
				defer server.Close()
				go func() {
					_, _ = io.Copy(server, client)
					server.Close()
				}()
				_, _ = io.Copy(client, server)
			}()
		}
	}()
	_, text, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if port, err = strconv.Atoi(text); err != nil {
		t.Fatal(err)
	}
	return port
}
