package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

const exports = "../../runner/definitions/testdata/"

// What check says of definitions, and with which exit code.
func TestCheckDefinitions(t *testing.T) {
	wrong := filepath.Join(t.TempDir(), "wrong.JSON")
	if err := os.WriteFile(wrong, []byte("{\"queues\": [{\"name\": 1}],\n \"exchanges\": 2}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args         []string
		code         int
		said, errors string
	}{
		{[]string{exports + "broker-4.3.json"}, exitPass, "4 exchanges, 6 queues, 7 bindings: no mistakes, 1 warning\n", "warning: " + exports + "broker-4.3.json:186:3: policy late has no effect"},
		{[]string{exports + "broker-3.10.json"}, exitPass, "no mistakes, 3 warnings", "warning: " + exports + "broker-3.10.json:1:2864: queue temp is transient"},
		{[]string{exports + "broker-3.10.json", "--for", "4.3"}, exitError, "", "tutor: " + exports + "broker-3.10.json:1:2864: queue temp is transient"},
		{[]string{exports + "broker-3.10.json", "--for", "4.0"}, exitPass, "no mistakes, 2 warnings", "warning: "},
		{[]string{exports + "broker-3.10.json", "--for", "new"}, exitError, "", `tutor: --for "new": want a version of RabbitMQ such as 4.3`},
		{[]string{"hello", "--for", "4.3"}, exitError, "", "--for is for definitions"},
		{[]string{"hello", exports + "vhost-4.3.json"}, exitPass, "1 scenario, ", "warning: "},
		{[]string{wrong}, exitError, "", "wrong.JSON:2:15: exchanges: want a list, not 2"},
		{[]string{wrong}, exitError, "", "wrong.JSON:1:22: name: want a text, not 1"},
	} {
		code, out, errs := run(t, append([]string{"check"}, test.args...)...)
		if code != test.code || !strings.Contains(out, test.said) || !strings.Contains(errs, test.errors) {
			t.Errorf("%v: exit code %d\n%s%s", test.args, code, out, errs)
		}
	}
}

// The scenario in the README, on definitions that its README tells to export, passes; standard input has no directory.
func TestReadmeDefinitions(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```yaml\ntitle: Orders\n")
	text, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the README has no such scenario")
	}
	text = "title: Orders\n" + text
	export, err := os.ReadFile(exports + "broker-4.3.json")
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, text)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "definitions.json"), export, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := run(t, path); code != exitPass || !strings.Contains(out, "ignored  ") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	if code, _, errs := runWith(t, text, "check", "-"); code != exitError || !strings.Contains(errs, "-:2:12: from: this scenario is not read from a directory") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if code, out, errs := run(t, "check", path); code != exitPass || !strings.Contains(out, "does not reach, and is played without, of definitions.json") {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

// A broker that begins with definitions has their users, by the passwords that RabbitMQ has hashed, and nobody else.
func TestBrokerDefinitions(t *testing.T) {
	export, err := filepath.Abs(exports + "broker-4.3.json")
	if err != nil {
		t.Fatal(err)
	}
	port := serves(t, "--definitions "+export)
	conn := dial(t, port, "shop-app:s3cret", "%2Fshop")
	channel, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	if err := channel.Publish("orders", "order.new.eu", false, false, amqp.Publishing{Body: []byte("m")}); err != nil {
		t.Fatal(err)
	}
	if m, ok, err := channel.Get("orders.new", true); err != nil || !ok || string(m.Body) != "m" {
		t.Errorf("what was published through the bindings of the definitions is not there: %v, %v", ok, err)
	}
	_, err = amqp.Dial("amqp://shop-app:wrong@" + conn.RemoteAddr().String() + "/%2Fshop")
	var refused *amqp.Error
	if !errors.As(err, &refused) || refused.Code != amqp.AccessRefused {
		t.Errorf("another password is taken: %v", err)
	}
}

// Without the guest in the definitions there is none, and no vhost / without that.
func TestBrokerDefinitionsAreAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.json")
	text := `{"vhosts": [{"name": "shop"}], "users": [{"name": "u", "hashing_algorithm": "rabbit_password_hashing_sha256", "password_hash": "/xY0T8dcmmoCdG9MFggxw89D+DXWdlyM53Y0CjTsemaUcgWN"}],
		"permissions": [{"user": "u", "vhost": "shop", "configure": ".*", "write": ".*", "read": ".*"}]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	port := serves(t, "--definitions "+path)
	address := dial(t, port, "u:s3cret", "shop").RemoteAddr().String()
	for url, want := range map[string]int{"amqp://guest:guest@" + address + "/shop": amqp.AccessRefused, "amqp://u:s3cret@" + address + "/": amqp.NotAllowed} {
		_, err := amqp.Dial(url)
		var refused *amqp.Error
		if !errors.As(err, &refused) || refused.Code != want {
			t.Errorf("%s: %v, want %d", url, err, want)
		}
	}
	if code, _, errs := run(t, "broker", "--definitions", exports+"none.json"); code != exitError || !strings.Contains(errs, "--definitions: ") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
