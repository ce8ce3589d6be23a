package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// A broker that is told to deny a deprecated feature refuses it, however it was told; what is both permitted and
// denied is denied.
func TestBrokerDenies(t *testing.T) {
	path := write(t, `title: T
acts:
  - name: a
    broker: {permit: {transient_nonexcl_queues: false}}
    cast:
      - {publisher: p, queue: {name: q, declare: true}, routing_key: q, message: m}
    expect:
      transcript:
        p: ["ERROR: 541 INTERNAL_ERROR - Feature <any>\n<any>"]
`)
	plain, _ := freePorts(t)
	_, page, _ := run(t, "by-hand", path, "--port-number", strconv.Itoa(plain))
	if !strings.Contains(page, "#   ERROR: 541 INTERNAL_ERROR - Feature <any>\\n<any>\n") {
		t.Errorf("a text of two lines is not all comment:\n%s", page)
	}
	const denied = "ERROR: 541 INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.<any>"
	const listens = "AMQP on 127.0.0.1:"
	for line, want := range map[string]string{
		printed(page)[0].line:                          denied,
		"tutor broker --deny transient_nonexcl_queues": denied,
		"tutor broker --deny transient_nonexcl_queues --permit transient_nonexcl_queues": denied,
		"tutor broker --permit transient_nonexcl_queues --deny global_qos":               "Created queue: q",
		"tutor broker": "Created queue: q",
	} {
		t.Run(line, func(t *testing.T) {
			port, _ := freePorts(t)
			sh := newShell(t)
			line = strings.Replace(line, fmt.Sprintf("--port-number %d", plain), "", 1)
			sh.start(t, fmt.Sprintf("%s --port-number %d", line, port)).prints(listens + strconv.Itoa(port))
			sh.start(t, fmt.Sprintf("tutor pub -q q -Q -k q -m m --port-number %d", port)).prints(want)
		})
	}
	for _, flag := range []string{"--deny", "--permit"} {
		if code, _, stderr := run(t, "broker", flag, "transient"); code != exitError || !strings.Contains(stderr, flag+" transient: want one of global_qos, ") {
			t.Errorf("exit code %d: %s", code, stderr)
		}
	}
}

// serves starts a broker and waits until it listens.
func serves(t *testing.T, flags string) (port int) {
	t.Helper()
	port, _ = freePorts(t)
	newShell(t).start(t, fmt.Sprintf("tutor broker --port-number %d %s", port, flags)).prints("AMQP on 127.0.0.1:" + strconv.Itoa(port))
	return port
}

func dial(t *testing.T, port int, login, vhost string) *amqp.Connection {
	t.Helper()
	conn, err := amqp.Dial(fmt.Sprintf("amqp://%s@127.0.0.1:%d/%s", login, port, vhost))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// The broker calls itself what it is, or as it is told.
func TestBrokerProduct(t *testing.T) {
	for flags, want := range map[string]string{"": "tutor embedded broker", "--product RabbitMQ": "RabbitMQ"} {
		if got := dial(t, serves(t, flags), "guest:guest", "").Properties["product"]; got != want {
			t.Errorf("%q: product %v, want %s", flags, got, want)
		}
	}
}

// The guest, who is there without --users, may in a vhost what a permission says, and everything in the others.
func TestBrokerGuest(t *testing.T) {
	port := serves(t, "--vhost other --permission '/ guest ^mine - .*'")
	for vhost, want := range map[string]string{"": "refused for user 'guest'", "other": ""} {
		conn := dial(t, port, "guest:guest", vhost)
		for queue, want := range map[string]string{"mine": "", "yours": want} {
			ch, err := conn.Channel()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ch.QueueDeclare(queue, true, false, false, false, nil); want == "" && err != nil || want != "" && !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("%s in vhost %q: %v, want %q", queue, vhost, err, want)
			}
		}
	}
	for _, wrong := range []string{"/ guest", "/ nobody .* .* .*"} {
		if code, _, stderr := run(t, "broker", "--permission", wrong); code != exitError || !strings.Contains(stderr, "--permission") {
			t.Errorf("%s: exit code %d: %s", wrong, code, stderr)
		}
	}
}

// A default queue type is for all vhosts, or for one.
func TestBrokerDefaultQueueType(t *testing.T) {
	port := serves(t, "--vhost a --vhost b --default-queue-type a=classic --default-queue-type quorum")
	for vhost, kind := range map[string]string{"": "quorum", "a": "classic", "b": "quorum"} {
		ch, err := dial(t, port, "guest:guest", vhost).Channel()
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range []amqp.Table{nil, {"x-queue-type": kind}} {
			if _, err := ch.QueueDeclare("q", true, false, false, false, args); err != nil {
				t.Errorf("%q: %v", vhost, err)
			}
		}
	}
	for flag, want := range map[string]string{"stream": "want classic or quorum", "nope=quorum": `no vhost "nope"`} {
		if code, _, stderr := run(t, "broker", "--port-number", "0", "--default-queue-type", flag); code != exitError || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d: %s", flag, code, stderr)
		}
	}
}

// Publishers are blocked when messages take more than the limit.
func TestBrokerMemoryLimit(t *testing.T) {
	port := serves(t, "--memory-limit 100k")
	conn := dial(t, port, "guest:guest", "")
	blocked := conn.NotifyBlocked(make(chan amqp.Blocking, 2))
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ch.QueueDeclare("q", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	if err := ch.Publish("", "q", false, false, amqp.Publishing{Body: make([]byte, 110<<10)}); err != nil {
		t.Fatal(err)
	}
	if b := <-blocked; !b.Active {
		t.Errorf("%+v", b)
	}
	other, err := dial(t, port, "guest:guest", "").Channel()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.QueuePurge("q", false); err != nil {
		t.Fatal(err)
	}
	if b := <-blocked; b.Active {
		t.Errorf("%+v", b)
	}
	if code, _, stderr := run(t, "broker", "--memory-limit", "much"); code != exitError || !strings.Contains(stderr, "memory-limit") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
