package main

import (
	"cmp"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tutor/runner/byhand"
	"tutor/runner/golden"
	"tutor/runner/scenario"
	"tutor/runner/target/local"
	"tutor/scenarios"
)

// Each command line that by-hand prints is run as it is, and prints what the scenario expects. What a person
// has to do beside, or cannot do by hand at all, is said on the page, and those acts are not played: which these
// are is written down.
func TestByHand(t *testing.T) {
	var ways strings.Builder
	for _, name := range scenarios.Names() {
		sources, err := load(t.Context(), terminal{}, []string{name})
		if err != nil {
			t.Fatal(err)
		}
		s := sources[0].scenario
		for i, act := range s.Acts {
			way := wayByHand(byhand.Of(name, s, act, byhand.Ports{Plain: byhand.Port, TLS: byhand.TLSPort}))
			fmt.Fprintf(&ways, "%s, %s: %s\n", name, act.Name, way)
			t.Run(name+" "+act.Name, func(t *testing.T) {
				t.Parallel()
				playPrinted(t, name, i+1, act, way)
			})
		}
	}
	golden.Compare(t, *rewrite, "testdata/by-hand.txt", ways.String())
}

// played is an act that the command lines alone play.
const played = "played"

// wayByHand says how far an act can be played by hand.
func wayByHand(s byhand.Script) string {
	var lacks []string
	for _, terminal := range s.Terminals {
		lacks = append(lacks, terminal.Lacks...)
	}
	slices.Sort(lacks)
	switch lacks = slices.Compact(lacks); {
	case len(lacks) > 0:
		return "lacks " + strings.Join(lacks, ", ")
	case len(s.Steps) > 0:
		return "has steps"
	case len(s.Before) > 0:
		return "needs rabbitmqadmin"
	}
	return played
}

// attempts is how often an act in which time passes may be played by hand until it prints what is expected: the time is
// the wall clock's, and a busy machine that holds one of the programs up for longer than another one works changes who
// gets what. What does not depend on it is right the first time.
const attempts = 3

func playPrinted(t *testing.T, name string, number int, act *scenario.Act, way string) {
	left := 1
	if slices.ContainsFunc(act.Cast, waits) {
		left = attempts
	}
	for ; ; left-- {
		different := playPage(t, name, number, act, way)
		if different == "" {
			return
		}
		if left == 1 {
			t.Fatal(different)
		}
		t.Logf("played again: %s", different)
	}
}

// waits reports whether time passes by what an actor does.
func waits(a *scenario.Actor) bool {
	return a.Publisher != nil && a.Publisher.Interval > 0 || a.Consumer != nil && (a.Consumer.Work > 0 || a.Consumer.Lazy > 0)
}

// playPage tells what an act printed otherwise than expected, if it did.
func playPage(t *testing.T, name string, number int, act *scenario.Act, way string) (different string) {
	plain, secure := freePorts(t)
	code, page, stderr := run(t, "by-hand", name, "--act", strconv.Itoa(number),
		"--port-number", strconv.Itoa(plain), "--tls-port-number", strconv.Itoa(secure))
	if code != 0 {
		t.Fatal(stderr)
	}
	if strings.Contains(page, "by hand it lacks: ") != strings.HasPrefix(way, "lacks ") {
		t.Errorf("%s, but the page says:\n%s", way, page)
	}
	terminals := printed(page)
	// Nobody can be a client by hand.
	programs := len(slices.DeleteFunc(slices.Clone(act.Cast), func(a *scenario.Actor) bool { return a.Client != nil }))
	if len(terminals) != programs+1 {
		t.Fatalf("%d command lines for a broker and %d actors:\n%s", len(terminals), programs, page)
	}
	if way != played {
		return ""
	}
	sh := newShell(t)
	broker := sh.start(t, terminals[0].line)
	broker.prints(fmt.Sprintf("AMQP on 127.0.0.1:%d", plain))
	if strings.Contains(terminals[0].line, "--cert-dir") {
		broker.prints("Certificates in certs; the broker's name is broker", fmt.Sprintf("AMQP over TLS on 127.0.0.1:%d", secure))
	}
	different = playCast(t, sh, plain, act, terminals[1:])
	if code := broker.interrupt(); code != 0 {
		t.Errorf("the broker: exit code %d", code)
	}
	return different
}

// fails reports whether an actor is expected to end with an error.
func (l terminalLine) fails() bool {
	return slices.ContainsFunc(l.want, func(line string) bool { return strings.HasPrefix(line, "ERROR: ") })
}

// playCast tells the first line that is not as it is expected, if there is one.
func playCast(t *testing.T, sh shell, port int, act *scenario.Act, terminals []terminalLine) (different string) {
	processes := make([]*process, len(terminals))
	consumers := map[string]int{}
	for i, terminal := range terminals {
		c := act.Cast[i].Common()
		processes[i] = sh.start(t, terminal.line)
		switch queue := c.Queue.Name; {
		case act.Cast[i].Publisher != nil || terminal.fails():
			different = processes[i].differs(terminal.want...)
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
			different = processes[i].differs("Created exchange: <any>", "Created queue: <any>", "Bound Queue <any>")
		default:
			different = processes[i].differs(declared(terminal.want)...)
		}
		if different != "" {
			return different
		}
	}
	return endCast(act, terminals, processes)
}

// endCast reads what the consumers have received, and has them leave.
func endCast(act *scenario.Act, terminals []terminalLine, processes []*process) string {
	for i, terminal := range terminals {
		member := act.Cast[i]
		if member.Publisher != nil || terminal.fails() {
			continue
		}
		want := terminal.want
		if member.Common().Queue.Name == "" {
			want = want[len(declared(want)):]
		}
		if different := processes[i].differs(want...); different != "" {
			return different
		}
	}
	return leaveCast(act, terminals, processes)
}

// leaveCast has the consumers leave. Who works may have a message in its hands still, which goes to another one when
// it leaves: the others leave before, and what those who work print from then on is none of the act's.
func leaveCast(act *scenario.Act, terminals []terminalLine, processes []*process) (different string) {
	for _, works := range []bool{false, true} {
		for i, terminal := range terminals {
			c := act.Cast[i].Consumer
			if c == nil || terminal.fails() || c.Lazy > 0 || c.Work > 0 != works {
				continue
			}
			processes[i].interrupt()
			if !works {
				different = cmp.Or(different, processes[i].differs("Stopped"))
			}
		}
	}
	return different
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

// A consumer that is to drain gets no more when it is interrupted, and leaves when it is through.
func TestDrainByHand(t *testing.T) {
	_, page, _ := run(t, "by-hand", "acknowledging", "--act", "7")
	for _, want := range []string{"tutor con -q tasks --prefetch 3 --work 10 --drain\n", "stop (Ctrl-C) worker, and let it work off what it has\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	plain, _ := freePorts(t)
	sh := newShell(t)
	broker := sh.start(t, fmt.Sprintf("tutor broker --port-number %d", plain))
	broker.prints(fmt.Sprintf("AMQP on 127.0.0.1:%d", plain))
	con := sh.start(t, fmt.Sprintf("tutor con -q q -Q --drain --port-number %d", plain))
	con.prints("Created queue: q")
	pub := sh.start(t, fmt.Sprintf("tutor pub -k q -m hi --port-number %d", plain))
	pub.wait()
	con.prints("Received: hi")
	con.interrupt()
	con.prints("Cancelled: con", "Stopped")
	broker.interrupt()
}

// What a consumer answers by hand is by the text, and each message is put back once, also if several publishers of the
// same name have sent it. What a publisher writes on its messages comes with them.
func TestAnswersAndPropertiesByHand(t *testing.T) {
	plain, _ := freePorts(t)
	sh := newShell(t)
	port := fmt.Sprintf(" --port-number %d", plain)
	broker := sh.start(t, "tutor broker"+port)
	broker.prints(fmt.Sprintf("AMQP on 127.0.0.1:%d", plain))
	con := sh.start(t, "tutor con -q q -Q --verbose --reject bad --requeue late"+port)
	con.prints("Created queue: q")
	const envelope = `  delivery-tag=<any> redelivered=%v exchange="" routing-key="q"`
	for range 2 {
		sh.start(t, "tutor pub -k q -m late"+port).wait()
		con.prints(fmt.Sprintf(envelope, false), "Received: late", fmt.Sprintf(envelope, true), "Received: late")
	}
	sh.start(t, "tutor pub -k q -m bad --content-type text/plain --correlation-id '<number>' --headers '{retries: 3}' --expiration 60000"+
		" --reply-to answers --message-id 'm-<number>' --message-type order --app-id shop --user-id guest"+port).wait()
	con.prints(fmt.Sprintf(envelope, false)+` app-id="shop" content-type="text/plain" correlation-id="1" expiration="60000" headers=map[retries:3]`+
		` message-id="m-1" reply-to="answers" type="order" user-id="guest"`, "Received: bad")
	con.interrupt()
	con.prints("Stopped")
	broker.interrupt()
}
