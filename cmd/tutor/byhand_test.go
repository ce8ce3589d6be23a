package main

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tutor/runner/scenario"
	"tutor/runner/target/local"
	"tutor/scenarios"
)

// Each command line that by-hand prints is run as it is, and prints what the scenario expects.
func TestByHand(t *testing.T) {
	for _, name := range scenarios.Names() {
		sources, err := load(t.Context(), terminal{}, []string{name})
		if err != nil {
			t.Fatal(err)
		}
		for i, act := range sources[0].scenario.Acts {
			t.Run(name+" "+act.Name, func(t *testing.T) {
				t.Parallel()
				playPrinted(t, name, i+1, act)
			})
		}
	}
}

// lacking acts are those that cannot be played by hand in full.
var lacking = map[string]string{
	"a wrong CA and a wrong name": "a CA that did not sign",
	"bob may only read":           "publishing nothing",
}

func playPrinted(t *testing.T, name string, number int, act *scenario.Act) {
	plain, secure := freePorts(t)
	code, page, stderr := run(t, "by-hand", name, "--act", strconv.Itoa(number),
		"--port-number", strconv.Itoa(plain), "--tls-port-number", strconv.Itoa(secure))
	if code != 0 {
		t.Fatal(stderr)
	}
	if lacks, ok := lacking[act.Name]; ok {
		if !strings.Contains(page, "by hand it lacks: "+lacks) {
			t.Errorf("the page does not say that by hand it lacks %s:\n%s", lacks, page)
		}
		return
	}
	if strings.Contains(page, "by hand it lacks") {
		t.Fatalf("something cannot be played by hand:\n%s", page)
	}
	terminals := printed(page)
	if len(terminals) != len(act.Cast)+1 {
		t.Fatalf("%d command lines for a broker and %d actors:\n%s", len(terminals), len(act.Cast), page)
	}
	sh := newShell(t)
	broker := sh.start(t, terminals[0].line)
	broker.prints(fmt.Sprintf("AMQP on 127.0.0.1:%d", plain))
	if strings.Contains(terminals[0].line, "--cert-dir") {
		broker.prints("Certificates in certs; the broker's name is broker", fmt.Sprintf("AMQP over TLS on 127.0.0.1:%d", secure))
	}
	playCast(t, sh, plain, act, terminals[1:])
	if code := broker.interrupt(); code != 0 {
		t.Errorf("the broker: exit code %d", code)
	}
}

func playCast(t *testing.T, sh shell, port int, act *scenario.Act, terminals []terminalLine) {
	processes := make([]*process, len(terminals))
	consumers := map[string]int{}
	for i, terminal := range terminals {
		c := act.Cast[i].Common()
		processes[i] = sh.start(t, terminal.line)
		switch queue := c.Queue.Name; {
		case act.Cast[i].Publisher != nil:
			processes[i].prints(terminal.want...)
			processes[i].wait()
		case queue != "":
			consumers[queue]++
			vhost := c.Connect.Vhost
			if vhost == "" {
				vhost = "/"
			}
			awaitConsumers(t, port, vhost, queue, consumers[queue])
		case len(terminal.want) == 0:
			// Nobody expects anything of it, but the order matters.
			processes[i].prints("Created exchange: <any>", "Created queue: <any>", "Bound Queue <any>")
		default:
			processes[i].prints(declared(terminal.want)...)
		}
	}
	for i, terminal := range terminals {
		member := act.Cast[i]
		switch {
		case member.Publisher != nil:
			continue
		case member.Common().Queue.Name != "":
			processes[i].prints(terminal.want...)
		default:
			processes[i].prints(terminal.want[len(declared(terminal.want)):]...)
		}
		if member.Consumer.Lazy == 0 {
			processes[i].interrupt()
			processes[i].prints("Stopped")
		}
	}
}

var isCommand = regexp.MustCompile(`^tutor `)

// printed takes the page apart: command lines, each with what must be printed.
func printed(page string) (terminals []terminalLine) {
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		switch want, ok := strings.CutPrefix(line, "#   "); {
		case isCommand.MatchString(line):
			terminals = append(terminals, terminalLine{line: line})
		case ok && len(terminals) > 0:
			last := &terminals[len(terminals)-1]
			last.want = append(last.want, want)
		}
	}
	return terminals
}

// freePorts are for servers that are started later.
func freePorts(t testing.TB) (plain, secure int) {
	t.Helper()
	for _, port := range []*int{&plain, &secure} {
		l, err := local.ListenAnywhere()
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return plain, secure
}

// The command line has the login that the actor has, wherever its password is written; guest's own needs none.
func TestByHandLogin(t *testing.T) {
	path := write(t, `title: T
broker: {users: {alice: {password: alice123, permissions: {/: {configure: .*, write: .*, read: .*}}}}}
acts:
  - name: a
    cast:
      - {publisher: p, connect: {user: alice}, routing_key: k, message: m}
      - {publisher: g, connect: {user: guest, password: guest}, routing_key: k, message: m}
      - {publisher: w, connect: {password: wrong}, routing_key: k, message: m}
    expect: {fates: {}}
`)
	_, page, _ := run(t, "by-hand", path)
	for line, want := range map[string]bool{
		"tutor pub -k k -m m --userpass alice:alice123\n": true, "tutor pub -k k -m m\n": true, "--userpass guest:wrong": true, "guest:guest": false,
	} {
		if strings.Contains(page, line) != want {
			t.Errorf("%q: %v, want %v in\n%s", line, !want, want, page)
		}
	}
}
